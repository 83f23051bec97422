_base_ = 'clips_16x112.py'

num_classes = 400

data_root_train = 'data/kinetics400/videos_train'
ann_file_train = 'data/kinetics400/kinetics400_train_list_videos.txt'
train_dataloader = dict(
    dataset=dict(
        ann_file=ann_file_train, data_prefix=dict(video=data_root_train)
    )
)

data_root_val = 'data/kinetics400/videos_val'
ann_file_val = 'data/kinetics400/kinetics400_val_list_videos.txt'
val_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val))
)
# The videos of validation, in 10 clips instead of 1 (test_pipeline).
test_dataloader = dict(
    dataset=dict(ann_file=ann_file_val, data_prefix=dict(video=data_root_val))
)
