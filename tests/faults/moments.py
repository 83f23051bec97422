"""Moments at which a training run is killed."""

import os
import signal
import sys
import threading
from dataclasses import dataclass

from mmengine.hooks import Hook

KILL, TERM, USR1 = signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1


@dataclass(frozen=True)
class Moment:
    """A signal at a place in a run.

    Attributes:
        what (str): Name of a hook's method, as ``before_train_iter``; or a
            file, of which ``part`` is what happens to it.
        number (int): Which time, from 1.
        part (str): 'open', 'half' (written), 'rename' (just before) or
            'named' (just after); '' for a method.
        signal (int): SIGKILL, SIGTERM or SIGUSR1.
    """

    what: str
    number: int
    part: str = ''
    signal: int = KILL

    def __str__(self):
        name = signal.Signals(self.signal).name
        return f'{name} {self.what} {self.number} {self.part}'.rstrip()

    def arm(self, runner):
        """Have the signal sent; to this process, which cannot disarm it."""
        if self.part:
            sys.addaudithook(_FileWatch(self))
        else:
            runner.register_hook(_MethodHook(self), priority='VERY_HIGH')


class _MethodHook(Hook):
    def __init__(self, moment):
        self.left = moment.number
        setattr(self, moment.what, self._count)
        self.signal = moment.signal

    def _count(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), self.signal)


class _FileWatch:
    """Follow a file by the interpreter's audit events."""

    def __init__(self, moment):
        self.moment = moment
        self.left = moment.number
        self.process = os.getpid()
        self.named = False

    def __call__(self, event, args):
        if event not in ('open', 'os.rename') or os.getpid() != self.process:
            return
        if self.named:  # the first event after the file has its name
            self.send()
        path = str(args[0])
        if not os.path.basename(path).startswith(self.moment.what):
            return
        part = self.moment.part
        counted = 'os.rename' if part in ('rename', 'named') else 'open'
        if event != counted or not path.endswith('.tmp'):
            return
        self.left -= 1
        if self.left:
            return
        if part == 'half':
            threading.Thread(
                target=self.send_once_written, args=[path]
            ).start()
        elif part == 'named':
            self.named = True
        else:
            self.send()

    def send_once_written(self, path):
        while True:
            try:
                if os.path.getsize(path):
                    self.send()
            except OSError:
                pass  # not there yet

    def send(self):
        os.kill(self.process, self.moment.signal)
