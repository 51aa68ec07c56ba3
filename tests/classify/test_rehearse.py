"""The check before the start: what it shows is what is read, and what it takes is thrown away."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.classify.estimate import estimate, rehearsed
from engine.classify.examples import read_examples
from engine.classify.rehearsal.measure import Meter
from engine.classify.rehearsal.rehearse import build
from engine.classify.spec import RehearseSpec, TrainSpec
from engine.encoder.models import load_encoder
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv


def check(dataset, encoder, **more):
    return RehearseSpec(dataset=dataset.key, encoder=str(encoder), batch_size=16, **more)


@pytest.mark.parametrize(
    "more",
    [
        {"route": "quick"},
        {"route": "finetune"},
        {"route": "finetune", "frozen_layers": 1},
        {"route": "lora", "max_length": 8},
    ],
)
def test_the_batch_is_the_one_that_is_learnt_from(store, dataset, encoder_folder, more):
    found = run(check(dataset, encoder_folder, **more), store=store)
    batch = json.loads((found.path / "batch.json").read_text())
    assert len(batch) == found.facts["batch"] == 16
    examples = read_examples(dataset)
    encoder = load_encoder(str(encoder_folder), device="cpu")
    place = {int(row): n for n, row in enumerate(examples.rows)}
    limit = more.get("max_length") or 48
    for one in batch:
        n = place[one["row"]]
        assert examples.split[n] == "train"
        assert one["text"] == examples.texts[n]
        assert one["label"] == examples.labels[examples.targets[n]]
        assert one["tokens"] == len(encoder.tokenize([one["text"]], limit)[0]) <= limit
        # The text up to where it ends gives the very tokens that are read.
        kept = encoder.tokenize([one["text"][: one["ends"]]], limit)[0]
        assert np.array_equal(kept, encoder.tokenize([one["text"]], limit)[0])
        assert one["cut"] == (one["ends"] < len(one["text"]))
    tokens = encoder.tokenize([examples.texts[n] for n in examples.where("train")], limit)
    assert found.facts["truncated"] == pytest.approx(tokens.truncated.mean(), abs=1e-4)
    assert found.facts["seconds"] == pytest.approx(sum(found.facts["parts"].values()), abs=0.1)
    assert found.facts["seconds_low"] < found.facts["seconds"] < found.facts["seconds_high"]
    assert found.facts["peak_mib"] > 50
    assert ("Training" in found.facts["parts"]) == (more["route"] != "quick")
    assert sum(one["batch"] for one in found.facts["mix"].values()) == 16
    if more.get("frozen_layers"):
        assert "Reading through the frozen layers" in found.facts["parts"]


def test_nothing_is_kept_but_the_check_and_the_tokens(store, dataset, encoder_folder):
    run(check(dataset, encoder_folder, route="finetune"), store=store)
    kinds = {a.kind for a in store.artifacts()}
    assert kinds == {"source", "dataset", "tokens", "rehearsal"}
    assert list(store.folder("partial").iterdir()) == []


def test_the_estimate_is_that_of_the_check_of_this_very_training(store, dataset, encoder_folder):
    spec = TrainSpec(dataset=dataset.key, encoder=str(encoder_folder), route="finetune")
    assert estimate(spec, dataset, train_rows=192, store=store) is None
    found = run(RehearseSpec.parse(spec.model_dump()), store=store)
    assert rehearsed(spec, store).key == found.key
    told = estimate(spec, dataset, train_rows=192, store=store)
    assert told.measured
    assert told.seconds == found.facts["seconds"]
    other = spec.model_copy(update={"epochs": 3})
    assert rehearsed(other, store) is None


def test_frozen_layers_make_the_guess_shorter(store, dataset, encoder_folder):
    spec = TrainSpec(dataset=dataset.key, encoder=str(encoder_folder), route="quick")
    run(spec, store=store)
    whole, part = (
        estimate(spec.model_copy(update={"route": "finetune", "frozen_layers": frozen}),
                 dataset, train_rows=10**6, store=store)
        for frozen in (0, 1)
    )  # fmt: skip
    assert not whole.measured
    assert part.seconds < 0.8 * whole.seconds


def test_what_cannot_be_trained_is_said_here_already(store, dataset, encoder_folder, tmp_path):
    with pytest.raises(InputError, match="frozen_layers is 2"):
        run(check(dataset, encoder_folder, route="finetune", frozen_layers=2), store=store)
    path = write_csv(tmp_path / "ids.csv", [(f"text {n}", f"id {n}") for n in range(90)])
    ids = add_dataset(store, path, label="label")
    with pytest.raises(InputError, match="different categories"):
        run(check(ids, encoder_folder), store=store)


def test_a_meter_adds_up_and_a_spread_widens_the_range():
    even, uneven = Meter(), Meter()
    even.scaled("steps", [1.0, 1.0, 1.0], [10, 10, 10], 300.0)
    uneven.scaled("steps", [0.5, 1.0, 1.5], [10, 10, 10], 300.0)
    assert even.seconds == uneven.seconds == pytest.approx(30.0)
    assert uneven.between[0] < even.between[0] < even.between[1] < uneven.between[1]
    assert build.__doc__
