"""Decode and resize a data set once, for fast training."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('cache_frames')
