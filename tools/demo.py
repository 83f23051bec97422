"""Train and test SKD-SRL on data/demo."""

from skdsrl_mmaction.cli.demo import main

if __name__ == '__main__':
    main()
