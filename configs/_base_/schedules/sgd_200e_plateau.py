# Section IV-A of the paper.
train_cfg = dict(
    # EpochBasedTrainLoop, whose interrupted runs go on bit for bit.
    type='ResumableEpochBasedTrainLoop',
    max_epochs=200,
    val_begin=1,
    val_interval=1,
)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4)
)

# A tenth of the learning rate at the 10th validation in a row without a better
# top-1. It counts validations, so val_interval has to stay 1.
param_scheduler = [
    dict(
        type='ReduceOnPlateauLR',
        monitor='acc/top1',
        rule='greater',
        factor=0.1,
        patience=9,  # bad validations that pass; the next one acts
        threshold=0.0,  # any gain counts
        # Left out, it would be max_epochs and be kept in the checkpoint: a run
        # resumed with more epochs would never step again.
        end=10**9,
    )
]

# The paper's batch per GPU; it names no number of GPUs.
auto_scale_lr = dict(enable=False, base_batch_size=32)
