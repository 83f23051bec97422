"""Write the synthetic videos of ``make demo``."""

from skdsrl_mmaction.cli.make_demo_data import main

if __name__ == '__main__':
    main()
