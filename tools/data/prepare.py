"""Write annotation files for UCF101, HMDB51 or Kinetics-400."""

from skdsrl_mmaction.cli.prepare import main

if __name__ == '__main__':
    main()
