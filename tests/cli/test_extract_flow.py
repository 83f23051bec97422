import shutil

import numpy as np
import pytest

from skdsrl_mmaction.cli import cache_frames, extract_flow


@pytest.fixture
def src(counting_video, tmp_path):
    (tmp_path / 'src/a').mkdir(parents=True)
    shutil.copy(counting_video, tmp_path / 'src/a/1.mp4')
    (tmp_path / 'src/bad.avi').write_text('no video')
    return tmp_path / 'src'


def run(*argv, command=extract_flow):
    numbers = ('--workers', '1', '--short-side', '24')
    with pytest.raises(SystemExit) as ended:
        command.main([*map(str, argv), *numbers])
    return ended.value.code


def test_a_data_set(src, tmp_path, capsys):
    dst = tmp_path / 'flow'
    ann_file = tmp_path / 'train.txt'
    ann_file.write_text('a/1.mp4 0\nbad.avi 1\n')
    assert run(src, dst, '--ann-file', ann_file) == 1
    printed, progress = capsys.readouterr()
    assert progress.count('100%') == 2
    assert f'1 videos written to {dst}' in printed
    assert f'skipped {src}/bad.avi: ValueError: cannot read' in printed
    assert (dst / 'train.txt').read_text() == 'a/1.mp4 0\n'
    flow = np.load(dst / 'a/1.mp4.npy')
    assert flow.shape == (25, 24, 32, 3)
    assert np.array_equal(flow[-1], flow[-2])
    # A second run makes what is missing.
    (src / 'bad.avi').unlink()
    assert run(src, dst) == 0
    assert '1 videos, 0 of them to cache' in capsys.readouterr().out


def test_folders_of_another_content(src, tmp_path):
    (src / 'bad.avi').unlink()
    frames, flow = tmp_path / 'frames', tmp_path / 'flow'
    assert run(src, frames, command=cache_frames) == 0
    with pytest.raises(ValueError, match='of frames, not of farneback flow'):
        extract_flow.main([str(src), str(frames), '--short-side', '24'])
    assert run(src, flow) == 0
    with pytest.raises(ValueError, match='within 10 pixels, not of .* 5 pix'):
        extract_flow.main(
            [str(src), str(flow), '--short-side', '24', '--bound', '5']
        )
    with pytest.raises(ValueError, match='of farneback flow .*not of frames'):
        cache_frames.main([str(src), str(flow), '--short-side', '24'])


@pytest.mark.parametrize('bound', ['0', 'nan', 'inf', '-1'])
def test_a_bound_out_of_range(capsys, bound):
    with pytest.raises(SystemExit):
        extract_flow.main(['a', 'b', f'--bound={bound}'])
    assert '--bound' in capsys.readouterr().err
