"""Write a stock config with SKD-SRL applied to it."""

from skdsrl_mmaction.cli.mix_config import main

if __name__ == '__main__':
    main()
