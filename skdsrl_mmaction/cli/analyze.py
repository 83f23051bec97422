"""Analyze what a checkpoint says of the test set of a config.

One pass over the test path, and one over two augmented views of each video,
give accuracies, confusions, calibration, consistency over clips and views,
and how much of the classes is in the representation: CSV files, pictures and
one HTML page.
"""

import os
from pathlib import Path
from typing import List, Optional, Sequence

from ..visualization.analysis import Analysis, analyze
from ..visualization.analysis.report import files_of, write_report
from ..visualization.extras import needs_scikit_learn
from ..visualization.page import needs_plotly
from .base import base_parser, load_config, prepare_run
from .model_options import add_label_option
from .output import Output, add_output_options, default_output


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = base_parser(__doc__)
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--against',
        metavar='OTHER_CHECKPOINT',
        help='another checkpoint of the same network, to put side by side',
    )
    add_label_option(parser)
    parser.add_argument(
        '--embedding',
        choices=['tsne', 'pca'],
        default='tsne',
        help='how the representations are placed in the plane '
        '(default: %(default)s)',
    )
    add_output_options(parser)
    args = parser.parse_args(argv)
    if args.against == args.checkpoint:
        parser.error(f'--against {args.against}: is CHECKPOINT itself')
    if args.launcher != 'none':
        parser.error(f'--launcher {args.launcher}: one process does it')
    return args


def main(argv: Optional[Sequence[str]] = None) -> List[Analysis]:
    """Run the command.

    Returns:
        list[Analysis]: Of the checkpoint, and of that of ``--against``.
    """
    args = parse_args(argv)
    needs_plotly()
    needs_scikit_learn()
    folder = args.out or default_output(args.config, 'analyze')
    output = Output(folder, args.overwrite)
    checkpoints = [args.checkpoint, *filter(None, [args.against])]
    names = _names(checkpoints)
    paths = {name: output.path(name) for name in files_of(names)}
    cfg = load_config(args)
    prepare_run(cfg, args, ['test'])
    analyses = [
        analyze(cfg, checkpoint, name, args.label_file)
        for name, checkpoint in zip(names, checkpoints)
    ]
    write_report(analyses, paths, args.embedding)
    output.print_paths()
    return analyses


def _names(checkpoints: Sequence[str]) -> List[str]:
    """Tell checkpoints apart by as little of their paths as that takes."""
    parts = [
        Path(os.path.abspath(x)).with_suffix('').parts for x in checkpoints
    ]
    length = 1
    while len({x[-length:] for x in parts}) < len(set(parts)):
        length += 1
    return ['_'.join(x[-length:]) for x in parts]
