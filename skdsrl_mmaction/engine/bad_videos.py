"""Bad videos in any config."""

from mmaction.registry import HOOKS
from mmengine.config import Config

from ..utils import import_first, is_a
from .hooks import BadVideosHook


def use_bad_videos_hook(cfg: Config, look: bool = True) -> None:
    """Let a config train without its bad videos, and name them in tests.

    Args:
        cfg (Config): The whole config; receives a :class:`BadVideosHook`.
            ``train_cfg.max_bad_videos`` becomes an argument of that hook.
        look (bool): Whether the hook looks at the files first. Defaults to
            True.
    """
    arguments = dict(look=look)
    if 'max_bad_videos' in (cfg.get('train_cfg') or {}):
        arguments['max_bad_videos'] = cfg.train_cfg.pop('max_bad_videos')
    hooks = list(cfg.get('custom_hooks') or [])
    for i, hook in enumerate(hooks):
        if isinstance(hook, dict) and is_a(HOOKS, hook['type'], BadVideosHook):
            hooks[i] = dict(hook, **arguments)
            break
    else:
        hooks.append(dict(type=BadVideosHook.__name__, **arguments))
    cfg.custom_hooks = hooks
    import_first(cfg, 'skdsrl_mmaction')
