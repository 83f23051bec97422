"""Decode and resize a data set once, for fast training."""

from skdsrl_mmaction.cli.cache_frames import main

if __name__ == '__main__':
    main()
