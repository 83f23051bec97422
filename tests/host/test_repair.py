import pytest

from skdsrl_mmaction import host


@pytest.mark.parametrize(
    'statements',
    [
        'import skdsrl_mmaction, mmaction.models, skdsrl_mmaction',
        'import mmaction, mmaction.datasets; import skdsrl_mmaction',
        'import skdsrl_mmaction, importlib as i; i.reload(skdsrl_mmaction)',
    ],
)
def test_import_in_any_order(python, statements):
    python('-c', f'{statements}\nfrom mmaction.models import Recognizer3D')


def test_repairs_are_made_once():
    from mmaction.datasets.transforms import ColorJitter, DecordInit
    from mmengine.config import Config
    from mmengine.runner import runner

    def repaired():
        return (
            Config._get_cfg_path,
            ColorJitter.adjust_hue,
            DecordInit._get_video_reader,
            runner.collect_env,
        )

    before = repaired()
    host.repair()
    host.open_decord_by_path(without_decord=None)
    assert repaired() == before
