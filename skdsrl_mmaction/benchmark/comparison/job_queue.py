"""The jobs of a cluster, as its own commands list them."""

import math
import shutil
import subprocess
import time
from typing import Dict, List, NamedTuple, Optional


class Cluster(NamedTuple):
    """How the jobs of a kind of cluster are found and cancelled.

    Attributes:
        listing (list[str]): Command that prints identifier, state and command
            of every job that has not ended.
        mark (str): What the command of a job contains; ``{}`` is its folder.
        seconds (float): Between two calls of ``listing``.
        cancel (list[str]): Command that ends a job, without its identifier.
    """

    listing: List[str]
    mark: str
    seconds: float
    cancel: List[str]


CLUSTERS = dict(
    slurm=Cluster(
        ['squeue', '--noheader', '--me', '--format=%A %T %o'],
        '{}/',
        10,
        ['scancel'],
    ),
    local=Cluster(
        ['ps', '-A', '-ww', '-o', 'pid=', '-o', 'stat=', '-o', 'args='],
        'submitit.local._local {}',
        1,
        ['kill', '-INT'],
    ),
)


class JobQueue:
    """The jobs of a cluster that have not ended.

    Args:
        kind (str): Key of :data:`CLUSTERS`.

    Raises:
        RuntimeError: If the cluster cannot be asked.
    """

    def __init__(self, kind: str) -> None:
        self.cluster = CLUSTERS[kind]
        program = self.cluster.listing[0]
        if shutil.which(program) is None:
            raise RuntimeError(
                f'--cluster {kind} needs the command {program}, which is not '
                'on this machine'
            )
        self._read_at = -math.inf
        self._jobs: Dict[str, str] = {}  # state and command, by identifier
        self._read()

    def find(self, folder: str) -> Optional[str]:
        """Return the identifier of the job with this folder, if any.

        Args:
            folder (str): Absolute path.
        """
        mark = self.cluster.mark.format(folder)
        for job, line in self._read().items():
            # One that is about to end will not make its run.
            if mark in line and not line.startswith('COMPLETING'):
                return job
        return None

    def add(self, job: str) -> None:
        """Note a job that was submitted after the last look."""
        self._jobs[job] = ''

    def __contains__(self, job: str) -> bool:
        return job in self._read()

    def cancel(self, job: str) -> None:
        """End a job, if it has not ended."""
        subprocess.run([*self.cluster.cancel, job], stderr=subprocess.DEVNULL)

    def _read(self) -> Dict[str, str]:
        if time.monotonic() - self._read_at < self.cluster.seconds:
            return self._jobs
        done = subprocess.run(
            self.cluster.listing, capture_output=True, text=True
        )
        if done.returncode == 0:
            lines = [x.split(None, 1) for x in done.stdout.splitlines()]
            self._jobs = dict(lines)
        elif self._read_at == -math.inf:
            raise RuntimeError(done.stderr.strip())
        # Otherwise a busy controller did not answer: it is asked again.
        self._read_at = time.monotonic()
        return self._jobs
