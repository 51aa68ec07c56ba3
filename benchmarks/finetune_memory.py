"""Memory of fine-tuning on the CPU with malloc's arenas shared and as they are, by turns (Linux).

Each turn is a process of its own that takes LoRA steps on news, 32 texts each, and tells how much
memory it holds after them (resident set) and how long they took.

    python benchmarks/finetune_memory.py --steps 40 --rounds 2

The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

STEPS = """
import json, sys, time
from pathlib import Path
how, steps, scratch = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
if how == "shared":
    from engine.memory import few_arenas
    assert few_arenas()
import numpy as np, psutil
from benchmarks.texts import labelled_news
from engine.encoder.models import load_encoder
from engine.tuning.lesson import Lesson
from engine.tuning.look import Verdict
from engine.tuning.loop import tune
from engine.tuning.settings import Tuning
texts = labelled_news()[0][: 32 * steps]
n = len(texts)
encoder = load_encoder("minilm", device="cpu", training=True)
targets = np.random.default_rng(0).integers(0, 4, n)
lesson = Lesson(encoder.tokenize(texts, 128), targets, np.arange(n), np.arange(0),
                np.ones(n, np.float32), np.zeros((4, 384), np.float32), np.zeros(4, np.float32))
settings = Tuning(epochs=1, adapter="lora", rank=16, alpha=32.0, evaluations=1, compile="never")
began = time.perf_counter()
tune(encoder, lesson, settings, scratch=scratch, judge=lambda *_: Verdict(0.0, 0.0))
print(json.dumps([psutil.Process().memory_info().rss / 2**20, time.perf_counter() - began]))
"""


def turn(how: str, steps: int) -> tuple[float, float]:
    """MiB held after the steps, and their seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        told = subprocess.run(
            [sys.executable, "-c", STEPS, how, str(steps), scratch],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
    mib, seconds = json.loads(told.splitlines()[-1])
    return float(mib), float(seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    kinds = ("as they are", "shared")
    turns = [{how: turn(how, given.steps) for how in kinds} for _ in range(given.rounds)]
    result = {
        how: {
            "mib": round(statistics.median(one[how][0] for one in turns)),
            "seconds": round(statistics.median(one[how][1] for one in turns), 1),
        }
        for how in kinds
    }
    sys.stdout.write(json.dumps({"steps": given.steps, "rounds": given.rounds, **result}) + "\n")


if __name__ == "__main__":
    main()
