import torch

from tests.support.toy import run

# Better, worse for ten validations (the learning rate falls), better again,
# and worse up to the end.
SCRIPT = [0.2, 0.4, *[0.3] * 10, 0.5, *[0.1] * 4]


def test_plateau_fires_at_the_tenth_validation_without_gain(tmp_path):
    states = run(tmp_path, SCRIPT).states
    rates = [states[epoch]['lr'][0] for epoch in range(1, 18)]
    # Validations 3 to 12 bring no gain: from epoch 13 on, a tenth.
    assert rates[:11] == [0.01] * 11
    assert all(abs(rate - 0.001) < 1e-12 for rate in rates[11:])
    assert states[2]['bad'] == 0 and states[11]['bad'] == 9
    assert states[12]['bad'] == 0 and states[17]['bad'] == 4


def test_equal_accuracy_is_no_gain_and_any_gain_counts(tmp_path):
    script = [0.4] * 5 + [0.4 + 1e-6] + [0.4] * 3
    states = run(tmp_path, script).states
    assert [states[e]['bad'] for e in range(1, 10)] == [
        *(0, 1, 2, 3, 4),
        *(0, 1, 2, 3),
    ]


def test_resumed_after_any_epoch_equals_unbroken(tmp_path):
    unbroken = run(tmp_path, SCRIPT)
    for epoch in range(1, len(SCRIPT)):
        checkpoint = tmp_path / f'epoch_{epoch}.pth'
        resumed = run(tmp_path, SCRIPT, resume_from=checkpoint)
        assert resumed.resumed == unbroken.states[epoch], epoch
        later = {e: s for e, s in unbroken.states.items() if e > epoch}
        assert resumed.states == later, epoch


def test_more_epochs_after_the_end_go_on_stepping(tmp_path):
    unbroken = run(tmp_path, SCRIPT)
    first = tmp_path / 'first'
    run(first, SCRIPT, max_epochs=8)
    resumed = run(first, SCRIPT, resume_from=first / 'epoch_8.pth')

    def comparable(state):
        return {k: v for k, v in state.items() if k != 'best_ckpt'}

    for epoch, state in resumed.states.items():
        assert comparable(state) == comparable(unbroken.states[epoch])


def test_saved_only_when_due(tmp_path):
    run(tmp_path, [0.2, 0.3, 0.1, 0.4, 0.1], interval=2)
    names = sorted(path.name for path in tmp_path.glob('*.pth'))
    assert names == [
        'best_acc_top1_epoch_4.pth',
        'epoch_2.pth',
        'epoch_4.pth',
        'epoch_5.pth',
    ]
    meta = torch.load(tmp_path / 'epoch_4.pth')['meta']
    assert (meta['epoch'], meta['iter']) == (4, 4)
    assert (tmp_path / 'last_checkpoint').read_text().endswith('epoch_5.pth')
