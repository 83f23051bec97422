"""A backbone whose package is absent names that package."""


def name_mmpretrain() -> None:
    """``MobileOneTSM is not in the mmaction::model registry``.

    The host leaves this backbone out, without a word, where mmpretrain is
    not installed. The stand-in names the package when it is built.
    """
    from mmaction.registry import MODELS

    name = 'MobileOneTSM'
    if MODELS.get(name) is not None:
        return

    def missing(*args, **kwargs):
        raise ImportError(
            f'backbone.type={name!r} needs mmpretrain: pip install mmpretrain'
        )

    MODELS.register_module(name=name, module=missing)
