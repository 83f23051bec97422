import enum
import importlib.util
from types import SimpleNamespace

import av.stream
import pytest

from skdsrl_mmaction.datasets.video import stream


@pytest.mark.parametrize('kind', [enum.Flag, enum.IntFlag])
def test_marks_of_older_and_newer_pyav(kind, monkeypatch):
    """Those of PyAV 15 are no numbers."""
    marks = {x.name: x.value for x in av.stream.Disposition}
    marks = kind('Disposition', marks)
    monkeypatch.setattr(av.stream, 'Disposition', marks)
    spec = importlib.util.spec_from_file_location('fresh', stream.__file__)
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)

    cover, video = (
        SimpleNamespace(disposition=mark, codec_context=True)
        for mark in (marks.attached_pic | marks.default, marks.default)
    )
    streams = SimpleNamespace(video=[cover, video], best=lambda _: cover)
    assert fresh.choose_stream(SimpleNamespace(streams=streams)) is video
