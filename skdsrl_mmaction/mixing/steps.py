"""The steps of a pipeline, found by their kind."""

from typing import Callable, Sequence

from mmaction.registry import TRANSFORMS
from mmaction.utils import get_str_type

from ..datasets.transforms import (
    SampleTwoClips,
    SiameseTwoPass,
    SiameseTwoView,
)
from ..utils import is_a


class PipelineSteps:
    """The steps of a pipeline, by their kind.

    Args:
        pipeline (list[dict]): Configs of its transforms.
        key (str): Key of the pipeline in the config, for messages.
    """

    def __init__(self, pipeline: Sequence[dict], key: str) -> None:
        self.pipeline = pipeline
        self.key = key

    def is_at(self, place: int, *kinds: type) -> bool:
        """Return whether a step is of one of some kinds, or a subclass."""
        kind = self.pipeline[place]['type']
        return any(is_a(TRANSFORMS, kind, parent) for parent in kinds)

    def has(self, *kinds: type) -> bool:
        """Return whether any step is of one of some kinds."""
        return any(self.is_at(i, *kinds) for i in range(len(self.pipeline)))

    def find(self, what: str, *kinds: type, after: int = 0) -> int:
        """Return the place of the first step of one of some kinds.

        Args:
            what (str): Their name, for the message.
            *kinds (type): Classes of transforms.
            after (int): Where to begin. Defaults to 0.

        Returns:
            int: The place.

        Raises:
            ValueError: If there is none.
        """
        return self._first(what, lambda i: self.is_at(i, *kinds), after)

    def find_decoder(self, after: int) -> int:
        """Return the place of the first decoder, as :meth:`find` does."""

        def is_decoder(i: int) -> bool:
            # The name of every decoder of MMAction2 ends in Decode.
            kind = get_str_type(self.pipeline[i]['type'])
            return kind.endswith('Decode')

        return self._first('decoder', is_decoder, after)

    def _first(
        self, what: str, wanted: Callable[[int], bool], after: int
    ) -> int:
        for i in range(after, len(self.pipeline)):
            if wanted(i):
                return i
        kinds = [get_str_type(step['type']) for step in self.pipeline]
        raise ValueError(
            f'{self.key} has no {what} to make the views of SKD-SRL from: '
            f'{kinds}'
        )

    def refuse_views(self) -> None:
        """Raise a ValueError if the pipeline makes two views already."""
        for i, step in enumerate(self.pipeline):
            if self.is_at(i, SampleTwoClips, SiameseTwoView, SiameseTwoPass):
                raise ValueError(
                    f'{self.key}[{i}] is {get_str_type(step["type"])}: this '
                    'pipeline makes two views already'
                )
