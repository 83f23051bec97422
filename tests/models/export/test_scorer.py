"""ClipScorer is the test path, on pixels."""

import pytest
import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample

from skdsrl_mmaction.models.export import ClipScorer, check_exportable
from tests.support.small_models import SMALL, small_config
from tests.support.trained import drawn_weights


def build(family, **model):
    name = next(name for name in SMALL if name.startswith(family))
    cfg, shape = small_config(name)
    cfg.merge_from_dict({f'model.{key}': x for key, x in model.items()})
    built = MODELS.build(cfg.model)
    built.load_state_dict(drawn_weights(built))
    built.eval()
    if cfg.model.type == 'Recognizer3D':
        shape = (1, *shape)
    frames = torch.randint(0, 256, (2, *shape), dtype=torch.uint8)
    frames[1, :, ::2] //= 8  # a video that differs
    return built, frames


def host_scores(model, frames):
    """Scores of MMAction2's test_step."""
    data = dict(
        inputs=list(frames), data_samples=[ActionDataSample() for _ in frames]
    )
    with torch.no_grad():
        return torch.stack([x.pred_score for x in model.test_step(data)])


@pytest.mark.parametrize(
    'family, options',
    [
        ('slowonly', {}),
        ('slowonly', {'data_preprocessor.to_rgb': True}),
        ('c2d/c2d_r50-in1k-pre-nopool', {}),
        (
            'c2d/c2d_r50-in1k-pre-nopool',
            {'data_preprocessor.to_rgb': True},
        ),
    ],
)
def test_scores_are_those_of_the_test_path(family, options):
    model, frames = build(
        family, **options, **{'cls_head.average_clips': 'prob'}
    )
    scores = check_exportable(ClipScorer(model), frames)
    assert (scores[0] - scores[1]).abs().max() > 1e-3
    torch.testing.assert_close(scores, host_scores(model, frames))


def test_without_mean_and_std():
    model, frames = build('slowonly')
    before = ClipScorer(model)(frames)
    model.data_preprocessor._enable_normalize = False
    raw = ClipScorer(model)(frames)
    assert (raw - before).abs().max() > 1e-3
    model.cls_head.average_clips = 'prob'
    torch.testing.assert_close(raw, host_scores(model, frames))


def test_classes_of_a_multi_label_head_have_their_own_probabilities():
    model, frames = build('slowonly')
    one = ClipScorer(model)(frames)
    model.cls_head.multi_class = True
    many = ClipScorer(model)(frames)
    odds = many / (1 - many)
    torch.testing.assert_close(odds / odds.sum(dim=1, keepdim=True), one)


def test_splitting_of_clips_is_left_out():
    model, frames = build('slowonly')
    model.test_cfg = dict(max_testing_views=4)
    with pytest.raises(AssertionError, match='max_testing_views'):
        host_scores(model, frames)
    assert len(check_exportable(ClipScorer(model), frames)) == 2
    assert model.test_cfg == dict(max_testing_views=4)


def test_half_precision():
    model, frames = build('slowonly')
    wanted = ClipScorer(model)(frames)
    half = ClipScorer(model.half())(frames)
    assert half.dtype == torch.float32
    torch.testing.assert_close(half, wanted, rtol=0, atol=0.02)
