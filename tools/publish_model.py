"""Write a checkpoint without what only training needs."""

from skdsrl_mmaction.cli.main import run

if __name__ == '__main__':
    run('publish_model')
