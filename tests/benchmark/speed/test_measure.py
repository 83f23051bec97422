import pytest

from skdsrl_mmaction.benchmark.speed.measure import find_videos


def test_each_video_is_before_its_smaller_copy(counting_video, tmp_path):
    found = find_videos([str(counting_video)], str(tmp_path))
    assert found == {
        'counting.mp4': str(counting_video),
        'counting.mp4, shrunk': str(tmp_path / '0.mp4'),
    }
    assert (tmp_path / '0.mp4').stat().st_size
    assert list(find_videos([str(counting_video)], str(tmp_path), False)) == (
        ['counting.mp4']
    )


def test_names_must_differ(counting_video, tmp_path):
    paths = [str(counting_video)] * 2
    with pytest.raises(ValueError, match="named 'counting.mp4' too"):
        find_videos(paths, str(tmp_path), shrink=False)
