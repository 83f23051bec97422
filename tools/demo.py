"""Recognize the actions of videos with a trained model."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('demo')
