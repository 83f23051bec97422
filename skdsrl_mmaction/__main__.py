"""``python -m skdsrl_mmaction NAME``, the same as ``skdsrl NAME``."""

from .cli.main import main

if __name__ == '__main__':
    main()
