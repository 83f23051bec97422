"""Write a checkpoint without what only training needs.

The file, NAME-HASH8.pth, holds the weights that testing uses and plain
values: names of the classes, test pipeline, mean and std. It has no optimizer,
no second copy of the weights and no training heads, and loads with
torch.load(weights_only=True). With a backbone of MMAction2, MMAction2 tests it
without this package.
"""

from pathlib import Path
from typing import Optional, Sequence

from ..models.export.encoder import encoder_options
from ..models.export.publish import (
    checkpoint_bytes,
    published,
    published_encoder,
    published_name,
)
from ..models.trained import class_names, load_trained
from ..utils import write_whole
from .model_options import (
    add_label_option,
    config_name,
    model_parser,
    read_model_config,
)
from .output import Output, add_output_options, default_output
from .quiet import quiet


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = model_parser(__doc__)
    add_label_option(parser)
    parser.add_argument(
        '--encoder-only',
        action='store_true',
        help='write the backbone alone, and print how a config starts from it',
    )
    add_output_options(parser)
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> Path:
    """Run the command.

    Returns:
        Path: The file that was written.
    """
    args = parse_args(argv)
    cfg = read_model_config(args)
    with quiet():
        model, meta = load_trained(cfg, args.checkpoint)
        name = config_name(args)
        if args.encoder_only:
            checkpoint, name = published_encoder(cfg, model), f'{name}_encoder'
        else:
            classes = class_names(
                model.cls_head.num_classes, meta, args.label_file
            )
            checkpoint = published(cfg, model, classes)
        content = checkpoint_bytes(checkpoint)
        folder = args.out or default_output(args.config, 'publish_model')
        output = Output(folder, args.overwrite)
        path = output.path(published_name(name, content))
        if args.encoder_only:
            options = encoder_options(
                cfg.model.backbone, checkpoint, str(path)
            )
            print('a config with this backbone starts from the file by')
            words = [f'{key}={value}' for key, value in options.items()]
            print('--cfg-options', *words)
    write_whole(str(path), content)
    output.print_paths()
    return path
