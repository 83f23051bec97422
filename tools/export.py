"""Write a model as a graph for devices without MMAction2, and measure it."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('export')
