"""Compare configs under equal conditions, over seeds and folds."""

from skdsrl_mmaction.cli.benchmark import main

if __name__ == '__main__':
    main()
