"""The checkout, and the folder of real videos."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL_VIDEOS = Path(
    os.environ.get('SKDSRL_REAL_VIDEOS', ROOT.parent / 'shared' / 'data')
)
