"""Makes the toy stages known to a Python process that has this folder on its PYTHONPATH."""

import engine.stages
from tests import toy

engine.stages.STAGES += toy.STAGES
