"""What every config of the zoo holds, held against the last known content."""

import hashlib
import json
from pathlib import Path

import pytest
from mmengine.config import Config

from tests.support.paths import ROOT

CONFIGS = ROOT / 'configs'
# Digests of the dumped text, by config. A change of content is deliberate:
# write the file anew with ``python tests/configs/test_dumps.py``.
DIGESTS = Path(__file__).with_name('dumps.json')


def zoo():
    paths = [*CONFIGS.glob('*.py'), *CONFIGS.glob('ablations/*.py')]
    return sorted(path.relative_to(CONFIGS).as_posix() for path in paths)


def digest(name):
    content = Config.fromfile(CONFIGS / name).to_dict()
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def test_every_config_has_a_digest():
    assert list(json.loads(DIGESTS.read_text())) == zoo()


@pytest.mark.parametrize('name', zoo())
def test_content_is_unchanged(name):
    assert digest(name) == json.loads(DIGESTS.read_text())[name]


if __name__ == '__main__':
    digests = {name: digest(name) for name in zoo()}
    DIGESTS.write_text(json.dumps(digests, indent=1) + '\n')
