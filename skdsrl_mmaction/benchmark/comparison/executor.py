"""Making the runs of a benchmark, several at a time, and going on later."""

import json
import os
import os.path as osp
import subprocess
import sys
import time
from datetime import timedelta
from statistics import mean
from typing import Any, Dict, List, Optional, Tuple

from mmengine.config import Config
from mmengine.runner import find_latest_checkpoint

from ...engine import check_data
from ...utils import write_json
from .plan import SPLITS, Run, with_data

WORKER = 'skdsrl_mmaction.benchmark.comparison.worker'


class Executor:
    """Trains and tests runs in processes of their own.

    A finished run is a file ``{out}/runs/{run.id}.json``; such a run is not
    made again. A run that was interrupted starts anew: a Runner does not keep
    the state of its random numbers, and a resumed run would differ.

    Args:
        out (str): Folder of the results.
        work_dir (str): Folder of lists, logs and checkpoints.
        data_prefix (str): Folder of the videos of a cross-validation.
        facts (dict): Stands in every record, as the commit and the budget.
        jobs (int): Runs at a time. The CPU cores are shared out evenly, and
            the GPUs in turn.
        gpus (int): Number of GPUs.
    """

    def __init__(
        self,
        out: str,
        work_dir: str,
        data_prefix: str,
        facts: Dict[str, Any],
        jobs: int,
        gpus: int,
    ) -> None:
        self.records_dir = osp.join(out, 'runs')
        self.work_dir = work_dir
        self.data_prefix = data_prefix
        self.facts = facts
        self.jobs = jobs
        self.gpus = gpus
        self.seconds: Dict[str, List[float]] = {}  # that a config's runs took
        self.failed: Dict[str, str] = {}  # log of a failed run, by its id
        self._waiting: List[Run] = []
        self._running: Dict[int, Tuple[Run, subprocess.Popen]] = {}  # by slot

    def record(self, run: Run) -> Optional[Dict[str, Any]]:
        """The result of a run, None where there is none yet."""
        path = self._record_path(run)
        if not osp.exists(path):
            return None
        with open(path) as file:
            return json.load(file)

    def execute(self, runs: List[Run]) -> None:
        """Make all runs that are not there yet, and tell how far it is.

        The log of a run that failed then stands in :attr:`failed`, by its id;
        it does not stop the others.

        Args:
            runs (list[Run]): A teacher need not be listed.

        Raises:
            FileNotFoundError, ValueError: If :func:`check_data` finds fault
                with the data of any run, before the first starts.
        """
        os.makedirs(self.records_dir, exist_ok=True)
        for run in runs:
            record = self.record(run)
            if record is not None:
                self._note_time(run, record)
        self._waiting = self._missing(runs)
        for run in self._waiting:
            self._write_lists(run)
            check_data(self._config(run), ['train', 'test'])
        self._say(f'{len(runs)} runs, {self.jobs} at a time')
        try:
            while self._waiting or self._running:
                self._fill_slots()
                time.sleep(0.2)
                self._collect()
        finally:
            for _, process in self._running.values():
                process.kill()

    def _missing(self, runs: List[Run]) -> List[Run]:
        """Runs without a result, each after its teacher."""
        missing: Dict[str, Run] = {}
        for run in runs:
            if self.record(run) is None:
                if run.teacher and self._checkpoint(run.teacher) is None:
                    missing.setdefault(run.teacher.id, run.teacher)
                missing.setdefault(run.id, run)
        return list(missing.values())

    def _fill_slots(self) -> None:
        for slot in set(range(self.jobs)) - set(self._running):
            for run in list(self._waiting):
                teacher = run.teacher
                if teacher and teacher.id in self.failed:
                    self._waiting.remove(run)
                    self.failed[run.id] = self.failed[teacher.id]
                    self._say(f'{run.id}: not made, its teacher failed')
                elif teacher is None or self._checkpoint(teacher):
                    self._waiting.remove(run)
                    self._running[slot] = run, self._start(run, slot)
                    break

    def _write_lists(self, run: Run) -> None:
        folder = self._folder(run)
        os.makedirs(folder, exist_ok=True)
        for split in SPLITS if run.samples else ():
            with open(osp.join(folder, f'{split}.txt'), 'w') as file:
                file.writelines(f'{x}\n' for x in run.samples[split])

    def _config(self, run: Run) -> Config:
        folder = self._folder(run)
        cfg = with_data(run, folder, self.data_prefix)
        cfg.work_dir = folder
        return cfg

    def _start(self, run: Run, slot: int) -> subprocess.Popen:
        cfg = self._config(run)
        if run.teacher:
            cfg.model.teacher_checkpoint = self._checkpoint(run.teacher)
        folder = cfg.work_dir
        paths = [osp.join(folder, x) for x in ('config.py', 'record.json')]
        cfg.dump(paths[0])
        identity = dict(name=run.name, fold=run.fold, seed=run.seed)
        write_json(
            paths[1],
            dict(identity, key=run.key, config=run.content, **self.facts),
        )
        env = dict(os.environ)
        env['OMP_NUM_THREADS'] = str(max(1, os.cpu_count() // self.jobs))
        if self.gpus:
            env['CUDA_VISIBLE_DEVICES'] = str(slot % self.gpus)
        with open(self._log(run), 'a') as log:
            return subprocess.Popen(
                [
                    *(sys.executable, '-m', WORKER),
                    *(*paths, self._record_path(run)),
                ],
                stdin=subprocess.PIPE,  # its end tells the worker of ours
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
            )

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

    def _note_time(self, run: Run, record: Dict[str, Any]) -> None:
        taken = record['resources']
        self.seconds.setdefault(run.name, []).append(
            taken['train_seconds'] + taken['test_seconds']
        )

    def _say(self, text: str) -> None:
        left = self._waiting + [run for run, _ in self._running.values()]
        clock = time.strftime('%H:%M:%S')
        print(f'[{clock}] {text}; {len(left)} to go', end='')
        if left and self.seconds:
            # A config that has not been run yet takes as long as the others.
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

    def _checkpoint(self, teacher: Run) -> Optional[str]:
        """Weights of a teacher that has been trained and tested."""
        if self.record(teacher) is None:
            return None
        folder = self._folder(teacher)
        return osp.isdir(folder) and find_latest_checkpoint(folder) or None
