"""tools/browse_views.py opens what a user looks at first."""

import av
import numpy as np
import pytest
from PIL import Image

from skdsrl_mmaction.cli import browse_views
from tests.support.tiny import tiny_options

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'
SLOWONLY = (
    'mmaction::recognition/slowonly/'
    'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
)


@pytest.fixture
def run(tiny_dataset, tmp_path, capsys):
    """Run the command; returns its samples and the paths it printed."""

    def start(*argv, out=tmp_path / 'out'):
        samples = browse_views.main(
            [
                *(CONFIG, '--out', str(out), *argv),
                *('--cfg-options', *tiny_options(tiny_dataset)),
            ]
        )
        printed = capsys.readouterr()
        assert printed.err == ''  # no terminal, no progress bar
        return samples, printed.out.split('\n')[:-1]

    return start


def test_pictures(run, tmp_path):
    samples, printed = run('--num', '3', '--seed', '5')
    names = [f'sample_{i:02}.png' for i in (1, 2, 3)] + ['contact_sheet.png']
    assert printed == [str(tmp_path / 'out' / name) for name in names]
    assert {x.name for x in (tmp_path / 'out').iterdir()} == set(names)
    for sample, path in zip(samples, printed):
        picture = np.asarray(Image.open(path))
        assert picture.shape[1] == 40 + 5 + 16 * 115 + 1
        strips = [
            np.concatenate(
                [np.pad(x, ((0, 0), (0, 3), (0, 0))) for x in view.frames], 1
            )[:, :-3]
            for view in sample.views
        ]
        mask = np.pad(np.ones((112, 112, 3), bool), ((0, 0), (0, 3), (0, 0)))
        mask = np.tile(mask, (1, 16, 1))[:, :-3]
        shown = [
            picture[top : top + 112, 27 : 27 + mask.shape[1]]
            for top in (112, 112 + 116 + 34 + 22)
        ]
        for found, wanted in zip(shown, strips):
            assert np.array_equal(found[mask], wanted[mask])
        assert not np.array_equal(shown[0], shown[1])
    sheet = Image.open(printed[-1])
    assert sheet.width > 3 * 360 and sheet.height > 200


@pytest.mark.parametrize('kind', ['mp4', 'gif'])
def test_videos(run, kind):
    _, printed = run('--num', '1', '--video', kind)
    assert [path[-3:] for path in printed] == ['png', kind, 'png']
    with av.open(printed[1]) as video:
        frames = [x.to_ndarray(format='rgb24') for x in video.decode(video=0)]
    assert len(frames) == 16
    left, right = np.array_split(frames[8][68:-50], 2, axis=1)
    assert np.abs(left.astype(int) - right).mean() > 5


def test_nothing_is_overwritten_unasked(run, tmp_path):
    mine = tmp_path / 'out' / 'sample_02.png'
    mine.parent.mkdir()
    mine.write_text('mine')
    with pytest.raises(FileExistsError, match='sample_02.png exists'):
        run('--num', '2')
    assert [*mine.parent.iterdir()] == [mine] and mine.read_text() == 'mine'
    run('--num', '2', '--overwrite')
    assert Image.open(mine).width > 760


def test_one_seed_one_picture(run, tmp_path):
    pictures = [
        run('--num', '1', *seed, out=tmp_path / str(i))[1][0]
        for i, seed in enumerate([(), ('--seed', '0'), ('--seed', '1')])
    ]
    first, same, other = (open(path, 'rb').read() for path in pictures)
    assert first == same != other


def test_seed_of_the_config(run, tmp_path, tiny_dataset):
    options = [*tiny_options(tiny_dataset), 'randomness.seed=1']
    (sample,) = browse_views.main(
        [CONFIG, '--out', str(tmp_path), '--num', '1', '--cfg-options']
        + options
    )
    (given,), _ = run('--num', '1', '--seed', '1')
    assert sample.path == given.path
    assert np.array_equal(sample.views[0].frames, given.views[0].frames)


def stock_options(folder, split='train'):
    dataset = f'{split}_dataloader.dataset'
    return [
        '--cfg-options',
        f'{dataset}.ann_file={folder}/train.txt',
        f'{dataset}.data_prefix.video={folder}',
        'model.cls_head.num_classes=6',
    ]


@pytest.mark.parametrize('skdsrl', [True, False])
def test_stock_and_mixed_config(tiny_dataset, tmp_path, skdsrl):
    (sample,) = browse_views.main(
        [
            *(SLOWONLY, '--num', '1', '--out', str(tmp_path)),
            *(['--skdsrl'] if skdsrl else []),
            *stock_options(tiny_dataset),
        ]
    )
    names = ['view 1', 'view 2'] if skdsrl else ['clip']
    assert [view.name for view in sample.views] == names
    assert all(view.frames.shape[0] == 4 for view in sample.views)


def test_fewer_videos_than_a_batch(tiny_dataset, tmp_path):
    (tmp_path / 'list.txt').write_text('0.mp4 0\n')
    options = stock_options(tiny_dataset)
    options[1] = f'train_dataloader.dataset.ann_file={tmp_path}/list.txt'
    samples = browse_views.main(
        [SLOWONLY, '--skdsrl', '--out', str(tmp_path / 'out'), *options]
    )
    assert len(samples) == 1
    assert len(list((tmp_path / 'out').iterdir())) == 2


@pytest.mark.parametrize(
    'argv, message',
    [
        (['--num', '0'], '--num=0 must be 1 or more'),
        (['--video', 'avi'], "invalid choice: 'avi'"),
        (['--split', 'all'], "invalid choice: 'all'"),
    ],
)
def test_wrong_options(capsys, argv, message):
    with pytest.raises(SystemExit):
        browse_views.parse_args([CONFIG, *argv])
    assert message in capsys.readouterr().err


def test_refusals_are_one_line(python, tmp_path):
    done = python('tools/browse_views.py', CONFIG, check=False)
    (line,) = [x for x in done.stderr.splitlines() if 'Error' in x]
    assert line.startswith('FileNotFoundError: ')
    assert 'train_dataloader.dataset.ann_file' in line
    assert 'Traceback' not in done.stderr


@pytest.mark.parametrize('skdsrl', [True, False])
def test_real_videos_from_a_shell(python, real_videos, tmp_path, skdsrl):
    done = python(
        *('tools/browse_views.py', SLOWONLY, '--num', '2', '--video', 'mp4'),
        *('--out', tmp_path / 'out', *(['--skdsrl'] if skdsrl else [])),
        *stock_options(real_videos / 'ut_interaction'),
    )
    paths = done.stdout.split('\n')[:-1]
    assert len(paths) == 5
    for path in paths:
        if path.endswith('.png'):
            pixels = np.asarray(Image.open(path)).reshape(-1, 3)
            assert len(np.unique(pixels, axis=0)) > 1000
