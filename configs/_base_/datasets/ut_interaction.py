_base_ = 'clips_16x112.py'

num_classes = 6
data_root = 'data/ut_interaction'
ann_file_train = f'{data_root}/train.txt'
ann_file_test = f'{data_root}/test.txt'

train_dataloader = dict(
    batch_size=8,  # of about 80 videos
    dataset=dict(ann_file=ann_file_train, data_prefix=dict(video=data_root)),
)
val_dataloader = dict(
    dataset=dict(ann_file=ann_file_test, data_prefix=dict(video=data_root))
)
# The videos of validation, in 10 clips instead of 1: test_pipeline of
# clips_16x112.py.
test_dataloader = dict(
    dataset=dict(ann_file=ann_file_test, data_prefix=dict(video=data_root))
)
