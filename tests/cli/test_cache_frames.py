import pickle
import re
import shutil

import pytest
import torch

from skdsrl_mmaction.cli import cache_frames, check_videos, test, train
from skdsrl_mmaction.datasets.video import open_video
from tests.support.tiny import tiny_options
from tests.support.videos import write_counting_video

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'


def run(*argv):
    with pytest.raises(SystemExit) as ended:
        cache_frames.main([*map(str, argv), '--workers', '1'])
    return ended.value.code


def test_a_data_set(counting_video, tmp_path, capsys):
    src, dst = tmp_path / 'src', tmp_path / 'dst'
    for name in 'a', 'b':
        (src / name).mkdir(parents=True)
    write_counting_video(src / 'a/1.avi', 12, fourcc='XVID')
    shutil.copy(counting_video, src / 'b/2.mp4')
    (src / 'b/bad.avi').write_text('no video')
    (src / 'notes.txt').write_text('no video either')
    ann_file = tmp_path / 'train.txt'
    ann_file.write_text('a/1.avi 0\n\nb/2 1\nb/bad.avi 1\nno.avi 0\n')

    argv = (src, dst, '--short-side', '24', '--ann-file', ann_file)
    assert run(*argv) == 1
    printed, progress = capsys.readouterr()
    assert progress.count('100%') == 2
    assert '3 videos, 3 of them to cache, about 8.52e-05 GB' in printed
    assert f'2 videos written to {dst}' in printed
    assert f'skipped {src}/b/bad.avi: ValueError: cannot read' in printed
    files = ['1.avi.npy', '2.mp4.npy', 'frames_index.jsonl', 'train.txt']
    assert sorted(x.name for x in dst.rglob('*.*')) == files
    assert (dst / 'train.txt').read_text() == 'a/1.avi 0\nb/2 1\n'
    assert len(open_video(str(dst / 'a/1.avi'))) == 12

    # A second run makes what is missing or has changed, and leaves the rest.
    write_counting_video(src / 'b/bad.avi', 12, fourcc='XVID')
    write_counting_video(src / 'a/1.avi', 14, fourcc='XVID')
    before = (dst / 'b/2.mp4.npy').stat().st_mtime_ns
    assert run(*argv) == 0
    assert '3 videos, 2 of them to cache' in capsys.readouterr().out
    assert len(open_video(str(dst / 'a/1.avi'))) == 14
    assert (dst / 'b/2.mp4.npy').stat().st_mtime_ns == before
    text = 'a/1.avi 0\nb/2 1\nb/bad.avi 1\n'
    assert (dst / 'train.txt').read_text() == text
    assert run(*argv) == 0
    assert '3 videos, 0 of them to cache' in capsys.readouterr().out


def test_there_must_be_room(counting_video, tmp_path, monkeypatch):
    """25 frames of 32 x 24 are 57,600 bytes."""
    src, dst = tmp_path / 'src', tmp_path / 'dst'
    src.mkdir()
    shutil.copy(counting_video, src / 'a.mp4')
    argv = [str(src), str(dst), '--short-side', '24', '--workers', '1']
    with pytest.raises(ValueError, match='--max-gb 5e-05: .* 5.76e-05 GB'):
        cache_frames.main([*argv, '--max-gb', '5e-5'])
    monkeypatch.setattr(
        'shutil.disk_usage', lambda path: shutil._ntuple_diskusage(9, 9, 1000)
    )
    with pytest.raises(ValueError, match='5.76e-05 GB more, and 1e-06 GB are'):
        cache_frames.main(argv)
    assert not dst.exists()
    monkeypatch.undo()
    assert run(*argv[:-2], '--max-gb', '6e-5') == 0
    shutil.copy(counting_video, src / 'b.mp4')
    with pytest.raises(ValueError, match='about 0.000115 GB'):
        cache_frames.main([*argv, '--max-gb', '6e-5'])  # of the whole cache


@pytest.mark.parametrize('option', ['--workers', '--short-side'])
def test_numbers_that_must_be_positive(capsys, option):
    with pytest.raises(SystemExit):
        cache_frames.main(['a', 'b', option, '0'])
    assert f'{option}=0 must be 1 or more' in capsys.readouterr().err


def trained(folder, data, capsys):
    """Train two epochs with validation, and test, on videos of a folder."""
    options = [
        *('--work-dir', str(folder), '--cfg-options', *tiny_options(data)),
        'default_hooks.checkpoint.save_best=None',
    ]
    train.main(
        [
            *(CONFIG, '--seed', '0', '--deterministic', *options),
            *('train_cfg.max_epochs=2', f'experiment_name={folder.name}'),
        ]
    )
    weights = folder / 'epoch_2.pth'
    dump = folder / 'all.pkl'
    argv = [CONFIG, str(weights), '--dump', str(dump), *options]
    test.main([*argv, f'experiment_name={folder.name}-test'])
    printed = re.findall(r'acc/\w+: [\d.]+', capsys.readouterr().out)
    scores = [x['pred_score'] for x in pickle.loads(dump.read_bytes())]
    state = torch.load(weights, weights_only=True)['state_dict']
    return state, scores, printed


@pytest.mark.slow
def test_training_and_testing_are_equal_bit_for_bit(
    tiny_dataset, tmp_path, capsys
):
    lists = [tiny_dataset / 'train.txt', tiny_dataset / 'val.txt']
    cache = tmp_path / 'cache'
    assert run(tiny_dataset, cache, '--ann-file', *lists) == 0
    plain = trained(tmp_path / 'plain', tiny_dataset, capsys)
    cached = trained(tmp_path / 'cached', cache, capsys)
    assert plain[0].keys() == cached[0].keys()
    for key, value in plain[0].items():
        assert torch.equal(value, cached[0][key]), key
    for one, other in zip(plain[1], cached[1]):
        assert torch.equal(one, other)
    assert plain[2] == cached[2] != []
    assert not (tmp_path / 'cached/bad_videos.txt').exists()


def test_check_videos_reads_a_cache(counting_video, tmp_path, capsys):
    src, dst = tmp_path / 'src', tmp_path / 'dst'
    src.mkdir()
    for name in 'a.mp4', 'b.mp4':
        shutil.copy(counting_video, src / name)
    (src / 'list.txt').write_text('a.mp4 0\nb.mp4 1\n')
    argv = ('--short-side', '24', '--ann-file', src / 'list.txt')
    assert run(src, dst, *argv) == 0
    write_counting_video(src / 'b.mp4', 12)
    with pytest.raises(SystemExit) as ended:
        check_videos.main(
            [
                *(str(dst / 'list.txt'), '--data-prefix', str(dst)),
                *('--workers', '1'),
            ]
        )
    assert ended.value.code == 1
    assert (dst / 'list_good.txt').read_text() == 'a.mp4 0\n'
    assert 'has changed since' in (dst / 'list_bad.txt').read_text()
