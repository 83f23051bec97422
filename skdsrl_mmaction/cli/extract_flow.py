"""Compute the optical flow of a data set, for a teacher that sees motion.

Every video PATH/NAME.EXT below SRC becomes PATH/NAME.EXT.npy below DST: for
each frame an image of the flow to the next one, whose channels are x, y and
the length, after Resize(scale=(-1, SHORT_SIDE)). A config trains on the flow
with data_prefix=dict(video=DST) and FlipFlow in place of Flip, and the step
AddFlow puts it beside the frames. A second run makes what is missing, and
again what has changed.
"""

from functools import partial
from typing import Optional, Sequence

from ..datasets.preparation.flow import (
    ALGORITHMS,
    check_algorithm,
    flow_images,
)
from .cache_frames import cache, cache_parser
from .options import check_counts


def main(argv: Optional[Sequence[str]] = None) -> None:
    parser = cache_parser(__doc__, 'flow images')
    parser.add_argument(
        '--algorithm',
        choices=list(ALGORITHMS),
        default='farneback',
        help='tvl1 is slower and needs opencv-contrib-python (default: '
        '%(default)s)',
    )
    parser.add_argument(
        '--bound',
        type=float,
        default=10,
        help='largest motion in pixels of the resized frames, from frame to '
        'frame; larger ones are cut (default: %(default)g)',
    )
    args = parser.parse_args(argv)
    check_counts(parser, args, 'short_side', 'workers')
    if not 0 < args.bound < float('inf'):
        parser.error(f'--bound {args.bound} must be > 0 and finite')
    check_algorithm(args.algorithm)
    cache(
        args,
        convert=partial(
            flow_images, algorithm=args.algorithm, bound=args.bound
        ),
        content=f'{args.algorithm} flow within {args.bound:g} pixels',
    )
