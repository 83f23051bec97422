"""Logs of runs as MMEngine writes them."""

import json


def train_record(iteration, epoch=None, **values):
    record = dict(values, iter=iteration, step=iteration)
    return record if epoch is None else dict(record, epoch=epoch)


def val_record(step, **values):
    return dict(values, step=step)


def write_log(folder, *records, resume=None, end=''):
    """Write what one start logs; ``end`` is a line that is half written."""
    folder = folder / 'vis_data'
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record) + '\n' for record in records]
    (folder / 'scalars.json').write_text(''.join(lines) + end)
    if resume is not None:
        (folder / 'config.py').write_text(f'lr = 1\nresume = {resume}\n')


def write_dump(path, scores, labels, **meta):
    """Write predictions as ``tools/test.py --dump`` does."""
    import torch
    from mmaction.structures import ActionDataSample
    from mmengine.evaluator import DumpResults

    metric = DumpResults(str(path))
    for score, label in zip(scores, labels):
        sample = ActionDataSample(metainfo=meta)
        sample.set_pred_score(torch.as_tensor(score)).set_gt_label(label)
        metric.process(None, [sample.to_dict()])
    metric.compute_metrics(metric.results)
    return path
