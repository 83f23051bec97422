"""The warning of mmcv-lite, in a process that has not imported it yet."""


def test_an_import_warns_of_nothing(python):
    done = python('-W', 'always', '-c', 'import skdsrl_mmaction')
    assert 'MultiScaleDeformableAttention' not in done.stderr


def test_other_warnings_are_kept(python):
    done = python(
        '-c',
        'import warnings; before = list(warnings.filters)\n'
        'from skdsrl_mmaction import host\n'
        'host.import_mmcv_without_its_warning()\n'
        'assert all(x in warnings.filters for x in before)\n'
        'warnings.warn("Fail to import another")',
    )
    assert 'Fail to import another' in done.stderr
