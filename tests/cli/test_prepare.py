"""From official split files and videos to the annotation files of configs."""

import sys

import pytest
from mmaction.registry import DATASETS
from mmengine.config import Config

from skdsrl_mmaction.cli import prepare
from skdsrl_mmaction.datasets.preparation import annotation_files
from skdsrl_mmaction.engine import check_data
from tests.support.official_format import (
    LISTS,
    write_annotations,
    write_videos,
)
from tests.support.paths import ROOT
from tests.support.videos import write_counting_video


@pytest.fixture(scope='module')
def avi(tmp_path_factory):
    path = tmp_path_factory.mktemp('avi') / 'video.avi'
    return write_counting_video(path, 20, fourcc='XVID')


@pytest.fixture
def root(tmp_path, avi):
    """UCF101 in data/ucf101 of the current folder."""
    return make(tmp_path, 'ucf101', avi)


def make(folder, dataset, video):
    root = folder / 'data' / dataset
    write_annotations(root, dataset)
    write_videos(root, dataset, video)
    return root


def run(monkeypatch, *argv):
    monkeypatch.setattr(sys, 'argv', ['prepare.py', *map(str, argv)])
    prepare.main()


def lists(root):
    """Contents of the lists by the middle of their names."""
    return {
        path.stem[len(root.name) + 1 : -len('_videos')]: path.read_text()
        for path in root.glob('*_videos.txt')
        if 'unusable' not in path.name
    }


@pytest.mark.parametrize('dataset', LISTS)
def test_configs_take_the_lists(
    dataset, avi, counting_video, tmp_path, monkeypatch
):
    """Run with nothing but the name, where the configs look for data."""
    video = counting_video if dataset == 'kinetics400' else avi
    root = make(tmp_path, dataset, video)
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, dataset, '--workers', 1)
    assert lists(root) == LISTS[dataset]
    assert (root / f'{dataset}_unusable_videos.txt').read_text() == ''

    name = 'k400' if dataset == 'kinetics400' else dataset
    cfg = Config.fromfile(ROOT / f'configs/skdsrl_r3d18_{name}.py')
    cfg.train_dataloader.batch_size = 2
    check_data(cfg, ['train', 'val', 'test'])
    want = LISTS[dataset]['train_split_1' if name == dataset else 'train_list']
    data = DATASETS.build(cfg.train_dataloader.dataset)
    labels = [
        data[i]['data_samples'].gt_label.item() for i in range(len(data))
    ]
    assert labels == [int(line[-1]) for line in want.splitlines()]


def test_as_a_command(python, root):
    """Also tests what the processes that decode import."""
    write_counting_video(root / 'videos/Archery/v_Archery_g01_c01.avi', 5)
    done = python('tools/data/prepare.py', 'ucf101', root)
    assert lists(root) == LISTS['ucf101']
    assert '3 of the 101 classes' in done.stdout
    assert 'unusable videos: none' in done.stdout
    assert f'{root}/ucf101_val_split_1_videos.txt: 2 of 2' in done.stdout
    assert 'checking videos' in done.stderr and '100%' in done.stderr


def break_videos(root):
    """Archery_g08 is missing, BandMarching_g08 unreadable."""
    (root / 'videos/Archery/v_Archery_g08_c01.avi').rename(root / 'moved.avi')
    broken = root / 'videos/BandMarching/v_BandMarching_g08_c01.avi'
    broken.write_bytes(broken.read_bytes()[:200])


