"""Measure the time of loading videos and of a training step."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('benchmark_pipeline')
