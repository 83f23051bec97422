"""Write a stock config with SKD-SRL applied to it."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('mix_config')
