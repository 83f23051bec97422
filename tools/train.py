"""Train a config."""

from skdsrl_mmaction.cli.train import main

if __name__ == '__main__':
    main()
