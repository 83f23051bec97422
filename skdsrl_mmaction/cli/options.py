"""Options that several commands have."""

import argparse
import os

from .base import KEY_VALUES


def raw_parser(description: str) -> argparse.ArgumentParser:
    """Make a parser whose ``--help`` shows a description as it is."""
    return argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def config_parser(description: str) -> argparse.ArgumentParser:
    """Make a parser of ``config`` and ``--cfg-options``.

    Args:
        description (str): Shown by ``--help`` as it is.

    Returns:
        argparse.ArgumentParser: The parser, to which a command adds its own.
    """
    parser = raw_parser(description)
    parser.add_argument(
        'config',
        help='config file, or a config of an installed package, such as '
        'mmaction::recognition/tsm/NAME.py',
    )
    parser.add_argument(
        '--cfg-options',
        **KEY_VALUES,
        metavar='KEY=VALUE',
        help='keys of the config to override',
    )
    return parser


def add_workers_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--workers``, the number of processes."""
    parser.add_argument(
        '--workers',
        type=int,
        default=os.cpu_count(),
        help='number of processes (default: one for each CPU)',
    )


def check_counts(
    parser: argparse.ArgumentParser, args: argparse.Namespace, *keys: str
) -> None:
    """End the command where a number is below 1.

    Args:
        parser (ArgumentParser): Of the command.
        args (Namespace): What it has parsed.
        *keys (str): Of the numbers; None is allowed.
    """
    for key in keys:
        value = getattr(args, key)
        if value is not None and value < 1:
            option = key.replace('_', '-')
            parser.error(f'--{option}={value} must be 1 or more')
