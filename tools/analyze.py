"""Analyze what a checkpoint says of a test set."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('analyze')
