"""Test a checkpoint."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('test')
