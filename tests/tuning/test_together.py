"""Two processes over gloo train as one would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.tuning import checkpoint
from engine.tuning.settings import Tuning

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def together(n, folder, out, settings, **environment):
    """Start `n` processes as torchrun would and wait for them; exit codes and what they said."""
    where = {
        **os.environ, "WORLD_SIZE": str(n), "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1", **environment,
    }  # fmt: skip
    words = [sys.executable, "-m", "tests.tuning.runs", str(folder), f"{out}-scratch", str(out),
             json.dumps(asdict(settings))]  # fmt: skip
    processes = [
        subprocess.Popen(
            words, cwd=ROOT, env={**where, "RANK": str(rank)}, stderr=subprocess.PIPE, text=True
        )
        for rank in range(n)
    ]
    said = [process.communicate(timeout=300)[1] for process in processes]
    return [process.returncode for process in processes], said


def assert_close(one, other, tolerance):
    assert one.keys() == other.keys()
    for name in one:
        if name.endswith("key.bias"):
            continue  # it shifts all scores alike: its gradient is rounding, which Adam scales up
        scale = one[name].abs().max().clamp(min=1e-3)
        assert (one[name] - other[name]).abs().max() / scale < tolerance, name


@pytest.mark.parametrize(
    "more",
    [{}, {"adapter": "lora", "learning_rate": 1e-2}, {"frozen_layers": 1}, {"batch_size": 1}],
)
def test_two_processes_end_with_the_weights_of_one(more, folder, tmp_path):
    usual = {"epochs": 1, "batch_size": 7, "learning_rate": 1e-3, "evaluations": 2}
    settings = Tuning(**{**usual, **more})
    for n in (1, 2):
        codes, said = together(n, folder, tmp_path / str(n), settings)
        assert codes == [0] * n, said
    one = load_file(f"{tmp_path}/1.0")
    first, second = load_file(f"{tmp_path}/2.0"), load_file(f"{tmp_path}/2.1")
    assert_close(one, first, 1e-4)
    facts = [checkpoint.facts_of(tmp_path / f"{n}-scratch" / "last") for n in (1, 2)]
    assert [p["validation_accuracy"] for p in facts[0]["points"]] == [
        p["validation_accuracy"] for p in facts[1]["points"]
    ]
    if facts[1]["best_step"] == facts[1]["step"]:  # else the first went back to its best
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_gradients_of_two_are_those_of_one(folder, tmp_path):
    """One step by plain descent would show them; here they are written down by each process."""
    script = f"""
import sys, torch
from safetensors.torch import save_file
from engine.together.group import joined
from tests.tuning.test_step import BATCH, stepper_for
torch.set_num_threads(1)
with joined() as group:
    stepper = stepper_for({str(folder)!r})
    stepper.group = group
    loss = stepper.gradient(BATCH, 3)
    found = {{n: p.grad for n, p in stepper.network.named_parameters() if p.grad is not None}}
    save_file({{"loss": loss, **found}}, {str(tmp_path)!r} + f"/{{group.world}}.{{group.rank}}")
"""
    for n in (1, 2, 3):
        port = str(free_port())
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", script], cwd=ROOT,
                env={**os.environ, "RANK": str(rank), "WORLD_SIZE": str(n), "MASTER_PORT": port,
                     "MASTER_ADDR": "127.0.0.1"},
            )
            for rank in range(n)
        ]  # fmt: skip
        assert [process.wait(300) for process in processes] == [0] * n
    one = load_file(tmp_path / "1.0")
    assert len(one) > 10
    for n in (2, 3):
        for rank in range(n):
            assert_close(one, load_file(tmp_path / f"{n}.{rank}"), 1e-5)


def test_when_one_is_killed_the_first_says_so_and_the_run_goes_on_from_there(folder, tmp_path):
    settings = Tuning(epochs=1, batch_size=7, learning_rate=1e-3, evaluations=1)
    codes, said = together(2, folder, tmp_path / "r", settings, DIE_AT="4", DIE_RANK="1")
    assert codes == [2, -signal.SIGKILL], said
    assert said[0].strip().splitlines()[-1] == (
        "One of the 2 processes died; the run can be resumed from step 4 with the same command."
    )
    assert checkpoint.facts_of(tmp_path / "r-scratch" / "last")["step"] == 4
    assert together(2, folder, tmp_path / "r", settings)[0] == [0, 0]
    assert together(1, folder, tmp_path / "whole", settings)[0] == [0]
    assert_close(load_file(tmp_path / "whole.0"), load_file(tmp_path / "r.0"), 1e-4)


def test_when_the_first_is_killed_the_others_end_too(folder, tmp_path):
    settings = Tuning(epochs=1, batch_size=7, learning_rate=1e-3, evaluations=1)
    codes, said = together(2, folder, tmp_path / "r", settings, DIE_AT="2", DIE_RANK="0")
    assert codes == [-signal.SIGKILL, 2], said
    assert "this one ends too" in said[1]
