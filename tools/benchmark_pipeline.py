"""Measure the time of loading videos and of a training step."""

from skdsrl_mmaction.cli.benchmark_pipeline import main

if __name__ == '__main__':
    main()
