"""Train and test one run of a comparison, in a process of its own.

``python -m`` this module with CONFIG RECORD OUT trains and tests CONFIG, adds
the results to the content of the JSON file RECORD and writes OUT. Started
again after a stop, it goes on from its last checkpoint. torchrun may start
several of these processes for one run.
"""

import json
import os
import os.path as osp
import signal
import sys
import threading
import time
from typing import Any, Dict

from mmengine.config import Config
from mmengine.dist import barrier
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ...engine import (
    build_tester,
    build_trainer,
    end_process_of_group,
    prepare_device,
)
from ...engine.processes import is_first_process
from ...utils import write_json
from ..machine import device_name, peak_memory, versions
from .rehearsal import complexity, rehearse_test

SAVING = 60  # seconds in which a run that is told to stop can save


class UsedHook(Hook):
    """Count what a run uses over all its starts; checkpoints keep it."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._seconds, self._memory = 0.0, 0  # before this start

    def train_seconds(self) -> float:
        """Return the seconds of training so far, while it goes on."""
        return self._seconds + time.perf_counter() - self._start

    def peak_memory(self) -> int:
        """Return the peak memory in bytes so far."""
        return max(self._memory, peak_memory())

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Add what was used until now."""
        checkpoint['meta']['used'] = self.train_seconds(), self.peak_memory()

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take over what was used before, where the run is resumed."""
        if runner._resume:
            self._seconds, memory = checkpoint['meta']['used']
            # The best weights, loaded last, may be older than the peak.
            self._memory = max(self._memory, memory)


def train_and_test(cfg: Config) -> Dict[str, Any]:
    """Train and test a config with the stock Runner.

    What is needed after the training is tried before it, on one sample.

    Args:
        cfg (Config): The whole config, with ``work_dir``, of whose latest
            checkpoint it goes on. The last weights are tested or, if it
            validates, the best ones.

    Returns:
        dict: ``iterations``; ``chosen``, the file of the best weights, if it
        validates; ``top1``, ``top5`` and ``mean_class``, in [0, 1]
        (the last two are None where the evaluator does not report them);
        ``parameters`` and ``flops`` of the test path, for one view;
        ``versions``; and under ``resources`` what differs from run to run:
        ``device``, ``train_seconds``, ``test_seconds``, ``peak_memory_mb``.

    Raises:
        ValueError: If the evaluator does not report ``acc/top1``.
    """
    parameters = flops = None
    if is_first_process():  # before there is a group, which would take part
        parameters, flops = complexity(cfg)
        rehearse_test(cfg)
    prepare_device(cfg, training=True)
    # The Runner sets the seed, so the lines above do not change its results.
    runner = build_trainer(cfg, resume='auto')
    if runner is None:  # it was stopped in its test; no epoch is left
        runner = build_tester(cfg)
    used = UsedHook()
    runner.register_hook(used)
    runner.train()
    train_seconds = used.train_seconds()
    trained = time.perf_counter()
    chosen = _load_best(runner) if cfg.val_cfg is not None else {}
    metrics = runner.test()
    tested = time.perf_counter()
    return dict(
        iterations=runner.iter,
        **chosen,
        top1=metrics['acc/top1'],
        top5=metrics.get('acc/top5'),
        mean_class=metrics.get('acc/mean1'),
        parameters=parameters,
        flops=flops,
        versions=versions(),
        resources=dict(
            device=device_name(),
            train_seconds=round(train_seconds, 1),
            test_seconds=round(tested - trained, 1),
            peak_memory_mb=round(used.peak_memory() / 2**20),
        ),
    )


def _load_best(runner: Runner) -> Dict[str, str]:
    """Load the weights that were best in validation; returns their file."""
    barrier()  # the first process writes them
    path = runner.message_hub.get_info('best_ckpt')
    runner.load_checkpoint(path)
    return dict(chosen=osp.basename(path))


def end_with_parent() -> None:
    """Save and end when the other end of stdin closes.

    That happens when the parent ends, however it ends. Otherwise a second
    start of the comparison would make the same run beside this one.
    """

    def wait() -> None:
        # sys.stdin.read() would hold the lock of stdin, for which every
        # forked worker of a DataLoader would wait for ever.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(SAVING)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    config, record, out = sys.argv[1:]
    end_with_parent()
    with open(record) as file:
        content = json.load(file)
    content.update(train_and_test(Config.fromfile(config)))
    if is_first_process():
        write_json(out, content)
    end_process_of_group()


if __name__ == '__main__':
    main()
