"""Tiny skeletons, spectrograms, optical flow and videos for stock datasets."""

import pickle
from pathlib import Path

import cv2
import numpy as np
import torch
from mmaction.registry import DATASETS
from mmaction.structures import ActionDataSample
from mmengine.dataset import BaseDataset

from skdsrl_mmaction.utils import leaf_datasets

from .videos import write_counting_video, write_tiny_dataset

SAMPLES, FRAMES = 4, 60
VIDEO_FRAMES = 25
SPLITS = 'xsub_train', 'xsub_val', 'train', 'val', 'train1', 'test1'
SIZE = 64, 48  # of videos: width, height


def moving_joints(rng, persons, frames, joints, dims):
    """Joints of persons that move, around 0, (M, T, V, C)."""
    pose = rng.normal(size=(persons, 1, joints, dims))
    steps = rng.normal(scale=0.1, size=(persons, frames, joints, dims))
    return pose + steps.cumsum(axis=1)


def write_skeletons(folder, layout, frames=FRAMES):
    """Write an annotation file in the format of ``PoseDataset``.

    Args:
        folder (Path): Where ``LAYOUT.pkl`` is written; for 'compressed', a
            file for each sample is written beside it.
        layout (str): 'coco' for 17 joints in the image, with scores, 'ntu'
            for 25 in space, or 'compressed', the first as in Kinetics.
        frames (int): Of each sample.

    Returns:
        Path: The file.
    """
    rng = np.random.default_rng(0)
    annotations = []
    for i in range(SAMPLES):
        sample = dict(frame_dir=f'v{i}', label=i % 3, total_frames=frames)
        persons = 1 + i % 2
        if layout == 'ntu':
            sample['keypoint'] = moving_joints(rng, persons, frames, 25, 3)
        else:
            places = moving_joints(rng, persons, frames, 17, 2)
            low = places.min(axis=(0, 1, 2))
            places = (places - low) / (places.max(axis=(0, 1, 2)) - low)
            sample.update(
                keypoint=(0.1 + 0.8 * places) * SIZE,
                keypoint_score=rng.uniform(0.5, 1, places.shape[:-1]),
                img_shape=SIZE[::-1],
                original_shape=SIZE[::-1],
            )
        if layout == 'compressed':
            score = sample.pop('keypoint_score')[..., None]
            joints = np.concatenate([sample.pop('keypoint'), score], axis=-1)
            rows = joints.transpose(1, 0, 2, 3).reshape(-1, 17, 3)
            times = np.arange(frames).repeat(persons)
            with open(folder / f'v{i}.pkl', 'wb') as file:
                pickle.dump(dict(keypoint=rows, frame_inds=times), file)
        else:  # as the files of MMAction2
            sample['keypoint'] = sample['keypoint'].astype(np.float16)
        annotations.append(sample)
    names = [sample['frame_dir'] for sample in annotations]
    content = dict(annotations=annotations, split=dict.fromkeys(SPLITS, names))
    path = folder / f'{layout}.pkl'
    path.write_bytes(pickle.dumps(content))
    return path


def write_videos(folder):
    """Write a video for each skeleton."""
    for i in range(SAMPLES):
        write_counting_video(folder / f'v{i}.mp4', VIDEO_FRAMES)


def write_spectrograms(folder):
    """Write files of 80 frequencies, and the list of them."""
    rng = np.random.default_rng(0)
    lines = []
    for i in range(SAMPLES):
        audio = rng.uniform(size=(640, 80)).astype(np.float32)
        np.save(folder / f'v{i}.npy', audio)
        lines.append(f'v{i}.npy 300 {i % 3}\n')
    path = folder / 'audio.txt'
    path.write_text(''.join(lines))
    return path


def write_flow(folder, template='{}_{:05d}.jpg', size=SIZE):
    """Write both directions of optical flow as pictures, and their list."""
    rng = np.random.default_rng(0)
    lines = []
    for i in range(SAMPLES):
        (folder / f'v{i}').mkdir()
        for t in range(FRAMES):
            for axis in 'xy':
                flow = rng.integers(90, 166, size[::-1], dtype=np.uint8)
                name = template.format(axis, t + 1)
                cv2.imwrite(str(folder / f'v{i}' / name), flow)
        lines.append(f'v{i} {FRAMES} {i % 3}\n')
    path = folder / 'flow.txt'
    path.write_text(''.join(lines))
    return path


@DATASETS.register_module()
class TinyImages(BaseDataset):
    """Images of noise, in place of ImageNet."""

    def load_data_list(self):
        return [dict(label=i % 3) for i in range(8)]

    def __getitem__(self, index):
        label = self.get_data_info(index)['label']
        return dict(
            inputs=torch.randint(256, (3, 32, 32), dtype=torch.uint8),
            data_samples=ActionDataSample().set_gt_label(label),
        )


def use_data(dataset, folder):
    """Let a dataset read what is written for it into a folder.

    Args:
        dataset (dict): Config of a stock dataset, or of a wrapper; modified.
        folder (Path): An empty folder.

    Returns:
        list[dict]: Configs of the datasets inside the wrappers.
    """
    folder = Path(folder)
    leaves = []
    for _, leaf in leaf_datasets('', dataset):
        prefix = dict.fromkeys(leaf.get('data_prefix') or {}, str(folder))
        if leaf.type == 'PoseDataset':
            frames = FRAMES
            if 'video' in prefix:
                write_videos(folder)
                frames = VIDEO_FRAMES
            path = write_skeletons(folder, _layout(leaf), frames)
        elif leaf.type == 'AudioDataset':
            path = write_spectrograms(folder)
        elif leaf.type == 'VideoDataset':
            write_tiny_dataset(folder)
            path = folder / 'train.txt'
        else:
            path = write_flow(folder)
        leaf.pop('data_root', None)
        leaf.update(ann_file=str(path), serialize_data=False)
        if prefix:
            leaf.data_prefix = prefix
        leaves.append(leaf)
    return leaves


def _layout(leaf):
    if 'skeleton' in (leaf.get('data_prefix') or {}):
        return 'compressed'
    kinds = [step['type'] for step in leaf.pipeline]
    return 'ntu' if 'PreNormalize3D' in kinds else 'coco'
