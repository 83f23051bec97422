import av
from av.video.frame import PictureType

from skdsrl_mmaction.benchmark.speed.synthetic import (
    SYNTHETIC,
    write_synthetic,
)


def test_synthetic_videos(tmp_path):
    """B-frames in both, and one key frame in the AVI."""
    for name, options in SYNTHETIC.items():
        path = str(tmp_path / name)
        write_synthetic(path, **dict(options, frames=20))
        with av.open(path) as container:
            stream = container.streams.video[0]
            assert (stream.width, stream.height) == options['size']
            frames = list(container.decode(stream))
        assert len(frames) == 20
        kinds = [PictureType(frame.pict_type).name for frame in frames]
        assert set(kinds) == {'I', 'P', 'B'}
        assert kinds.count('I') == 1
