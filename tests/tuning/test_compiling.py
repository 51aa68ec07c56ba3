"""torch.compile only where it pays, and never in silence where it cannot."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from engine.errors import InputError
from engine.together.group import ALONE
from engine.tuning import compiling
from engine.tuning.compiling import Compiling
from tests.tuning.conftest import load


class Heard:
    def __init__(self):
        self.notes = []

    def note(self, sentence):
        self.notes.append(sentence)


def gpu_encoder(kernel="flash_attn"):
    """What Compiling asks of an encoder on a GPU, which need not be here."""
    compiled = []
    model = SimpleNamespace(compile=lambda **how: compiled.append(how), _compiled_call_impl="it")
    encoder = SimpleNamespace(
        device=torch.device("cuda"), packed=True, kernel=SimpleNamespace(name=kernel), model=model
    )
    return encoder, compiled


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(compiling.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    return now


@pytest.mark.parametrize(("step_s", "steps", "compiles"), [(0.5, 3000, True), (0.01, 3000, False)])
def test_auto_compiles_long_runs_once_and_says_so(clock, step_s, steps, compiles):
    encoder, compiled = gpu_encoder()
    how, heard = Compiling(encoder, "auto"), Heard()
    for step in range(100):
        clock[0] += step_s
        how.stepped(steps - step, ALONE, heard)
    assert len(compiled) == len(heard.notes) == int(compiles)
    assert how.on == compiles
    how.close()
    assert encoder.model._compiled_call_impl == (None if compiles else "it")


def test_a_cpu_is_never_compiled_and_asking_for_it_is_refused(folder):
    encoder = load(folder)
    how = Compiling(encoder, "auto")
    for step in range(100):
        how.stepped(10**9 - step, ALONE, Heard())
    assert not how.on
    with pytest.raises(InputError, match=r"torch.compile pays on a GPU.*auto or never"):
        Compiling(encoder, "always")


def test_kernels_that_go_by_runs_are_not_compiled():
    encoder, compiled = gpu_encoder("sdpa_flash")
    with pytest.raises(InputError, match="sdpa_flash"):
        Compiling(encoder, "always")
    assert not compiled
