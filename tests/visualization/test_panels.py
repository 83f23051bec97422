from skdsrl_mmaction.visualization.logs import Curve, Run
from skdsrl_mmaction.visualization.panels import Panel, arrange, lines

POINT = Curve([1], [1.0])


def run(train, val=(), name='a'):
    return Run(
        name, 'epoch', dict.fromkeys(train, POINT), dict.fromkeys(val, POINT)
    )


def test_all_that_is_logged_has_its_place():
    first = run(
        'lr data_time loss_kl loss top1_acc feat_std time memory'.split(),
        ['acc/top1', 'acc/mean1', 'val/loss', 'time', 'data_time'],
    )
    second = run(['grad_norm', 'top5_acc', 'loss'], name='b')
    assert arrange([first, second]) == {
        'Losses': [
            Panel('loss', dict(train='loss')),
            Panel('val/loss', dict(val='val/loss')),
            Panel('loss_kl', dict(train='loss_kl')),
        ],
        'Accuracy': [
            Panel('acc/top1', dict(val='acc/top1', train='top1_acc')),
            Panel('acc/mean1', dict(val='acc/mean1')),
            Panel('top5_acc', dict(train='top5_acc')),
        ],
        'Learning rate': [Panel('lr', dict(train='lr'))],
        'Monitors': [
            Panel('feat_std', dict(train='feat_std')),
            Panel('grad_norm', dict(train='grad_norm')),
        ],
        'Throughput': [
            Panel('data_time (seconds per iteration)', {'train': 'data_time'}),
            Panel('time (seconds per iteration)', {'train': 'time'}),
            Panel('memory (MiB)', {'train': 'memory'}),
        ],
    }


def test_nothing_logged_is_no_panel():
    assert arrange([run([])]) == {}


def test_lines_are_those_that_a_run_has():
    runs = [run(['lr']), run(['top1_acc'], ['acc/top1'])]
    panel = Panel('acc/top1', dict(val='acc/top1', train='top1_acc'))
    found = [(line.number, line.part) for line in lines(panel, runs)]
    assert found == [(1, 'val'), (1, 'train')]
