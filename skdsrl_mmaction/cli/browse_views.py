"""Draw samples as the model takes them: views, positions and operators.

Each of the first samples of a split becomes a picture, sample_NN.png: view 1
over view 2, frame by frame, with the operators that were drawn for each.
contact_sheet.png has all of them. Samples of training are those that a run
with the same seed begins with.
"""

from typing import List, Optional, Sequence

from mmengine.config import Config

from ..datasets.bad_videos import BadVideoRecord
from ..datasets.bad_videos.record import NAME as BAD_VIDEOS
from ..engine import check_data, check_options
from ..mixing import add_skdsrl
from ..utils import read_config, show_progress
from ..visualization.browse import browse
from ..visualization.canvas import save_png
from ..visualization.montage import draw_sample, draw_sheet, draw_tile
from ..visualization.samples import Sample
from ..visualization.video import FORMATS, play, write_video
from .options import check_counts, config_parser
from .output import Output, add_output_options, default_output


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = config_parser(__doc__)
    parser.add_argument(
        '--split',
        choices=['train', 'val', 'test'],
        default='train',
        help='whose samples (default: %(default)s)',
    )
    parser.add_argument(
        '--num',
        type=int,
        default=8,
        help='number of samples (default: %(default)s)',
    )
    parser.add_argument(
        '--seed',
        type=int,
        help='seed of the run (default: randomness.seed of the config, or 0)',
    )
    parser.add_argument(
        '--video',
        choices=FORMATS,
        help='write each sample also as a video, both views side by side',
    )
    parser.add_argument(
        '--skdsrl',
        action='store_true',
        help='apply SKD-SRL to the config of a stock recognizer first',
    )
    add_output_options(parser)
    args = parser.parse_args(argv)
    check_counts(parser, args, 'num')
    return args


def browse_views(
    cfg: Config,
    output: Output,
    split: str = 'train',
    num: int = 8,
    seed: int = 0,
    video: Optional[str] = None,
) -> List[Sample]:
    """Draw the first samples of a split, with a progress bar on stderr.

    Args:
        cfg (Config): The whole config.
        output (Output): Where the pictures are written; a training video
            that cannot be read is listed there in bad_videos.txt.
        split (str): 'train', 'val' or 'test'. Defaults to 'train'.
        num (int): How many samples. Defaults to 8.
        seed (int): Of the run. Defaults to 0.
        video (str, optional): 'mp4' or 'gif', which is written too. Defaults
            to None.

    Returns:
        list[Sample]: What is drawn.

    Raises:
        FileExistsError: If a file exists and must stay.
        ValueError: See :func:`browse`.
    """
    names = [f'sample_{i:02}' for i in range(1, num + 1)]
    pictures = [str(output.path(f'{name}.png')) for name in names]
    videos = [str(output.path(f'{name}.{video}')) for name in names if video]
    sheet = str(output.path('contact_sheet.png'))
    record = None
    if split == 'train':
        record = BadVideoRecord(str(output.path(BAD_VIDEOS).parent))
        record.start([])
    progress = show_progress(
        browse(cfg, split, num, seed, record), 'drawing samples', num
    )
    about = f'{split}, seed {seed}'
    if split == 'train':
        about += ', epoch 1'
    samples, tiles = [], []
    for i, sample in enumerate(progress):
        save_png(draw_sample(sample, f'{names[i]}: {about}'), pictures[i])
        if video:
            write_video(play(sample), videos[i])
        samples.append(sample)
        tiles.append(draw_tile(sample))
    save_png(draw_sheet(tiles, f'{len(tiles)} samples: {about}'), sheet)
    return samples


def main(argv: Optional[Sequence[str]] = None) -> List[Sample]:
    """Run the command.

    Returns:
        list[Sample]: What is drawn.
    """
    args = parse_args(argv)
    cfg = read_config(args.config)
    if args.skdsrl:
        cfg = add_skdsrl(cfg)
    check_options(cfg, args.cfg_options)
    cfg.merge_from_dict(args.cfg_options)
    check_data(cfg, [args.split], batches=False)
    seed = args.seed
    if seed is None:
        seed = (cfg.get('randomness') or {}).get('seed') or 0
    output = Output(
        args.out or default_output(args.config, 'browse_views'),
        args.overwrite,
    )
    samples = browse_views(cfg, output, args.split, args.num, seed, args.video)
    output.print_paths()
    return samples
