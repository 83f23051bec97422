"""The error of a backbone whose package is not installed."""


def name_mmpretrain() -> None:
    """Name mmpretrain in the error of the backbone that needs it.

    Symptom: ``MobileOneTSM is not in the mmaction::model registry``.

    Cause: the host does not register it where mmpretrain is not installed.
    The stand-in raises when it is built.

    Unnecessary once MMAction2 names the package.
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
