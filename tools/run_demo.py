"""Train and test SKD-SRL on data/demo."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('run_demo')
