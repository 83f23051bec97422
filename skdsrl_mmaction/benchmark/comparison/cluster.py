"""Make the runs of a comparison as jobs of a cluster, through submitit."""

import contextlib
import glob
import os
import os.path as osp
import re
import signal
import subprocess
import sys
import time
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Sequence

from ...utils.extras import need
from .executor import Executor
from .job_queue import JobQueue
from .run import Run
from .worker import SAVING

YEAR = 365 * 24 * 60  # minutes; submitit would end a local job after two
LIMITS = 50  # that a run may reach; one that never saves must end


def parse_minutes(text: str) -> int:
    """Return the minutes of a time limit, rounded up.

    Args:
        text (str): In a form of Slurm: ``MINUTES``, ``MINUTES:SECONDS``,
            ``HOURS:MINUTES:SECONDS``, ``DAYS-HOURS``, ``DAYS-HOURS:MINUTES``
            or ``DAYS-HOURS:MINUTES:SECONDS``.

    Raises:
        ValueError: If it has none of these forms, or is 0.
    """
    found = re.fullmatch(r'(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?', text)
    seconds = 0
    if found:
        days, *rest = (int(x) if x else None for x in found.groups())
        units = [3600, 60, 1]
        if days is None and rest[-1] is None:
            del units[0]  # the first number is minutes
        parts = [n * unit for n, unit in zip(rest, units) if n]
        seconds = 86400 * (days or 0) + sum(parts)
    if not seconds:
        raise ValueError(
            f'{text!r} must be a time as MINUTES, HOURS:MINUTES:SECONDS or '
            'DAYS-HOURS, and more than 0'
        )
    return -(-seconds // 60)


class Job:
    """A job in the queue, with what the executor uses of a process.

    Args:
        queue (JobQueue): Where it is.
        identifier (str, optional): As the cluster names it; None where it
            has ended and is no longer known.
        folders (list[str]): In which it writes.
        has_made (Callable): Returns whether it made its run.

    Attributes:
        returncode (int): Once it has ended: 0 if it made its run, else 1.
    """

    def __init__(
        self,
        queue: JobQueue,
        identifier: Optional[str],
        folders: List[str],
        has_made: Callable[[], bool],
    ) -> None:
        self.queue = queue
        self.identifier = identifier
        self.folders = folders
        self.has_made = has_made

    def poll(self) -> Optional[int]:
        """Return None until the job has ended, then ``returncode``."""
        if self.identifier in self.queue:
            return None
        for folder in self.folders:
            os.utime(folder)  # NFS looks again for files of other machines
        self.returncode = int(not self.has_made())
        return self.returncode

    def kill(self) -> None:
        """Cancel the job, if it is known."""
        if self.identifier:
            self.queue.cancel(self.identifier)


class Work:
    """What a job does: it runs a worker, which goes on if it began before.

    Args:
        command (list[str]): Of the worker.
        env (dict[str, str]): Variables that are set for it.
        record (str): File that it writes.
    """

    def __init__(
        self, command: List[str], env: Dict[str, str], record: str
    ) -> None:
        self.command = command
        self.env = env
        self.worker: Optional[subprocess.Popen] = None
        # A teacher without weights is trained although it has a record.
        self.made = None if osp.exists(record) else record

    def __call__(self) -> None:
        if self.made and osp.exists(self.made):
            print(f'{self.made} is there: the run is not made again')
            return
        with subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,  # it closes when this process ends
            env={**os.environ, **self.env},
        ) as self.worker:
            # wait() would hold the lock that it needs in checkpoint(), too.
            while self.worker.poll() is None:
                time.sleep(0.1)
        status = self.worker.returncode
        if status:
            # The signal that ended the worker may be on its way to this
            # process too: then the job is queued again and has not failed.
            time.sleep(2)
            raise RuntimeError(f'the worker ended with status {status}')

    def checkpoint(self) -> Any:
        """Let the worker save; returns what submitit queues again."""
        from submitit.helpers import DelayedSubmission

        if self.worker:
            self.worker.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.worker.wait(SAVING)
            self.worker = None  # a process cannot be queued
        return DelayedSubmission(self)


