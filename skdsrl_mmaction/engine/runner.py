"""The host's Runner, whose errors name the videos behind them."""

import contextlib
import re
from typing import Iterator, List

from mmengine.runner import Runner

from ..datasets.bad_videos import read_by

# The two forms of PyTorch's message, of one worker and of several.
_DEAD = re.compile(r'DataLoader worker \(pid(?:\(s\))? ([\d, ]+)\)')


class VideoRunner(Runner):
    """Runner that says what a loader's worker was reading when it died.

    A worker dies with its decoder, or is killed where memory is short;
    PyTorch knows no more of it than the number of the process. Only data sets
    that ``guard_videos`` has prepared are known.
    """

    def train(self):
        """Train, as the host does."""
        with self._naming_videos():
            return super().train()

    def val(self):
        """Validate, as the host does."""
        with self._naming_videos():
            return super().val()

    def test(self):
        """Test, as the host does."""
        with self._naming_videos():
            return super().test()

    @contextlib.contextmanager
    def _naming_videos(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            dead = _DEAD.search(str(error))
            videos = self._read_by(dead[1]) if dead else []
            if not videos:
                raise
            # Where PyTorch says no more than that it died, the cause may say
            # of which signal.
            cause = error.__cause__
            said = str(cause if _DEAD.match(str(cause)) else error)
            raise RuntimeError(
                f'{said.strip().rstrip(".")}; it was reading '
                f'{", ".join(videos)}; if it dies there again, take that line '
                'out of the annotation file'
            ) from error

    def _read_by(self, processes: str) -> List[str]:
        numbers = {int(x) for x in processes.split(',')}
        loops = (self._train_loop, self._val_loop, self._test_loop)
        return [
            video
            for loop in loops
            if hasattr(loop, 'dataloader')  # has been built
            for video in read_by(loop.dataloader.dataset, numbers)
        ]
