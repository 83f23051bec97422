"""Draw losses, accuracies and monitors of runs, also of those that go on."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('plot_logs')