class ClusterExecutor(Executor):
    """Train and test runs in jobs of their own, as :class:`Executor` does.

    Jobs outlive this process: those that it finds in the queue are waited
    for and not submitted again. They are cancelled when it is told to stop. A
    job that is preempted, or reaches its time limit, is queued again and goes
    on with its run.

    Args:
        *args: See :class:`Executor`.
        kind (str): Key of :data:`~.job_queue.CLUSTERS`.
        partition (str, optional): Of Slurm. If it has GPUs, a run gets one
            for each of its processes.
        minutes (int): Time limit of a job, which a run may reach
            :data:`LIMITS` times. Defaults to a year.
        **kwargs: See :class:`Executor`.

    Raises:
        ImportError: If submitit is not installed.
        RuntimeError: If the cluster cannot be asked.
        ValueError: If Slurm has no such partition.
    """

    def __init__(
        self,
        *args: Any,
        kind: str,
        partition: Optional[str] = None,
        minutes: int = YEAR,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        need('submitit', 'submitit', 'benchmark', f'--cluster {kind} needs')
        self.kind = kind
        self.partition = partition
        self.minutes = minutes
        self.queue = JobQueue(kind)
        self._former: Dict[str, Optional[int]] = {}  # see _is_made
        self.has_gpus = kind == 'slurm' and _has_gpus(partition)

    def _missing(self, runs: Sequence[Run]) -> List[Run]:
        missing = super()._missing(runs)
        self._former = {x.id: self._written_at(x) for x in missing}
        # Those that are being made take their slots before others are begun.
        missing.sort(key=lambda x: not self.queue.find(self._job_folder(x)))
        return missing

    def _start(self, run: Run, slot: int) -> Job:
        folder = self._job_folder(run)
        job = self.queue.find(folder)
        if job:
            print(f'{run.id}: job {job}, submitted before', flush=True)
        elif not self._is_made(run):  # by a job that has ended since
            job = self._submit(run, slot, folder)
            self.queue.add(job)
            print(f'{run.id}: job {job}', flush=True)
        folders = [self.records_dir, self._folder(run)]
        return Job(self.queue, job, folders, partial(self._is_made, run))

    def _is_made(self, run: Run) -> bool:
        """Whether there is a record that was not there at the beginning."""
        return self._written_at(run) != self._former[run.id]

    def _written_at(self, run: Run) -> Optional[int]:
        """Time of the record in ns, None without one."""
        path = self._record_path(run)
        return os.stat(path).st_mtime_ns if osp.exists(path) else None

    def _submit(self, run: Run, slot: int, folder: str) -> str:
        import cloudpickle
        from submitit import AutoExecutor
        from submitit.core.utils import FailedJobError

        # So that a job need not import this package beside its worker.
        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        work = Work(
            self._prepare(run),
            self._environment(run, slot),
            self._record_path(run),
        )
        executor = AutoExecutor(
            folder, self.kind, slurm_max_num_timeout=LIMITS
        )
        cpus = run.processes * _threads(run)
        executor.update_parameters(
            name=run.id,
            timeout_min=self.minutes,
            cpus_per_task=cpus,
            gpus_per_node=run.processes if self.has_gpus else None,
            stderr_to_stdout=True,
            slurm_signal_delay_s=SAVING + 30,  # before the limit
            slurm_partition=self.partition,
            # Two jobs of a run never run at the same time.
            slurm_dependency='singleton',
            slurm_additional_parameters=dict(requeue=True),
            # srun does not read it from the job since Slurm 22.05.
            slurm_srun_args=[f'--cpus-per-task={cpus}'],
        )
        # A process in the background of a script ignores the signal that
        # cancels a local job, and its children would, too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return executor.submit(work).job_id
        except FailedJobError as error:
            raise RuntimeError(f'--cluster {self.kind}: {error}') from error
        finally:
            signal.signal(signal.SIGINT, before)

    def _environment(self, run: Run, slot: int) -> Dict[str, str]:
        if self.kind == 'slurm':  # which distributes cores and GPUs
            return {'OMP_NUM_THREADS': str(_threads(run))}
        return super()._environment(run, slot)

    def _stop(self) -> None:
        if not self._running:
            return
        if isinstance(sys.exc_info()[1], (KeyboardInterrupt, SystemExit)):
            print(f'jobs that are cancelled: {len(self._running)}')
            for _, job in self._running.values():
                job.kill()
        else:
            print(f'jobs that go on: {len(self._running)}')

    def _job_folder(self, run: Run) -> str:
        return osp.abspath(osp.join(self._folder(run), 'submitit'))

    def _log(self, run: Run) -> str:
        """Log of the run's last job; the folder of its logs without any."""
        folder = self._job_folder(run)
        logs = glob.glob(osp.join(glob.escape(folder), '*_log.out'))
        return max(logs, key=osp.getmtime, default=folder)


def _threads(run: Run) -> int:
    """CPU cores for each process of a run: its own and those of a loader."""
    return 1 + run.cfg.train_dataloader.get('num_workers', 0)


def _has_gpus(partition: str) -> bool:
    found = subprocess.run(
        ['sinfo', '--noheader', f'--partition={partition}', '--format=%G'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    if not found:
        raise ValueError(
            f'--partition={partition}: Slurm has none with this name'
        )
    return 'gpu' in found
