"""The train command with several processes: one artifact, and one sentence when one dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from engine.classify.spec import TrainSpec
from engine.store import Store
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="torchrun is for Linux and macOS here")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


@pytest.fixture
def dataset(store, tmp_path):
    return add_dataset(store, write_csv(tmp_path / "news.csv", labelled_texts(240)))


def torchrun(store, dataset, encoder, *words):
    return [
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2",
         "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", "-m", "engine", "train",
         dataset.key, f"--encoder={encoder}", "--route=finetune", "--batch-size=8", *words],
        {**os.environ, "LIMN_CACHE": str(store.root), "OMP_NUM_THREADS": "1"},
    ]  # fmt: skip


def test_torchrun_makes_one_artifact_and_one_answer(store, dataset, dropping):
    words, environment = torchrun(store, dataset, dropping, "--epochs=1", "--evaluations=2")
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.strip().splitlines()
    answer = json.loads(line)
    assert answer["processes"] == 2
    assert answer["steps"] == 24  # a batch is that of both together
    (model,) = store.artifacts("model")
    assert model.key == answer["model"]
    # The same again is there already, however many processes ask.
    spec = TrainSpec(dataset=dataset.key, encoder=str(dropping), route="finetune", epochs=1,
                     batch_size=8, evaluations=2)  # fmt: skip
    assert run(spec, store=store).key == model.key
    again = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["model"] == model.key


def test_when_torchrun_loses_a_process_the_first_says_where_to_go_on(store, dataset, dropping):
    words, environment = torchrun(store, dataset, dropping, "--epochs=40", "--evaluations=1")
    process = subprocess.Popen(
        words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list(store.root.rglob("last/facts.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = psutil.Process(process.pid).children()
    follower = next(one for one in workers if one.environ().get("RANK") == "1")
    follower.kill()
    said, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert said == ""
    assert "One of the 2 processes died; the run can be resumed from step" in errors, errors
    assert store.artifacts("model") == []
    assert list(store.root.rglob("last/facts.json"))


def test_the_processes_of_a_spec_are_started_and_ended(store, dataset, dropping):
    spec = TrainSpec(dataset=dataset.key, encoder=str(dropping), route="lora", epochs=1,
                     batch_size=8, evaluations=1, processes=2)  # fmt: skip
    model = run(spec, store=store)
    assert model.facts["processes"] == 2
    left = psutil.Process().children(recursive=True)
    assert not [one for one in left if "engine.together.follow" in " ".join(one.cmdline())]
    alone = spec.model_copy(update={"processes": 1})
    assert run(alone, store=store).key == model.key
