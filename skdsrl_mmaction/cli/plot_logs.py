"""Draw losses, accuracies and monitors of runs, also of those that go on.

Writes curves.png, the page curves.html and, where tools/test.py --dump has
written predictions into a work dir, the confusion matrix.
"""

import time
from pathlib import Path
from typing import Optional, Sequence

from ..utils import write_whole
from ..visualization.curves import plot_logs
from ..visualization.logs import read_runs
from ..visualization.page import needs_plotly
from .model_options import add_label_option
from .options import check_counts, raw_parser
from .output import Output, add_output_options


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = raw_parser(__doc__)
    parser.add_argument(
        'work_dirs',
        type=Path,
        nargs='+',
        metavar='WORK_DIR',
        help='work dir of a run, or the folder of one of its starts; several '
        'are drawn over each other',
    )
    add_label_option(parser, 'the last checkpoint of WORK_DIR')
    add_output_options(parser, 'plot_logs/ in the first WORK_DIR')
    parser.add_argument(
        '--watch',
        type=int,
        nargs='?',
        const=30,
        metavar='SECONDS',
        help='draw again at this interval (default: %(const)s) until Ctrl-C; '
        'a browser loads the page again by itself',
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'watch')
    return args


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    needs_plotly()
    read_runs(args.work_dirs)  # refuses them before a folder is made
    output = Output(
        args.out or args.work_dirs[0] / 'plot_logs', args.overwrite
    )
    paths = {name: output.path(name) for name in ('curves.png', 'curves.html')}

    def draw(refresh: Optional[int] = None) -> None:
        files = plot_logs(args.work_dirs, refresh, args.label_file)
        for name, content in files.items():
            if name not in paths:
                paths[name] = output.path(name)
            write_whole(str(paths[name]), content)

    draw(args.watch)
    output.print_paths()
    try:
        while args.watch:
            time.sleep(args.watch)
            draw(args.watch)
    except KeyboardInterrupt:
        draw()
