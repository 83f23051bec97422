"""Small data sets in the official formats, written by the tests."""

import shutil
from pathlib import Path

UCF101 = {
    'classInd.txt': '1 Archery\r\n2 BandMarching\r\n3 HandstandPushups\r\n'
    '\r\n',
    'trainlist01.txt': 'Archery/v_Archery_g08_c01.avi 1\r\n'
    'BandMarching/v_BandMarching_g08_c01.avi 2\r\n'
    'HandstandPushups/v_HandStandPushups_g08_c01.avi 3\r\n',
    'testlist01.txt': 'Archery/v_Archery_g01_c01.avi\r\n'
    'HandstandPushups/v_HandStandPushups_g01_c01.avi\r\n',
    'trainlist02.txt': 'Archery/v_Archery_g01_c01.avi 1\r\n',
    'testlist02.txt': 'BandMarching/v_BandMarching_g08_c01.avi\r\n',
    'trainlist03.txt': 'HandstandPushups/v_HandStandPushups_g01_c01.avi 3\n',
    'testlist03.txt': 'Archery/v_Archery_g08_c01.avi\n',
}
UCF101_LISTS = {
    'train_split_1': 'Archery/v_Archery_g08_c01.avi 0\n'
    'BandMarching/v_BandMarching_g08_c01.avi 1\n'
    'HandstandPushups/v_HandStandPushups_g08_c01.avi 2\n',
    'val_split_1': 'Archery/v_Archery_g01_c01.avi 0\n'
    'HandstandPushups/v_HandStandPushups_g01_c01.avi 2\n',
    'train_split_2': 'Archery/v_Archery_g01_c01.avi 0\n',
    'val_split_2': 'BandMarching/v_BandMarching_g08_c01.avi 1\n',
    'train_split_3': 'HandstandPushups/v_HandStandPushups_g01_c01.avi 2\n',
    'val_split_3': 'Archery/v_Archery_g08_c01.avi 0\n',
}

# sword comes before sword_exercise, and each line ends with a space.
HMDB51 = {
    'sword_exercise_test_split1.txt': 'a#1_(x)!_sword_exercise_f_0.avi 1 \n'
    "b;[y]&'_sword_exercise_f_1.avi 2 \nc_sword_exercise_f_2.avi 0 \n",
    'sword_exercise_test_split2.txt': 'a#1_(x)!_sword_exercise_f_0.avi 2 \n'
    "b;[y]&'_sword_exercise_f_1.avi 0 \nc_sword_exercise_f_2.avi 1 \n",
    'sword_exercise_test_split3.txt': 'a#1_(x)!_sword_exercise_f_0.avi 0 \n'
    "b;[y]&'_sword_exercise_f_1.avi 1 \nc_sword_exercise_f_2.avi 2 \n",
    'sword_test_split1.txt': 'd_sword_f_0.avi 2 \ne_sword_f_1.avi 1 \n',
    'sword_test_split2.txt': 'd_sword_f_0.avi 1 \ne_sword_f_1.avi 0 \n',
    'sword_test_split3.txt': 'd_sword_f_0.avi 1 \ne_sword_f_1.avi 0 \n',
}
HMDB51_LISTS = {
    'train_split_1': 'sword/e_sword_f_1.avi 0\n'
    'sword_exercise/a#1_(x)!_sword_exercise_f_0.avi 1\n',
    'val_split_1': 'sword/d_sword_f_0.avi 0\n'
    "sword_exercise/b;[y]&'_sword_exercise_f_1.avi 1\n",
    'train_split_2': 'sword/d_sword_f_0.avi 0\n'
    'sword_exercise/c_sword_exercise_f_2.avi 1\n',
    'val_split_2': 'sword_exercise/a#1_(x)!_sword_exercise_f_0.avi 1\n',
    'train_split_3': 'sword/d_sword_f_0.avi 0\n'
    "sword_exercise/b;[y]&'_sword_exercise_f_1.avi 1\n",
    'val_split_3': 'sword_exercise/c_sword_exercise_f_2.avi 1\n',
}

KINETICS400 = {
    'train.csv': 'label,youtube_id,time_start,time_end,split\n'
    'zumba,--abCdefGh1,7,17,train\n'
    "massaging person's head,0-bCdefGh_2,120,130,train\n"
    'zumba,1_bCdefGh-3,0,10,train\n',
    'validate.csv': 'label,youtube_id,time_start,time_end,split,is_cc\n'
    'zumba,2xbCdefGh-4,1234,1244,val,0\n',
}
KINETICS400_LISTS = {
    'train_list': 'zumba/--abCdefGh1_000007_000017.mp4 1\n'
    "massaging_person's_head/0-bCdefGh_2_000120_000130.mp4 0\n"
    'zumba/1_bCdefGh-3_000000_000010.mp4 1\n',
    'val_list': 'zumba/2xbCdefGh-4_001234_001244.mp4 1\n',
}

ANNOTATIONS = dict(ucf101=UCF101, hmdb51=HMDB51, kinetics400=KINETICS400)
LISTS = dict(
    ucf101=UCF101_LISTS, hmdb51=HMDB51_LISTS, kinetics400=KINETICS400_LISTS
)


def write_annotations(root: Path, dataset: str) -> None:
    """Write the official files; the splits are those of ``LISTS``."""
    folder = root / 'annotations'
    folder.mkdir(parents=True)
    for name, text in ANNOTATIONS[dataset].items():
        (folder / name).write_bytes(text.encode())


def write_videos(root: Path, dataset: str, video: Path) -> None:
    """Put a copy of ``video`` where each list looks for its videos."""
    for name, text in LISTS[dataset].items():
        folder = root / 'videos'
        if dataset == 'kinetics400':
            folder = root / f'videos_{name[: -len("_list")]}'
        for line in text.splitlines():
            path = folder / line.rsplit(' ', 1)[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(video, path)
