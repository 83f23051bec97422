"""Recognize the actions of videos with a trained model.

Prints the most probable classes of each video, by all clips of the test
pipeline. A source is a video, a folder of videos, a URL or the number of a
webcam; the latter two are read by OpenCV.
"""

import argparse
import json
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import numpy as np

from ..inference import Recognizer
from ..utils import show_progress
from ..visualization.scores_video import write_scores_video
from .model_options import (
    add_label_option,
    model_parser,
    read_model_config,
)
from .output import Output, add_output_options, default_output
from .quiet import quiet
from .sources import find_sources, is_live, record


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = model_parser(__doc__)
    parser.add_argument(
        'videos', nargs='+', help='videos, folders, URLs, numbers of webcams'
    )
    add_label_option(parser)
    parser.add_argument(
        '--topk',
        type=int,
        default=5,
        metavar='K',
        help='classes of each video (default: %(default)s)',
    )
    parser.add_argument(
        '--json',
        action='store_true',
        help='print a JSON object for each video: video, labels, scores',
    )
    parser.add_argument(
        '--video',
        action='store_true',
        help='write a copy of each video with label, score and scores over '
        'time drawn in',
    )
    parser.add_argument(
        '--window',
        type=float,
        default=2.0,
        metavar='SECONDS',
        help='length of the window that slides over the video for --video '
        '(default: %(default)s)',
    )
    parser.add_argument(
        '--seconds',
        type=float,
        default=10.0,
        help='how much of a URL or webcam to read (default: %(default)s)',
    )
    parser.add_argument(
        '--device',
        help="such as cpu or cuda:0 (default: a GPU if there's one)",
    )
    add_output_options(parser)
    args = parser.parse_args(argv)
    for key in ('topk', 'window', 'seconds'):
        if not getattr(args, key) > 0:
            parser.error(f'--{key}={getattr(args, key)} must be above 0')
    return args


def main(argv: Optional[Sequence[str]] = None) -> List[dict]:
    """Run the command.

    Returns:
        list[dict]: ``video``, ``labels`` and ``scores`` of each video.

    Raises:
        SystemExit: With status 1, at the end, if a video cannot be read.
    """
    args = parse_args(argv)
    sources = find_sources(args.videos)
    output = Output(
        args.out or default_output(args.config, 'demo'), args.overwrite
    )
    paths = _paths(sources, output) if args.video else {}
    # Standard output has the results alone; MMEngine logs to it.
    with redirect_stdout(sys.stderr), quiet():
        recognize = Recognizer(
            read_model_config(args),
            args.checkpoint,
            args.device,
            args.label_file,
        )
    results, bad = [], False
    for source in show_progress(sources, 'recognizing'):
        try:
            found = _recognize(recognize, source, paths.get(source), args)
        except (OSError, ValueError) as error:
            print(f'{source}: {error}', file=sys.stderr)
            bad = True
            continue
        print(json.dumps(found) if args.json else _text(found), flush=True)
        results.append(found)
    with redirect_stdout(sys.stderr if args.json else sys.stdout):
        output.print_paths()
    if bad:
        sys.exit(1)
    return results


def _recognize(
    recognize: Recognizer,
    source: str,
    path: Optional[Path],
    args: argparse.Namespace,
) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        video = source
        if is_live(source):
            video = str(Path(folder, 'recorded.mkv'))
            record(source, video, args.seconds)
        labels, scores = recognize(video, args.topk)
        if path is not None:
            windows = list(recognize.windows(video, args.window))
            write_scores_video(
                video,
                str(path),
                [(window.begin + window.end) / 2 for window in windows],
                np.stack([window.scores.numpy() for window in windows]),
                recognize.classes,
            )
    return dict(video=source, labels=labels, scores=scores)


def _text(found: dict) -> str:
    rows = zip(found['labels'], found['scores'])
    return '\n'.join(
        [found['video'], *(f'  {score:.4f}  {label}' for label, score in rows)]
    )


def _paths(sources: Sequence[str], output: Output) -> Dict[str, Path]:
    """Name the copies; videos of one name are numbered."""
    paths: Dict[str, Path] = {}
    taken: List[str] = []
    for source in dict.fromkeys(sources):
        stem = f'webcam{source}' if source.isdigit() else Path(source).stem
        taken.append(stem)
        again = taken.count(stem)
        name = f'{stem}_{again}.mp4' if again > 1 else f'{stem}.mp4'
        paths[source] = output.path(name)
    return paths
