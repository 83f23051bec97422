"""Read the official split files of UCF101, HMDB51 and Kinetics-400.

Each reader takes the data set's folder, laid out as for MMAction2, and
returns its splits. The videos themselves are not read.
"""

import csv
import os
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple


class Split(NamedTuple):
    """Content of one annotation file.

    Attributes:
        name (str): Part of the file's name, 'train_split_1' for example.
        videos (str): Folder of the videos, relative to the data set's.
        labels (dict[str, int]): Label, 0-based, by path of the video,
            relative to ``videos``. An entry that the split file repeats is
            here once.
    """

    name: str
    videos: str
    labels: Dict[str, int]


def ucf101(root: Path) -> List[Split]:
    """Read ``classInd.txt``, ``trainlist0K.txt`` and ``testlist0K.txt``.

    They come from UCF101TrainTestSplits-RecognitionTask.zip. The line of a
    class is ``1 ApplyEyeMakeup``, numbered from 1. The line of a video is
    ``ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1``, without the number in
    the test lists. The class is read from the folder, since the files of
    HandstandPushups begin with v_HandStandPushups.

    Args:
        root (Path): Folder that holds ``annotations/`` and ``videos/``.

    Returns:
        list[Split]: Training and validation of splits 1 to 3.

    Raises:
        FileNotFoundError: If one of the seven files does not exist.
        ValueError: If a line is malformed.
    """
    folder = root / 'annotations'
    classes: Dict[str, int] = {}
    for place, line in _lines(folder / 'classInd.txt'):
        number, _, name = line.partition(' ')
        if number != str(len(classes) + 1) or not name or name in classes:
            raise ValueError(
                f'{place}: {line!r} must be "{len(classes) + 1} Class", a '
                'class that has not been before'
            )
        classes[name] = len(classes)

    def read(file: str) -> Dict[str, int]:
        labels: Dict[str, int] = {}
        for place, line in _lines(folder / file):
            path, *number = line.split()
            label = classes.get(path.partition('/')[0])
            if (
                label is None
                or not path.endswith('.avi')
                or number not in ([], [str(label + 1)])
            ):
                raise ValueError(
                    f'{place}: {line!r} must be "Class/video.avi" in test '
                    'lists and "Class/video.avi number" in training lists, '
                    'with Class and number as in classInd.txt'
                )
            labels[path] = label
        return labels

    return [
        Split(f'{name}_split_{k}', 'videos', read(f'{file}list{k:02d}.txt'))
        for k in (1, 2, 3)
        for name, file in (('train', 'train'), ('val', 'test'))
    ]


def hmdb51(root: Path) -> List[Split]:
    """Read ``CLASS_test_splitK.txt`` for every class and K from 1 to 3.

    They come from test_train_splits.rar, folder testTrainMulti_7030_splits.
    A line is ``video.avi 1``, with 1 for training, 2 for testing and 0 for a
    video that the split does not use. Labels are in alphabetical order.

    Args:
        root (Path): Folder that holds ``annotations/`` and ``videos/``.

    Returns:
        list[Split]: Training and validation of splits 1 to 3.

    Raises:
        FileNotFoundError: If there are no such files, or a class lacks one.
        ValueError: If a line is malformed.
    """
    folder = root / 'annotations'
    suffix = '_test_split1.txt'
    classes = sorted(
        path.name[: -len(suffix)] for path in folder.glob(f'*{suffix}')
    )
    if not classes:
        raise FileNotFoundError(
            f'{folder} holds no CLASS{suffix}; it must hold the files of '
            'testTrainMulti_7030_splits'
        )
    splits = []
    for k in (1, 2, 3):
        train = Split(f'train_split_{k}', 'videos', {})
        val = Split(f'val_split_{k}', 'videos', {})
        for label, name in enumerate(classes):
            uses: Dict[str, int] = {}
            for place, line in _lines(folder / f'{name}_test_split{k}.txt'):
                video, _, use = line.rpartition(' ')
                if not video.endswith('.avi') or use not in ('0', '1', '2'):
                    raise ValueError(
                        f'{place}: {line!r} must be "video.avi" and 1 '
                        '(training), 2 (testing) or 0 (unused)'
                    )
                _add(uses, video, int(use), place)
            for video, use in uses.items():
                if use:
                    (train, val)[use - 1].labels[f'{name}/{video}'] = label
        splits += [train, val]
    return splits


