"""Write the synthetic videos of ``make demo``."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('make_demo_data')
