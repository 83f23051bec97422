"""Write a model as a graph for devices without MMAction2, and measure it.

The input ``frames`` is uint8, what FormatShape gives for one clip of each
video, resized and cropped: (N, 1, 3, T, H, W) for 3D recognizers,
(N, segments, 3, H, W) for 2D ones. The output ``scores``, (N, K), holds
probabilities. The graph is compared with torch on clips of ten videos of the
test set before its file appears; table.md has size, latency, accuracy and the
share of videos for which a graph and torch predict the same class.
"""

from typing import List, Optional, Sequence

import torch
from rich.console import Console

from ..benchmark.export.run import export_model
from ..benchmark.export.table import Variant
from ..engine import check_data
from ..models.export import SUFFIXES, check_format
from ..models.trained import load_trained
from .model_options import config_name, model_parser, read_model_config
from .options import check_counts
from .output import Output, add_output_options, default_output
from .quiet import quiet


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = model_parser(
        __doc__,
        nargs='?',
        help='checkpoint file; without it, weights are random, and the table '
        'has sizes and latencies alone',
    )
    parser.add_argument(
        '--format',
        choices=list(SUFFIXES),
        default='onnx',
        help='kind of the graph (default: %(default)s)',
    )
    parser.add_argument(
        '--calibration',
        metavar='LIST',
        help='annotation file of the format of the test set, from whose '
        'videos int8 is calibrated; without it, no int8 is written',
    )
    parser.add_argument(
        '--calibration-videos',
        type=int,
        default=32,
        metavar='N',
        help='videos of LIST, spread evenly (default: %(default)s)',
    )
    parser.add_argument(
        '--videos',
        type=int,
        default=50,
        metavar='N',
        help='videos of the test set over which latency and accuracy are '
        'measured, spread evenly (default: %(default)s)',
    )
    add_output_options(parser)
    args = parser.parse_args(argv)
    check_counts(parser, args, 'videos', 'calibration_videos')
    if args.calibration and args.format != 'onnx':
        parser.error(f'--calibration: int8 is for onnx, not {args.format}')
    return args


def main(argv: Optional[Sequence[str]] = None) -> List[Variant]:
    """Run the command.

    Returns:
        list[Variant]: The rows of the table.
    """
    args = parse_args(argv)
    check_format(args.format)
    folder = args.out or default_output(args.config, 'export')
    output = Output(folder, args.overwrite)
    name, suffix = config_name(args), SUFFIXES[args.format]
    kinds = ['fp32']
    kinds += ['fp16'] if torch.cuda.is_available() else []
    kinds += ['int8'] if args.calibration else []
    paths = {kind: output.path(f'{name}_{kind}{suffix}') for kind in kinds}
    table_path = output.path('table.md')
    cfg = read_model_config(args)
    check_data(cfg, ['test'])
    console = Console(stderr=True)
    with quiet(), console.status('exporting and measuring'):
        model, _ = load_trained(cfg, args.checkpoint)
        table, variants = export_model(
            cfg,
            model,
            args.format,
            paths,
            calibration=args.calibration,
            calibration_videos=args.calibration_videos,
            videos=args.videos,
            is_trained=args.checkpoint is not None,
        )
    table_path.write_text(table)
    print(table)
    output.print_paths()
    return variants
