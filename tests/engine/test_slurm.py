import os

import pytest

from skdsrl_mmaction.engine import slurm


@pytest.fixture
def task(monkeypatch, tmp_path):
    """The environment of the fourth of four tasks on two nodes."""
    scontrol = tmp_path / 'scontrol'
    scontrol.write_text(
        '#!/bin/sh\n[ "$*" = "show hostnames gpu[07-08]" ] && '
        'printf "gpu07\\ngpu08\\n"\n'
    )
    scontrol.chmod(0o755)
    environment = dict(
        PATH=f'{tmp_path}:{os.environ["PATH"]}',
        SLURM_STEP_ID='0',
        SLURM_PROCID='3',
        SLURM_NTASKS='4',
        SLURM_LOCALID='1',
        SLURM_STEP_NODELIST='gpu[07-08]',
        LOCAL_RANK='0',  # the default of --local_rank
    )
    monkeypatch.setattr(os, 'environ', environment)
    return environment


def adopted():
    slurm.adopt_slurm_ranks()
    names = 'RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT'.split()
    return [os.environ[name] for name in names]


def test_ranks(task):
    assert adopted() == ['3', '4', '1', 'gpu07', '29500']


def test_a_master_that_is_set_stays(task):
    task.update(MASTER_ADDR='10.0.0.1', MASTER_PORT='1234')
    assert adopted()[3:] == ['10.0.0.1', '1234']


@pytest.mark.parametrize('name', slurm.REQUIRED)
def test_a_missing_variable_is_named(task, name):
    del task[name]
    with pytest.raises(ValueError, match=f"'slurm' needs .* {name}, .* srun"):
        slurm.adopt_slurm_ranks()


def test_without_scontrol(task):
    task['PATH'] = ''
    with pytest.raises(FileNotFoundError, match='scontrol'):
        slurm.adopt_slurm_ranks()
