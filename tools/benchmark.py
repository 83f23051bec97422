"""Compare configs under equal conditions, over seeds and folds."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('benchmark')
