"""Draw samples as the model takes them: views, positions and operators."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('browse_views')