def kinetics400(root: Path) -> List[Split]:
    """Read the CSV files of training and validation.

    Their columns are ``label,youtube_id,time_start,time_end,split``, followed
    by ``is_cc`` in some editions. A video is ``ID_START_END.mp4``, times with
    six digits, in the folder of videos or anywhere below it; other extensions
    are found too. A video that is not found is named
    ``label_of_class/ID_START_END.mp4``, as in MMAction2. Labels are in
    alphabetical order.

    Args:
        root (Path): Folder that holds ``annotations/``, ``videos_train/``
            and ``videos_val/``.

    Returns:
        list[Split]: Training and validation.

    Raises:
        FileNotFoundError: If a CSV file does not exist.
        ValueError: If a line is malformed.
    """
    folder = root / 'annotations'
    train = list(_clips(folder, ('train.csv', 'kinetics_train.csv')))
    val = list(_clips(folder, ('validate.csv', 'val.csv', 'kinetics_val.csv')))
    names = sorted({name for _, name, _ in train})
    classes = {name: label for label, name in enumerate(names)}
    splits = []
    for kind, clips in ('train', train), ('val', val):
        split = Split(f'{kind}_list', f'videos_{kind}', {})
        found = _videos_by_stem(root / split.videos)
        for place, name, clip in clips:
            if name not in classes:
                raise ValueError(
                    f'{place}: label {name!r} must be one of the training '
                    f'file, {len(classes)} classes'
                )
            path = found.get(clip, f'{name}/{clip}.mp4')
            _add(split.labels, path, classes[name], place)
        splits.append(split)
    return splits


def _clips(
    folder: Path, files: Tuple[str, ...]
) -> Iterator[Tuple[str, str, str]]:
    """Yield place in the file, class with underscores and stem of a clip."""
    existing = [file for file in files if (folder / file).is_file()]
    if len(existing) != 1:
        raise FileNotFoundError(
            f'{folder} must hold exactly one of {", ".join(files)}, but '
            f'holds {", ".join(existing) or "none"}'
        )
    path = folder / existing[0]
    with path.open(newline='', encoding='utf-8-sig', errors='replace') as file:
        rows = csv.DictReader(file)
        for row in rows:
            place = f'{path}, line {rows.line_num}'
            name, video, start, end = (
                row.get(key) or ''
                for key in ('label', 'youtube_id', 'time_start', 'time_end')
            )
            if not (name and video and start.isdecimal() and end.isdecimal()):
                raise ValueError(
                    f'{place}: {list(row.values())} must have label, '
                    'youtube_id, time_start and time_end, with times in '
                    'whole seconds, and the first line these names'
                )
            clip = f'{video}_{int(start):06d}_{int(end):06d}'
            yield place, name.replace(' ', '_'), clip


def _videos_by_stem(folder: Path) -> Dict[str, str]:
    """Map the name of each video, up to the first dot, to its path."""
    suffixes = ('.mp4', '.mkv', '.webm', '.avi')
    found: Dict[str, str] = {}
    for parent, folders, files in os.walk(folder, followlinks=True):
        folders.sort()
        for file in sorted(files):
            if file.endswith(suffixes):
                path = os.path.relpath(os.path.join(parent, file), folder)
                found.setdefault(file.split('.')[0], path)
    return found


def _lines(path: Path) -> Iterator[Tuple[str, str]]:
    """Yield place and text of each line that is not blank."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} does not exist; it is one of the data set's official "
            'split files'
        )
    text = path.read_text(encoding='utf-8-sig', errors='replace')
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield f'{path}, line {number}', line.strip()


def _add(entries: Dict[str, int], key: str, value: int, place: str) -> None:
    before = entries.setdefault(key, value)
    if before != value:
        raise ValueError(
            f'{place}: {key!r} has {value} here and {before} above; it must '
            'have one'
        )
