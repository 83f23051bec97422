from .bad_videos_hook import BadVideosHook
from .best_teacher_hook import BestTeacherHook
from .collapse_hook import CollapseHook
from .finite_hook import FiniteHook
from .past_predictions_hook import PastPredictionsHook
from .rank_mean_info_hook import RankMeanInfoHook
from .resume_hook import MissedValidationHook, ResumeHook
from .stop_hook import StopHook
from .validated_checkpoint_hook import ValidatedCheckpointHook
from .weights_hook import WeightsHook

__all__ = [
    'BadVideosHook',
    'BestTeacherHook',
    'CollapseHook',
    'FiniteHook',
    'MissedValidationHook',
    'PastPredictionsHook',
    'RankMeanInfoHook',
    'ResumeHook',
    'StopHook',
    'ValidatedCheckpointHook',
    'WeightsHook',
]
