"""Make the runs of a comparison, several at a time, and resume later."""

import copy
import glob
import json
import math
import os
import os.path as osp
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from statistics import mean
from typing import Any, Dict, List, Optional, Sequence, Tuple

from mmengine.runner import find_latest_checkpoint

from ...engine.checkpoints import remove_checkpoints
from ...utils import write_json
from .records import Record, explain_difference, read_record
from .run import KEY_FORM, Run
from .worker import SAVING

WORKER = 'skdsrl_mmaction.benchmark.comparison.worker'
_SAVES = 20  # of a run, in which it keeps the latest checkpoint


class Executor:
    """Train and test runs in processes of their own.

    A finished run is a file ``{out}/runs/{run.id}.json``; such a run is not
    made again. A run that was stopped goes on from its last checkpoint, as
    if it had not been, unless the facts of its record have changed.

    Args:
        out (str): Folder of the results.
        work_dir (str): Folder of logs and checkpoints.
        facts (dict): Further content of every record, as the commit and the
            budget.
        jobs (int): Runs at a time. The CPU cores are shared evenly, the GPUs
            in turn, as many for each run as it has processes.
        gpus (Sequence[str]): GPUs to use, as ``CUDA_VISIBLE_DEVICES`` names
            them; without any, that variable stays as it is.
    """

    def __init__(
        self,
        out: str,
        work_dir: str,
        facts: Dict[str, Any],
        jobs: int = 1,
        gpus: Sequence[str] = (),
    ) -> None:
        self.records_dir = osp.join(out, 'runs')
        self.work_dir = work_dir
        self.facts = facts
        self.jobs = jobs
        self.gpus = gpus
        self.seconds: Dict[str, List[float]] = {}  # of runs, by config
        self.failed: Dict[str, str] = {}  # log of a failed run, by its id
        self._waiting: List[Run] = []
        self._running: Dict[int, Tuple[Run, subprocess.Popen]] = {}  # by slot

    def record(self, run: Run) -> Optional[Record]:
        """Return the record of a run, None where there is none yet.

        Raises:
            ValueError: If it is not as it was written.
        """
        path = self._record_path(run)
        return read_record(path) if osp.exists(path) else None

    def execute(self, runs: Sequence[Run]) -> None:
        """Make all runs that have no record yet, and report the progress.

        A run that fails does not stop the others: its log is then in
        :attr:`failed`, by its id.

        Args:
            runs (Sequence[Run]): A teacher need not be listed.
        """
        os.makedirs(self.records_dir, exist_ok=True)
        for run in runs:
            record = self.record(run)
            if record is not None:
                self._note_time(run, record)
        self._waiting = self._missing(runs)
        self._say(f'{len(runs)} runs, {self.jobs} at a time')
        try:
            while self._waiting or self._running:
                self._fill_slots()
                time.sleep(0.2)
                self._collect()
        finally:
            self._stop()

    def _stop(self) -> None:
        """Let the runs save and end."""
        processes = [process for _, process in self._running.values()]
        if processes:
            print(f'runs that save and end: {len(processes)}', flush=True)
        try:
            for process in processes:
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                for process in processes:
                    process.wait(SAVING)
        finally:  # also if it is told to stop again
            for process in processes:
                process.kill()

    def _missing(self, runs: Sequence[Run]) -> List[Run]:
        """Runs without a record, each after its teacher."""
        missing: Dict[str, Run] = {}
        for run in runs:
            if self.record(run) is not None:
                continue
            self._report_others(run)
            teacher = run.teacher
            if teacher and not self._weights(teacher):
                if self.record(teacher) and teacher.id not in missing:
                    print(
                        f'{teacher.id}: its weights are gone; it is trained '
                        'again and its record written anew'
                    )
                missing.setdefault(teacher.id, teacher)
            missing.setdefault(run.id, run)
        return list(missing.values())

    def _report_others(self, run: Run) -> None:
        """Say why records of the same config, fold and seed are not used."""
        start = osp.join(self.records_dir, run.id[: -len(run.key)])
        for path in sorted(glob.glob(f'{glob.escape(start)}*.json')):
            difference = explain_difference(read_record(path), run.content)
            print(
                f'{run.id}: {osp.basename(path)} is not used, it differs in '
                f'{difference}'
            )

    def _fill_slots(self) -> None:
        for slot in set(range(self.jobs)) - set(self._running):
            run = self._next()
            if run is not None:
                self._running[slot] = run, self._start(run, slot)

    def _next(self) -> Optional[Run]:
        """Take the first waiting run whose teacher is trained."""
        unfinished = {run.id for run, _ in self._running.values()}
        for run in list(self._waiting):
            teacher = run.teacher
            if teacher and teacher.id in unfinished:
                unfinished.add(run.id)
                continue
            self._waiting.remove(run)
            if teacher is None or self._weights(teacher):
                return run
            self.failed[run.id] = self._log(teacher)
            self._say(f'{run.id}: not made, its teacher failed')
        return None

    def _start(self, run: Run, slot: int) -> subprocess.Popen:
        command = self._prepare(run)
        with open(self._log(run), 'a') as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # it closes when this process ends
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for this process alone
                env={**os.environ, **self._environment(run, slot)},
            )

    def _prepare(self, run: Run) -> List[str]:
        """Write what the worker of a run reads; returns its command."""
        cfg = copy.deepcopy(run.cfg)
        cfg.work_dir = self._folder(run)
        # Not in run.cfg, whose key is to stay: no result depends on it.
        cfg.default_hooks.checkpoint.update(
            interval=math.ceil(cfg.train_cfg.max_epochs / _SAVES),
            max_keep_ckpts=1,
        )
        if run.processes > 1:
            cfg.launcher = 'pytorch'
        os.makedirs(cfg.work_dir, exist_ok=True)
        if run.teacher:
            cfg.model.teacher_checkpoint = self._weights(run.teacher)
        paths = [
            osp.join(cfg.work_dir, x) for x in ('config.py', 'record.json')
        ]
        cfg.dump(paths[0])
        content = dict(
            name=run.name,
            fold=run.fold,
            seed=run.seed,
            key=run.key,
            key_form=KEY_FORM,
            config=run.content['config'],
            data=run.data,
            **self.facts,
        )
        # A teacher with a record is trained again for its weights.
        if self.record(run) or not _holds(paths[1], content):
            remove_checkpoints(cfg.work_dir)
        write_json(paths[1], content)
        return [
            *(sys.executable, '-m', *_launcher(run.processes)),
            *(WORKER, *paths, self._record_path(run)),
        ]

    def _environment(self, run: Run, slot: int) -> Dict[str, str]:
        """Variables that are set for the worker of a run."""
        threads = os.cpu_count() // (self.jobs * run.processes)
        env = {'OMP_NUM_THREADS': str(max(1, threads))}
        if self.gpus:
            first = slot % (len(self.gpus) // run.processes) * run.processes
            env['CUDA_VISIBLE_DEVICES'] = ','.join(
                self.gpus[first : first + run.processes]
            )
        return env

    def _collect(self) -> None:
        for slot, (run, process) in list(self._running.items()):
            if process.poll() is None:
                continue
            del self._running[slot]
            record = self.record(run)
            if process.returncode or record is None:
                self.failed[run.id] = self._log(run)
                self._say(f'{run.id}: FAILED, see {self._log(run)}')
            else:
                self._note_time(run, record)
                self._say(
                    f'{run.id}: top-1 {100 * record["top1"]:.1f} in '
                    f'{record["resources"]["train_seconds"] / 60:.1f} min'
                )

    def _note_time(self, run: Run, record: Record) -> None:
        used = record['resources']
        self.seconds.setdefault(run.name, []).append(
            used['train_seconds'] + used['test_seconds']
        )

    def _say(self, text: str) -> None:
        left = self._waiting + [run for run, _ in self._running.values()]
        clock = time.strftime('%H:%M:%S')
        print(f'[{clock}] {text}; {len(left)} to go', end='')
        if left and self.seconds:
            # For a config without a finished run: the mean of the others.
            other = mean(mean(x) for x in self.seconds.values())
            total = sum(
                mean(self.seconds.get(run.name, [other])) for run in left
            )
            print(f', {timedelta(seconds=round(total / self.jobs))}', end='')
        print(flush=True)

    def _record_path(self, run: Run) -> str:
        return osp.join(self.records_dir, f'{run.id}.json')

    def _folder(self, run: Run) -> str:
        return osp.join(self.work_dir, run.id)

    def _log(self, run: Run) -> str:
        return osp.join(self._folder(run), 'output.log')

    def _weights(self, teacher: Run) -> Optional[str]:
        """Weights of a finished teacher, None where they are gone."""
        folder = self._folder(teacher)
        if self.record(teacher) is None or not osp.isdir(folder):
            return None
        # The path inside last_checkpoint may be that of another machine.
        path = self.record(teacher).get('chosen') or osp.basename(
            find_latest_checkpoint(folder) or ''
        )
        path = osp.join(folder, path)
        return path if osp.isfile(path) else None


def _holds(path: str, content: Dict[str, Any]) -> bool:
    """Whether a JSON file is there and has this content."""
    if not osp.exists(path):
        return False
    with open(path) as file:
        return json.load(file) == json.loads(json.dumps(content))


def _launcher(processes: int) -> List[str]:
    """What Python runs as a module before the worker."""
    if processes == 1:
        return []
    return [
        *('torch.distributed.run', '--standalone'),
        *('--nproc-per-node', str(processes), '-m'),
    ]
