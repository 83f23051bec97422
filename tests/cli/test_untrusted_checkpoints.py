"""Hostile, damaged and foreign files, given to each command that loads one."""

import pytest
import torch

from skdsrl_mmaction.cli import convert_r3d_weights, test, train
from tests.support.hostile import HOSTILE_TEXTS, hostile_pickles
from tests.support.tiny import tiny_options

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Leave out the report of the environment, which starts compilers."""
    monkeypatch.setattr('mmengine.runner.runner.collect_env', dict)


@pytest.fixture(scope='module')
def options(tiny_dataset):
    return [*tiny_options(tiny_dataset), 'train_cfg.max_epochs=1']


@pytest.fixture(scope='module')
def trained(options, tmp_path_factory):
    """What a run of one epoch saved."""
    work_dir = tmp_path_factory.mktemp('trained')
    train.main(
        [CONFIG, '--work-dir', str(work_dir), '--cfg-options', *options]
    )
    return torch.load(work_dir / 'epoch_1.pth')


def resume(path, folder, options):
    train.main(
        [
            *(CONFIG, '--resume', str(path)),
            *('--work-dir', str(folder / 'work'), '--cfg-options', *options),
        ]
    )


def load_from(path, folder, options):
    train.main(
        [
            *(CONFIG, '--work-dir', str(folder / 'work'), '--cfg-options'),
            *(*options, f'load_from={path}'),
        ]
    )


def run_test(path, folder, options):
    test.main(
        [
            *(CONFIG, str(path), '--work-dir', str(folder / 'work')),
            *('--cfg-options', *options),
        ]
    )


def convert(path, folder, options):
    convert_r3d_weights.main([str(path), str(folder / 'converted.pth')])


def teach(path, folder, options):
    of_student = [x for x in options if 'siamese_head' not in x]
    of_teacher = [
        x.replace('model.', 'model.teacher.')
        for x in of_student
        if x.startswith('model.')
    ]
    train.main(
        [
            *('configs/kd_r3d18_ucf101.py', '--work-dir'),
            *(str(folder / 'work'), '--cfg-options', *of_student),
            *(*of_teacher, 'model.teacher.backbone.depth=18'),
            f'model.teacher_checkpoint={path}',
        ]
    )


COMMANDS = [resume, load_from, run_test, convert, teach]


@pytest.mark.parametrize('kind', range(3))
@pytest.mark.parametrize('command', COMMANDS)
def test_hostile_pickle(tmp_path, trained, options, command, kind):
    marker = tmp_path / 'marker'
    path = hostile_pickles(tmp_path, marker, trained)[kind]
    with pytest.raises(ValueError) as raised:
        command(path, tmp_path, options)
    assert not marker.exists()
    message = str(raised.value)
    assert repr(str(path)) in message and 'more than tensors' in message
    assert '\n' not in message and 'weights_only' not in message


def with_text(trained, text, path):
    hub = trained['message_hub']
    content = dict(
        trained,
        meta=dict(trained['meta'], config=text, cfg=text),
        message_hub=dict(
            hub, runtime_info=dict(hub['runtime_info'], cfg=text)
        ),
    )
    torch.save(content, path)
    return path


@pytest.mark.parametrize('kind', HOSTILE_TEXTS)
def test_resume_runs_no_code(tmp_path, monkeypatch, trained, options, kind):
    monkeypatch.syspath_prepend(tmp_path)
    marker = tmp_path / 'marker'
    text = HOSTILE_TEXTS[kind](tmp_path, marker)
    path = with_text(trained, text, tmp_path / 'c.pth')
    resume(path, tmp_path, [*options, 'train_cfg.max_epochs=2'])
    assert not marker.exists()
    assert (tmp_path / 'work/epoch_2.pth').exists()


@pytest.mark.parametrize('command', [load_from, run_test, convert, teach])
def test_no_command_runs_code(
    tmp_path, monkeypatch, trained, options, command
):
    monkeypatch.syspath_prepend(tmp_path)
    marker = tmp_path / 'marker'
    text = ''.join(
        HOSTILE_TEXTS[kind](tmp_path, marker)
        for kind in ('custom_imports', '_base_', 'import', 'value')
    )
    path = with_text(trained, text, tmp_path / 'c.pth')
    if command is convert:
        with pytest.raises(ValueError, match='no 3D ResNet'):
            command(path, tmp_path, options)
    else:
        command(path, tmp_path, options)
    assert not marker.exists()


@pytest.mark.parametrize('command', COMMANDS)
def test_no_checkpoint(tmp_path, options, command):
    path = tmp_path / 'text.pth'
    path.write_text('some text')
    with pytest.raises(ValueError, match='text.pth'):
        command(path, tmp_path, options)


def test_a_hostile_file_for_a_command(python, tmp_path, options):
    """In a process of its own, whose last line is the refusal."""
    marker = tmp_path / 'marker'
    path = hostile_pickles(tmp_path, marker)[0]
    done = python(
        *('tools/test.py', CONFIG, path, '--work-dir', tmp_path / 'work'),
        *('--cfg-options', *options),
        check=False,
    )
    assert done.returncode == 1 and not marker.exists()
    last = done.stderr.strip().split('\n')[-1]
    assert last.startswith(f"ValueError: checkpoint '{path}' is refused: ")
    assert 'weights_only' not in done.stdout + done.stderr


def test_weights_of_another_network(tmp_path, trained, options):
    """Refused, where a part of it would have been loaded."""
    weights = trained['state_dict']
    deeper = {key.replace('layer4', 'layer5'): x for key, x in weights.items()}
    path = tmp_path / 'other.pth'
    torch.save(dict(trained, state_dict=deeper), path)
    options = [*options, 'train_cfg.max_epochs=2']
    for command in (resume, run_test):
        with pytest.raises(ValueError, match='other.pth.* does not fit'):
            command(path, tmp_path, options)


def test_fine_tuning_by_an_option(tmp_path, trained, options, capfd):
    weights = {
        key: x
        for key, x in trained['state_dict'].items()
        if not key.startswith(('cls_head', 'backbone.layer4'))
    }
    path = tmp_path / 'part.pth'
    torch.save(dict(state_dict=weights), path)
    with pytest.raises(ValueError, match='--allow-missing'):
        load_from(path, tmp_path, options)
    train.main(
        [
            *(CONFIG, '--allow-missing', 'backbone.layer4.*'),
            *('--work-dir', str(tmp_path / 'w'), '--cfg-options'),
            *(*options, f'load_from={path}'),
        ]
    )
    printed = ''.join(capfd.readouterr())
    assert printed.count('starts from its initialization') == 1
    assert 'do not match exactly' not in printed  # what the host says
