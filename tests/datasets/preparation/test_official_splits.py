import pytest

from skdsrl_mmaction.datasets.preparation import official_splits
from tests.support.official_format import LISTS, write_annotations


def read(root, dataset):
    return getattr(official_splits, dataset)(root)


@pytest.mark.parametrize('dataset', LISTS)
def test_official_format(tmp_path, dataset):
    write_annotations(tmp_path, dataset)
    lists = {
        split.name: ''.join(
            f'{path} {label}\n' for path, label in split.labels.items()
        )
        for split in read(tmp_path, dataset)
    }
    assert lists == LISTS[dataset]


@pytest.mark.parametrize(
    'dataset, file, line, message',
    [
        ('ucf101', 'classInd.txt', '5 Archery', '"4 Class"'),
        ('ucf101', 'classInd.txt', '4 Archery', '"4 Class"'),
        ('ucf101', 'classInd.txt', '4', '"4 Class"'),
        ('ucf101', 'trainlist01.txt', 'Archery/v_a.avi 2', 'as in classInd'),
        ('ucf101', 'trainlist01.txt', 'Archery/v_a.avi x', 'as in classInd'),
        ('ucf101', 'trainlist01.txt', 'Nowhere/v_a.avi 1', 'as in classInd'),
        ('ucf101', 'testlist01.txt', 'Archery', '"Class/video.avi"'),
        ('hmdb51', 'sword_test_split2.txt', 'a.avi', 'training.*testing'),
        ('hmdb51', 'sword_test_split2.txt', 'a.avi 3', 'training.*testing'),
        ('hmdb51', 'sword_test_split2.txt', 'a 1', 'training.*testing'),
        ('hmdb51', 'sword_test_split2.txt', 'd_sword_f_0.avi 2', '1 above'),
        ('kinetics400', 'train.csv', 'zumba,a,1', 'times in whole seconds'),
        ('kinetics400', 'train.csv', 'zumba,a,1,x,train', 'in whole seconds'),
        ('kinetics400', 'train.csv', ',a,1,11,train', 'must have label'),
        ('kinetics400', 'validate.csv', 'yoga,a,1,11,val', "'yoga' must be"),
    ],
)
def test_malformed_line_is_named(tmp_path, dataset, file, line, message):
    write_annotations(tmp_path, dataset)
    path = tmp_path / 'annotations' / file
    text = path.read_text().rstrip('\n')
    path.write_text(f'{text}\n{line}\n')
    number = text.count('\n') + 2
    with pytest.raises(
        ValueError, match=f'{file}, line {number}: .*{message}'
    ):
        read(tmp_path, dataset)


def test_a_video_with_two_labels(tmp_path):
    write_annotations(tmp_path, 'kinetics400')
    folder = tmp_path / 'videos_train'
    folder.mkdir()
    (folder / '--abCdefGh1_000007_000017.mp4').touch()
    path = tmp_path / 'annotations/train.csv'
    path.write_text(path.read_text() + 'yoga,--abCdefGh1,7,17,train\n')
    with pytest.raises(ValueError, match='line 5: .* 1 here and 2 above'):
        read(tmp_path, 'kinetics400')


@pytest.mark.parametrize(
    'dataset, file',
    [
        ('ucf101', 'classInd.txt'),
        ('ucf101', 'testlist03.txt'),
        ('hmdb51', 'sword_test_split3.txt'),
        ('kinetics400', 'validate.csv'),
    ],
)
def test_missing_file_is_named(tmp_path, dataset, file):
    write_annotations(tmp_path, dataset)
    (tmp_path / 'annotations' / file).unlink()
    with pytest.raises(FileNotFoundError, match=file):
        read(tmp_path, dataset)


def test_no_files_at_all(tmp_path):
    with pytest.raises(FileNotFoundError, match='testTrainMulti_7030_splits'):
        read(tmp_path, 'hmdb51')


def test_an_entry_that_is_repeated_stands_once(tmp_path):
    for dataset, file in (
        ('ucf101', 'trainlist01.txt'),
        ('hmdb51', 'sword_test_split1.txt'),
        ('kinetics400', 'train.csv'),
    ):
        root = tmp_path / dataset
        write_annotations(root, dataset)
        path = root / 'annotations' / file
        text = path.read_text()
        path.write_text(f'{text}{text.splitlines()[-1]}\n')
        assert len(read(root, dataset)[0].labels) == len(
            LISTS[dataset][read(root, dataset)[0].name].splitlines()
        )


def test_names_of_kinetics_csv_files(tmp_path):
    write_annotations(tmp_path, 'kinetics400')
    folder = tmp_path / 'annotations'
    want = read(tmp_path, 'kinetics400')
    for name in 'val.csv', 'kinetics_val.csv':
        next(folder.glob('*val*.csv')).rename(folder / name)
        assert read(tmp_path, 'kinetics400') == want
    (folder / 'val.csv').touch()
    with pytest.raises(FileNotFoundError, match='holds val.csv, kinetics_val'):
        read(tmp_path, 'kinetics400')


def test_where_kinetics_videos_lie(tmp_path):
    """Flat, in any folder, with any extension, but no partial download."""
    write_annotations(tmp_path, 'kinetics400')
    folder = tmp_path / 'videos_train'
    other = "a/massaging person's head/0-bCdefGh_2_000120_000130.mp4.mkv"
    (folder / other).parent.mkdir(parents=True)
    (folder / other).touch()
    (folder / '--abCdefGh1_000007_000017.webm').touch()
    (folder / '1_bCdefGh-3_000000_000010.mp4.part').touch()
    assert read(tmp_path, 'kinetics400')[0].labels == {
        '--abCdefGh1_000007_000017.webm': 1,
        other: 0,
        'zumba/1_bCdefGh-3_000000_000010.mp4': 1,  # where it should be
    }
