"""Compute the optical flow of a data set, for a teacher that sees motion."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('extract_flow')
