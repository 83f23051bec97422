"""Re-encode a data set with a small short side."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('shrink_videos')
