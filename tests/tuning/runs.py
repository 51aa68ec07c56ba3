"""A run in a process of its own: python -m tests.tuning.runs ENCODER SCRATCH OUT SETTINGS-AS-JSON.

Kills itself without a word after the step that DIE_AT names, as the kernel would; DIE_RANK says
which of several processes does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from engine.errors import InputError
from engine.together.group import end, joined, launched
from engine.tuning import loop
from engine.tuning.settings import Tuning
from engine.tuning.step import Stepper
from tests.tuning.conftest import judge, load, make_lesson


def run(folder, scratch, out, settings, group=None):
    encoder = load(folder)
    lesson = make_lesson(encoder)
    Path(scratch).mkdir(parents=True, exist_ok=True)
    more = {"group": group} if group else {}
    tuned = loop.tune(encoder, lesson, settings, scratch=Path(scratch), judge=judge, **more)
    weights = {n: p.detach().contiguous() for n, p in encoder.model.named_parameters()}
    rank = group.rank if group else 0
    head = {
        "head.weight": torch.from_numpy(tuned.weight),
        "head.bias": torch.from_numpy(tuned.bias),
    }
    save_file({**weights, **head}, f"{out}.{rank}")
    return tuned


def main(folder, scratch, out, settings):
    torch.set_num_threads(1)
    np.seterr(all="raise", under="ignore")
    loop.CHECKPOINT_EVERY_S = 0.0 if os.environ.get("EVERY_STEP") else 1e9
    plain, mine = Stepper.step, os.environ.get("DIE_RANK", "0") == os.environ.get("RANK", "0")

    def step(self, batch, step):
        if mine and step == int(os.environ.get("DIE_AT", -1)):
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(self, batch, step)

    Stepper.step = step
    try:
        if not launched():
            run(folder, scratch, out, Tuning(**json.loads(settings)))
            return 0
        with joined() as group:
            run(folder, scratch, out, Tuning(**json.loads(settings)), group)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    end(main(*sys.argv[1:]))
