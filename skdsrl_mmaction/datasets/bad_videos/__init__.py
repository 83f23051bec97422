from .guard import (
    describe,
    guard_dataset,
    line_of,
    on_disk,
    path_of,
    place_of,
    read_by,
    video_datasets,
)
from .loading import UnreadableVideo, loaders_of, problem_of, reason_of
from .look import look_at_frames, look_at_video
from .record import BadVideo, BadVideoRecord

__all__ = [
    'BadVideo',
    'BadVideoRecord',
    'UnreadableVideo',
    'describe',
    'guard_dataset',
    'line_of',
    'loaders_of',
    'look_at_frames',
    'look_at_video',
    'on_disk',
    'path_of',
    'place_of',
    'problem_of',
    'read_by',
    'reason_of',
    'video_datasets',
]
