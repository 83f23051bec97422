"""In place of the worker of a comparison: no training, what it is told to do.

``python -m tests.support.stand_in_worker CONFIG RECORD OUT``, as the worker.
The folder ``STAND_IN`` says what to do: a run whose name is a file
``NAME.fail`` in it fails, and one of ``NAME.wait`` waits until that file is
gone. Every start is a line of its file ``journal``.
"""

import json
import os
import select
import sys
from pathlib import Path

TOLD = Path(os.environ.get('STAND_IN', '.'))


def main():
    config, record, out = map(Path, sys.argv[1:])
    content = json.loads(record.read_text())
    name = content['name']
    start = dict(
        name=name,
        config=config.read_text(),
        threads=os.environ['OMP_NUM_THREADS'],
        gpus=os.environ.get('CUDA_VISIBLE_DEVICES'),
        pid=os.getpid(),
    )
    with open(TOLD / 'journal', 'a') as file:
        file.write(json.dumps(start) + '\n')
    if (TOLD / f'{name}.fail').exists():
        sys.exit('out of luck')
    while (TOLD / f'{name}.wait').exists():
        if select.select([0], [], [], 0.05)[0]:  # stdin closed
            sys.exit('the parent has ended')
    weights = config.with_name('epoch_1.pth')
    weights.touch()
    config.with_name('last_checkpoint').write_text(str(weights))
    used = dict(train_seconds=60, test_seconds=6)
    versions = json.loads((TOLD / 'versions.json').read_text())
    content.update(top1=0.5, resources=used, versions=versions)
    out.write_text(json.dumps(content))


if __name__ == '__main__':
    main()
