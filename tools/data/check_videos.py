"""Decode every video of an annotation file, list the good and the bad."""

from skdsrl_mmaction.cli.check_videos import main

if __name__ == '__main__':
    main()
