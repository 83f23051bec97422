import numpy as np
import pytest
from mmengine.dataset import Compose

from skdsrl_mmaction.datasets.transforms import AddFlow, FlipFlow
from tests.support.flow import write_flow

READ = [
    dict(type='VideoInit'),
    dict(type='SampleFrames', clip_len=4, frame_interval=2, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(-1, 32)),
]


def sample(video, **kwargs):
    return dict(
        filename=str(video), start_index=0, modality='RGB', label=0, **kwargs
    )


@pytest.fixture
def frames_as_flow(counting_video, tmp_path):
    """A folder whose "flow" is the frames themselves."""
    return write_flow(counting_video, tmp_path / 'flow', 32, iter)


def test_flow_of_the_same_frames(counting_video, frames_as_flow):
    add = dict(type='AddFlow', flow_dir=frames_as_flow)
    results = Compose([*READ, add])(sample(counting_video))
    frames = np.stack(results['imgs'])
    assert frames.shape == (8, 32, 43, 3)
    assert np.array_equal(frames[:4], frames[4:])
    assert results['num_clips'] == 2 and results['num_flow'] == 4


def test_one_crop_and_one_flip_for_both(counting_video, frames_as_flow):
    pipeline = Compose(
        [
            *READ,
            dict(type='ClipBrightness', max_delta=0, prob=1),
            dict(type='AddFlow', flow_dir=frames_as_flow),
            dict(type='RandomCrop', size=24),
            dict(type='FlipFlow', flip_ratio=0.5),
            dict(type='FormatShape', input_format='NCTHW'),
        ]
    )
    flips = set()
    for _ in range(8):
        results = pipeline(sample(counting_video))
        frames, flow = results['imgs'].astype(int)
        assert frames.shape == (3, 4, 24, 24)
        assert np.array_equal(frames[1:], flow[1:])
        x = -frames[0] % 256 if results['flip'] else frames[0]
        assert np.array_equal(flow[0], x)
        flips.add(bool(results['flip']))
        of_frames, of_flow = results['views']
        assert of_frames.pop('operators') == (('ClipBrightness', 0),)
        assert of_flow.pop('operators') == ()
        assert of_frames['crop_quadruple'] is of_flow['crop_quadruple']
    assert flips == {False, True}


def test_flip_of_flow_alone():
    image = np.zeros((1, 2, 3), np.uint8)
    image[0] = [[100, 1, 2], [128, 3, 4]]
    results = dict(imgs=[image], img_shape=(1, 2), modality='RGB', label=0)
    (flipped,) = FlipFlow(flip_ratio=1)(results)['imgs']
    assert flipped[0].tolist() == [[128, 3, 4], [156, 1, 2]]


def test_the_longest_end_of_the_path(counting_video, tmp_path):
    video = tmp_path / 'videos/run/a.mp4'
    video.parent.mkdir(parents=True)
    video.write_bytes(counting_video.read_bytes())
    folder = write_flow(video, tmp_path / 'flow', 32)
    (tmp_path / 'flow/run').mkdir()
    add = AddFlow(folder)
    data = dict(sample(video.with_suffix('')), total_frames=25, num_clips=1)
    data.update(frame_inds=[0], imgs=[np.zeros((32, 43, 3), np.uint8)])
    assert len(add(dict(data))['imgs']) == 2
    # That of another video with more of the path in common comes first.
    (tmp_path / 'flow/run/a.mp4.npy').write_bytes(b'no flow')
    with pytest.raises(ValueError, match='run/a.mp4.npy'):
        add(dict(data))


def test_what_does_not_fit(counting_video, tmp_path):
    data = dict(sample(counting_video), total_frames=25, num_clips=1)
    data.update(frame_inds=[0], imgs=[np.zeros((32, 43, 3), np.uint8)])
    with pytest.raises(FileNotFoundError, match='no flow of .*extract_flow'):
        AddFlow(str(tmp_path))(dict(data))
    folder = write_flow(counting_video, tmp_path / 'flow', 24)
    with pytest.raises(ValueError, match=r'\(24, 32, 3\).*\(32, 43, 3\)'):
        AddFlow(folder)(dict(data))
    with pytest.raises(ValueError, match='flow of 25 frames.* has 24'):
        AddFlow(folder)(dict(data, total_frames=24))
    frames = write_flow(counting_video, tmp_path / 'c', 32, iter, 'frames')
    with pytest.raises(ValueError, match='holds frames, not flow'):
        AddFlow(frames)(dict(data))
