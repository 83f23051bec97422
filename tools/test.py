"""Test a checkpoint."""

from skdsrl_mmaction.cli.test import main

if __name__ == '__main__':
    main()
