"""Checkpoints that write a marker file if anything in them is run."""

import os
import pickle

import torch


class Reduced:
    """Pickled as a call of a function."""

    def __init__(self, function, *args):
        self.reduced = (function, args)

    def __reduce__(self):
        return self.reduced


def hostile_pickles(folder, marker, content=None):
    """Write three files; returns their paths.

    Args:
        folder (Path): Where to write them.
        marker (Path): File that their code would create.
        content (dict, optional): What else they hold.
    """
    content = content or {}
    code = f'open({str(marker)!r}, "w")'
    payloads = (
        Reduced(os.system, f'touch {marker}'),
        Reduced(eval, code),
        Reduced(getattr, Reduced(__import__, 'os'), 'system'),
    )
    paths = [folder / f'hostile_{i}.pth' for i in range(3)]
    torch.save({**content, 'x': payloads[0]}, paths[0])
    # The format before torch 1.6, and a plain pickle.
    torch.save(
        {**content, 'x': payloads[1]},
        paths[1],
        _use_new_zipfile_serialization=False,
    )
    paths[2].write_bytes(pickle.dumps({'x': payloads[2]}, protocol=2))
    return paths


def _module(folder, marker):
    (folder / 'hostile_module.py').write_text(f'open({str(marker)!r}, "w")\n')
    return 'hostile_module'


def _base(folder, marker):
    (folder / 'base.py').write_text(f'open({str(marker)!r}, "w")\nmodel = 1\n')
    return str(folder / 'base.py')


# Texts of configs; each takes a folder for other files, and the marker.
HOSTILE_TEXTS = {
    'statement': lambda folder, marker: (
        f'before = 1\nopen({str(marker)!r}, "w")\n'
    ),
    'import': lambda folder, marker: (
        f'before = 1\nimport os\nos.system("touch {marker}")\n'
    ),
    'value': lambda folder, marker: (
        f'before = 1\ngpu_ids = [open({str(marker)!r}, "w")]\n'
    ),
    'call in a dict': lambda folder, marker: (
        f'before = 1\nmodel = dict(type=dict(a=open({str(marker)!r}, "w")))\n'
    ),
    'function': lambda folder, marker: (
        f'before = 1\ndef f(x=open({str(marker)!r}, "w")):\n    pass\n'
    ),
    'custom_imports': lambda folder, marker: (
        'before = 1\ncustom_imports = dict(imports='
        f'[{_module(folder, marker)!r}], allow_failed_imports=False)\n'
    ),
    '_base_': lambda folder, marker: (
        f'before = 1\n_base_ = [{_base(folder, marker)!r}]\n'
    ),
    'template': lambda folder, marker: (
        'before = 1\nx = "{{$ENV:NO_SUCH_NAME:"+str(open('
        f'"{marker}","w"))+"}}}}"\n'
    ),
    'init_cfg': lambda folder, marker: (
        'before = 1\nmodel = dict(init_cfg=dict(type="Pretrained", '
        f'checkpoint={str(hostile_pickles(folder, marker)[0])!r}))\n'
    ),
}
