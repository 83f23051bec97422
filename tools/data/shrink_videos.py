"""Re-encode a data set with a small short side."""

from skdsrl_mmaction.cli.shrink_videos import main

if __name__ == '__main__':
    main()
