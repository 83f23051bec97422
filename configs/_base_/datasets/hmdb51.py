_base_ = 'clips_16x112.py'

num_classes = 51
data_root = 'data/hmdb51/videos'
split = 1  # of the official 1, 2 and 3

ann_file_train = f'data/hmdb51/hmdb51_train_split_{split}_videos.txt'
train_dataloader = dict(
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root))
)

ann_file_val = f'data/hmdb51/hmdb51_val_split_{split}_videos.txt'
val_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root))
)
# The videos of validation, in 10 clips instead of 1 (test_pipeline).
test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root))
)
