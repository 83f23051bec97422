"""Checkpoints of a work dir: writing them whole, finding the latest."""

import logging
import os
import os.path as osp
import pickle
import re
import zipfile
from contextlib import suppress
from glob import escape, glob
from typing import List, Optional, Tuple, Union

import torch
from mmengine.fileio import LocalBackend, register_backend
from mmengine.logging import print_log
from mmengine.utils import mkdir_or_exist

from ..utils import TEMPORARY, write_whole

LATEST = 'last_checkpoint'  # the host's file that names the latest one
STATE = 'resume_state'  # key of a checkpoint under which ResumeHook saves
_OF_A_RUN = re.compile(r'(best_.+_)?(epoch|iter)_(\d+)\.pth')


@register_backend('local', prefixes='', force=True)
class WholeFileBackend(LocalBackend):
    """Write every local file of MMEngine's file API whole or not at all.

    The stock backend writes in place: a run killed meanwhile leaves half a
    checkpoint under the name of a good one.
    """

    def put(self, obj: bytes, filepath: Union[str, os.PathLike]) -> None:
        """Write bytes; arguments are those of ``LocalBackend.put``."""
        filepath = os.fspath(filepath)
        mkdir_or_exist(osp.dirname(filepath))
        write_whole(filepath, obj)

    def put_text(
        self,
        obj: str,
        filepath: Union[str, os.PathLike],
        encoding: str = 'utf-8',
    ) -> None:
        """Write text; arguments are those of ``LocalBackend.put_text``."""
        self.put(obj.encode(encoding), filepath)


def name_latest(work_dir: str, checkpoint: str) -> None:
    """Write ``last_checkpoint`` as the host does: the path, nothing else."""
    write_whole(osp.join(work_dir, LATEST), checkpoint.encode())


def read_meta(path: str) -> dict:
    """Read the ``meta`` of a checkpoint, if all of the file is whole.

    Args:
        path (str): A checkpoint of MMEngine.

    Returns:
        dict: With ``epoch`` and ``iter``; ``validated`` is added: whether
        these weights were validated, True where the file does not say.

    Raises:
        ValueError: If the file is damaged or is not such a checkpoint.
    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                damaged = archive.testzip()
            if damaged is not None:
                raise ValueError(f'its part {damaged!r} is damaged')
        content = torch.load(path, map_location='cpu', weights_only=True)
        meta = content.get('meta', {}) if isinstance(content, dict) else {}
        if not {'epoch', 'iter'} <= meta.keys():
            raise ValueError('it holds weights alone, no state of a run')
        state = content.get(STATE) or dict(validated=meta['iter'])
        return dict(meta, validated=state['validated'] == meta['iter'])
    except FileNotFoundError:
        raise ValueError(f'checkpoint {path!r} does not exist') from None
    except pickle.UnpicklingError:
        reason = 'it is damaged, or holds more than tensors and plain values'
    except Exception as error:
        reason = str(error).split('\n')[0] or type(error).__name__
    raise ValueError(f'checkpoint {path!r} cannot be read: {reason}')


def checkpoints_in(folder: str) -> List[str]:
    """All ``*.pth`` of a folder."""
    return sorted(glob(osp.join(escape(folder), '*.pth')))


def is_of_a_run(path: str) -> bool:
    """Whether a file is named as the checkpoints that a run writes."""
    return _OF_A_RUN.fullmatch(osp.basename(path)) is not None


def find_latest(work_dir: str) -> Optional[Tuple[str, dict]]:
    """Find the latest whole checkpoint of a work dir.

    It is the one that ``last_checkpoint`` names, and a file of that name in
    the work dir is preferred over the path written there, so that a moved or
    copied work dir goes on from its own files. Where that is not to be had,
    it is the newest whole ``epoch_N.pth`` or ``iter_N.pth``, with a warning.

    Args:
        work_dir (str): Need not exist.

    Returns:
        tuple[str, dict] | None: Its path and its ``meta``; None where the
        work dir has no checkpoint at all.

    Raises:
        ValueError: If there are checkpoints and none is whole.
    """
    named = _named_latest(work_dir)
    reasons = []
    if named is not None:
        try:
            return named, read_meta(named)
        except ValueError as error:
            reasons.append(str(error))
    others = [path for path in _by_age(work_dir) if path != named]
    if named is None and others:
        reasons.append(f'there is no {LATEST} in {work_dir!r}')
    found = _newest_whole(others, reasons)
    if found is not None:
        print_log(
            f'{"; ".join(reasons)}; going on from {found[0]!r}, the newest '
            'whole checkpoint',
            logger='current',
            level=logging.WARNING,
        )
    elif others or (named is not None and osp.exists(named)):
        raise ValueError(
            f'no checkpoint to resume from is whole: {"; ".join(reasons)}; '
            'give --overwrite in place of --resume to start anew'
        )
    return found


def remove_checkpoints(folder: str) -> None:
    """Remove the checkpoints that a run has written into a folder."""
    with suppress(FileNotFoundError):
        os.remove(osp.join(folder, LATEST))
    for path in filter(is_of_a_run, checkpoints_in(folder)):
        os.remove(path)


def remove_temporaries(folder: str) -> None:
    """Remove files that a killed run was writing."""
    for name in ('*.pth', LATEST):
        for path in glob(osp.join(escape(folder), f'{name}*{TEMPORARY}')):
            with suppress(FileNotFoundError):
                os.remove(path)


def _named_latest(work_dir: str) -> Optional[str]:
    try:
        with open(osp.join(work_dir, LATEST), encoding='utf-8') as file:
            path = file.read().strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    here = osp.join(work_dir, osp.basename(path))
    return (here if osp.isfile(here) else path) if path else None


def _by_age(work_dir: str) -> List[str]:
    """Checkpoints of epochs and iterations, each kind newest first."""
    kinds: dict = {'epoch': [], 'iter': []}
    for path in checkpoints_in(work_dir):
        name = _OF_A_RUN.fullmatch(osp.basename(path))
        if name and not name[1]:
            kinds[name[2]].append((int(name[3]), path))
    return [path for kind in kinds.values() for _, path in sorted(kind)[::-1]]


def _newest_whole(
    paths: List[str], reasons: List[str]
) -> Optional[Tuple[str, dict]]:
    """The one of most iterations; reads no older one of a kind than needed."""
    newest = {}
    for path in paths:
        kind = osp.basename(path).split('_')[0]
        if kind in newest:
            continue
        try:
            newest[kind] = path, read_meta(path)
        except ValueError as error:
            reasons.append(str(error))
    return max(
        newest.values(), key=lambda found: found[1]['iter'], default=None
    )
