"""Decode every video of an annotation file, list the good and the bad."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('check_videos')
