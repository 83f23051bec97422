"""Run a tool of MMAction2 with the repairs of this package."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('host_tool')
