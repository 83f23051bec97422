"""The folder of a command."""

import argparse
from pathlib import Path

import pytest

from skdsrl_mmaction.cli.output import (
    Output,
    add_output_options,
    default_output,
)


def test_options():
    parser = argparse.ArgumentParser()
    add_output_options(parser)
    args = parser.parse_args(['--out', 'a/b'])
    assert (args.out, args.overwrite) == (Path('a/b'), False)


def test_default_folder_is_named_after_config_and_command():
    folder = default_output('configs/skdsrl_r3d18_demo.py', 'analyze')
    assert folder == Path('work_dirs/skdsrl_r3d18_demo/analyze')


def test_a_file_is_not_replaced_unasked(tmp_path, capsys):
    folder = tmp_path / 'not' / 'there'
    output = Output(folder)
    output.path('a.txt').write_text('first')
    output.path('below/b.txt').write_text('first')
    output.path('never written.txt')
    with pytest.raises(FileExistsError, match='a.txt exists.*--overwrite'):
        Output(folder).path('a.txt')
    Output(folder, overwrite=True).path('a.txt').write_text('second')
    assert (folder / 'a.txt').read_text() == 'second'
    output.print_paths()
    printed = capsys.readouterr().out.split('\n')[:-1]
    assert printed == [str(folder / 'a.txt'), str(folder / 'below/b.txt')]
