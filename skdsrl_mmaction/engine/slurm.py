"""Ranks of processes that Slurm's srun started."""

import os
import subprocess

# In an allocation but outside of srun there is no SLURM_STEP_ID, while the
# script of sbatch does have a rank and a number of tasks.
REQUIRED = (
    'SLURM_STEP_ID',
    'SLURM_PROCID',
    'SLURM_NTASKS',
    'SLURM_LOCALID',
    'SLURM_STEP_NODELIST',
)


def adopt_slurm_ranks() -> None:
    """Set the variables of torchrun from those of srun.

    These are ``RANK``, ``WORLD_SIZE`` and ``LOCAL_RANK``, and, unless they are
    set, ``MASTER_ADDR`` (the first node of the job step) and ``MASTER_PORT``
    (29500). MMEngine does the same for GPUs.

    Raises:
        ValueError: If a variable of srun is missing.
        OSError: If ``scontrol``, which expands lists of nodes, cannot be run.
    """
    for name in REQUIRED:
        if name not in os.environ:
            raise ValueError(
                f"launcher='slurm' needs the variable {name}, which is not "
                'set; start the processes by srun (tools/slurm_train.sh)'
            )
    os.environ['RANK'] = os.environ['SLURM_PROCID']
    os.environ['WORLD_SIZE'] = os.environ['SLURM_NTASKS']
    os.environ['LOCAL_RANK'] = os.environ['SLURM_LOCALID']
    if 'MASTER_ADDR' not in os.environ:
        nodes = os.environ['SLURM_STEP_NODELIST']
        os.environ['MASTER_ADDR'] = _first_host(nodes)
    os.environ.setdefault('MASTER_PORT', '29500')


def _first_host(nodes: str) -> str:
    """Return the first host of a list in Slurm's form, such as n[3-5,8]."""
    listed = subprocess.run(
        ['scontrol', 'show', 'hostnames', nodes],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return listed.stdout.split()[0]
