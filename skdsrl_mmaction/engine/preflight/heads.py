"""What training heads need of the rest of a config."""

from mmaction.registry import DATA_SAMPLERS, HOOKS
from mmengine.config import Config

from ...models.heads import find_head
from ...models.recognizers import head_configs
from ...utils import find_type, is_a, leaf_datasets


def check_heads(cfg: Config) -> None:
    """Check that the training heads of a model have what they declare.

    Args:
        cfg (Config): The whole config.

    Raises:
        ValueError: If the sampler, the batch size, a hook, the validation or
            the data set is not as a head needs it.
    """
    for head in map(find_head, head_configs(cfg.model)):
        name = f'{head.__name__} of the model'
        _check_loader(cfg.train_dataloader, head, name)
        hooks = cfg.get('custom_hooks') or []
        if head.hook is not None and not any(
            is_a(HOOKS, hook['type'], find_type(HOOKS, head.hook))
            for hook in hooks
            if isinstance(hook, dict)
        ):
            raise ValueError(
                f'{name} needs dict(type={head.hook!r}) in custom_hooks, '
                'where there is none'
            )
        if head.needs_validation and cfg.get('val_cfg') is None:
            raise ValueError(
                f'{name} learns from validations, but val_cfg=None; set '
                'val_cfg, val_dataloader and val_evaluator, train without '
                '--no-validate, or compare with --val'
            )


def _check_loader(loader: dict, head: type, name: str) -> None:
    kind = (loader.get('sampler') or {}).get('type')
    if head.sampler is not None and not is_a(
        DATA_SAMPLERS, kind, find_type(DATA_SAMPLERS, head.sampler)
    ):
        raise ValueError(
            f'train_dataloader.sampler.type={kind!r} must be '
            f'{head.sampler!r} for {name}'
        )
    if loader['batch_size'] % head.batch_multiple:
        raise ValueError(
            f'train_dataloader.batch_size={loader["batch_size"]} must be a '
            f'multiple of {head.batch_multiple} for {name}'
        )
    leaves = list(leaf_datasets('', loader['dataset']))
    if head.numbers_videos and len(leaves) > 1:
        raise ValueError(
            'train_dataloader.dataset must be one data set, not '
            f'{len(leaves)}, for {name}, which knows videos by their '
            'number; write one annotation file of all videos'
        )
