"""CONFIG CHECKPOINT, the arguments of commands that use a trained model."""

import argparse
from pathlib import Path
from typing import Any

from mmengine.config import Config

from ..engine import check_options
from ..utils import config_path, read_config
from .options import config_parser


def model_parser(
    description: str, **checkpoint: Any
) -> argparse.ArgumentParser:
    """Make a parser of ``config``, ``checkpoint`` and ``--cfg-options``.

    Args:
        description (str): Shown by ``--help`` as it is.
        **checkpoint: Of the argument ``checkpoint``, such as its ``nargs``.

    Returns:
        argparse.ArgumentParser: The parser, to which a command adds its own.
    """
    parser = config_parser(description)
    parser.add_argument(
        'checkpoint', **{'help': 'checkpoint file', **checkpoint}
    )
    return parser


def add_label_option(
    parser: argparse.ArgumentParser, checkpoint: str = 'CHECKPOINT'
) -> None:
    """Add ``--label-file``, whose names replace those of a checkpoint."""
    parser.add_argument(
        '--label-file',
        metavar='FILE',
        help='names of the classes, one a line (default: those in '
        f'{checkpoint}, or numbers)',
    )


def read_model_config(args: argparse.Namespace) -> Config:
    """Read the config that :func:`model_parser` parsed."""
    cfg = read_config(args.config)
    check_options(cfg, args.cfg_options)
    cfg.merge_from_dict(args.cfg_options)
    return cfg


def config_name(args: argparse.Namespace) -> str:
    """Return the name of the config's file, without its suffix."""
    return Path(config_path(args.config)).stem