def test_unusable_videos_are_left_out_and_reported(root, monkeypatch, capsys):
    break_videos(root)
    splits = {
        'trainlist02.txt': 'BandMarching/v_BandMarching_g08_c01.avi 2\n'
        'Archery/v_Archery_g01_c01.avi 1\n',
        'testlist02.txt': 'Archery/v_Archery_g01_c01.avi\n',
        'testlist03.txt': 'Archery/v_Archery_g01_c01.avi\n',
    }
    for name, text in splits.items():
        (root / 'annotations' / name).write_text(text)
    run(monkeypatch, 'ucf101', root)
    report = root / 'ucf101_unusable_videos.txt'
    broken = 'videos/BandMarching/v_BandMarching_g08_c01.avi'
    assert sorted(report.read_text().splitlines()) == [
        'videos/Archery/v_Archery_g08_c01.avi\tmissing',
        f'{broken}\tunreadable: ValueError: cannot read the video '
        f"'{root}/{broken}': Invalid data found when processing input",
    ]
    written = lists(root)
    assert written['train_split_1'] == (
        'HandstandPushups/v_HandStandPushups_g08_c01.avi 2\n'
    )
    assert written['train_split_2'] == 'Archery/v_Archery_g01_c01.avi 0\n'
    out = capsys.readouterr().out
    assert 'unusable videos: 1 missing, 1 unreadable' in out
    assert 'ucf101_train_split_1_videos.txt: 1 of 3 videos' in out


def test_no_list_is_written_if_one_would_be_empty(root, monkeypatch):
    break_videos(root)  # all that testlist02 and 03 have
    with pytest.raises(SystemExit, match='val_split_2.*would be empty'):
        run(monkeypatch, 'ucf101', root)
    assert lists(root) == {}
    report = root / 'ucf101_unusable_videos.txt'
    assert len(report.read_text().splitlines()) == 2
    # What was wrong is put right; the report is of the last run.
    video = root / 'videos/Archery/v_Archery_g01_c01.avi'
    for name in 'Archery/v_Archery_g08', 'BandMarching/v_BandMarching_g08':
        (root / f'videos/{name}_c01.avi').write_bytes(video.read_bytes())
    run(monkeypatch, 'ucf101', root)
    assert lists(root) == LISTS['ucf101']
    assert report.read_text() == ''


def test_no_check_finds_only_what_is_missing(root, monkeypatch):
    break_videos(root)
    (root / 'annotations/testlist03.txt').write_text(
        'BandMarching/v_BandMarching_g08_c01.avi\n'
    )
    run(monkeypatch, 'ucf101', root, '--no-check')
    report = (root / 'ucf101_unusable_videos.txt').read_text()
    assert report == 'videos/Archery/v_Archery_g08_c01.avi\tmissing\n'


def test_a_space_in_a_path_is_refused_with_what_to_do(
    tmp_path, counting_video, monkeypatch
):
    root = make(tmp_path, 'kinetics400', counting_video)
    folder = root / 'videos_train'
    (folder / "massaging_person's_head").rename(
        folder / "massaging person's head"
    )
    run(monkeypatch, 'kinetics400', root, '--workers', 1)
    path, problem = (
        (root / 'kinetics400_unusable_videos.txt').read_text().split('\t')
    )
    assert path.startswith("videos_train/massaging person's head/")
    assert 'misnamed' in problem and 'underscores' in problem
    assert len(lists(root)['train_list'].splitlines()) == 2


def test_existing_lists_are_not_overwritten(root, monkeypatch):
    mine = root / 'ucf101_val_split_3_videos.txt'
    mine.write_text('mine')
    monkeypatch.setattr(annotation_files, 'find_problems', None)
    with pytest.raises(SystemExit, match=f'{mine.name} exists'):
        run(monkeypatch, 'ucf101', root)
    assert lists(root) == {'val_split_3': 'mine'}
    # Nor is one that came up while the videos were checked.
    splits = annotation_files.ucf101(root)[-1:]
    with pytest.raises(FileExistsError, match=mine.name):
        annotation_files.write_annotation_files(root, 'ucf101', splits, {})
    assert mine.read_text() == 'mine'


def test_missing_folder_of_videos(root, monkeypatch):
    (root / 'videos').rename(root / 'UCF-101')
    with pytest.raises(FileNotFoundError, match='videos must be the folder'):
        run(monkeypatch, 'ucf101', root)
    (root / 'videos').symlink_to('UCF-101')
    run(monkeypatch, 'ucf101', root, '--no-check')
    assert lists(root) == LISTS['ucf101']


def test_workers_must_be_positive(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, 'ucf101', '--workers', 0)
    assert '--workers=0 must be 1 or more' in capsys.readouterr().err
