"""From a CSV to a classifier: both routes, whole, resumable, and the same after loading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.classify import finetune
from engine.classify.classifier import load_classifier
from engine.classify.predictions import cell
from engine.classify.spec import LORA_RATE, EvaluateSpec, TrainSpec
from engine.data.spec_dataset import DatasetSpec
from engine.errors import Cancelled, InputError
from engine.progress import _Silent
from engine.store import Artifact, Store
from engine.tuning import loop
from engine.work import run
from tests.classify.conftest import add_dataset, labelled_texts, write_csv


class Interrupts(_Silent):
    """Progress that cancels, or asks to stop, once `after` units of training are done."""

    def __init__(self, after: int, how: str):
        self.after, self.how, self.done, self.points, self.notes = after, how, 0, [], []

    @property
    def stop_requested(self) -> bool:
        return self.how == "stop" and self.done >= self.after

    def stage(self, name, total=None, unit="rows"):
        self.training, self.done = name == "Training", 0

    def advance(self, n=1):
        self.at(self.done + n)

    def at(self, done):
        self.done = done
        if self.training and self.how == "cancel" and done >= self.after:
            raise Cancelled

    def point(self, **values):
        self.points.append(values)

    def note(self, sentence):
        self.notes.append(sentence)


def spec_for(dataset: Artifact, encoder: Path, **more: object) -> TrainSpec:
    return TrainSpec(dataset=dataset.key, encoder=str(encoder), **more)


def fine(dataset: Artifact, encoder: Path) -> TrainSpec:
    return spec_for(dataset, encoder, route="finetune", epochs=1, batch_size=8, learning_rate=1e-3)


def test_quick_route_beats_the_majority_and_loads_to_the_same_probabilities(
    store, dataset, encoder_folder
):
    model = run(spec_for(dataset, encoder_folder), store=store)
    assert model.facts["accuracy"] > model.facts["majority"] + 0.2
    assert store.verify(model) == []
    kinds = {"model", "dataset", "source", "vectors", "tokens"}
    assert {a.kind for a in store.lineage(model)} == kinds

    classifier = load_classifier(model.path)
    stored = pq.read_table(model.path / "predictions.parquet").to_pydict()
    texts = dict(
        zip(*pq.read_table(dataset.path / "rows.parquet", columns=["row", "text"]), strict=True)
    )
    by_row = {row.as_py(): text.as_py() for row, text in texts.items()}
    again = classifier.probabilities([by_row[row] for row in stored["row"]])
    np.testing.assert_allclose(again, stored["probabilities"], atol=1e-5)


def test_the_confusion_cells_hold_exactly_the_texts_they_count(store, dataset, encoder_folder):
    model = run(spec_for(dataset, encoder_folder), store=store)
    scores = json.loads((model.path / "scores.json").read_text())
    for i, label in enumerate(scores["labels"]):
        for j, prediction in enumerate(scores["labels"]):
            found = cell(
                model.path, dataset.path / "rows.parquet",
                label=label, prediction=prediction, split=scores["split"],
            )  # fmt: skip
            assert found.num_rows == scores["confusion"][i][j]
            confidence = found["confidence"].to_pylist()
            assert confidence == sorted(confidence, reverse=True)


def test_evaluate_agrees_with_training(store, dataset, encoder_folder):
    model = run(spec_for(dataset, encoder_folder), store=store)
    again = run(EvaluateSpec(model=model.key, dataset=dataset.key), store=store)
    assert again.facts["accuracy"] == model.facts["accuracy"]
    assert again.facts["macro_f1"] == pytest.approx(model.facts["macro_f1"])


def test_finetuning_learns_and_what_is_saved_is_what_was_scored(store, dataset, encoder_folder):
    progress = Interrupts(10**9, "never")
    model = run(fine(dataset, encoder_folder), store=store, progress=progress)
    losses = [p["train_loss"] for p in progress.points if "train_loss" in p]
    assert losses[-1] < losses[0]
    assert [p["step"] for p in progress.points] == sorted(p["step"] for p in progress.points)
    again = run(EvaluateSpec(model=model.key, dataset=dataset.key), store=store)
    assert again.facts["accuracy"] == model.facts["accuracy"]
    assert (
        load_classifier(model.path).encoder.fingerprint
        != load_classifier(
            run(spec_for(dataset, encoder_folder), store=store).path
        ).encoder.fingerprint
    )


def test_resumed_equals_uninterrupted_bit_for_bit(
    store, dataset, encoder_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY_S", 0.0)
    spec = fine(dataset, encoder_folder)
    interrupted = Interrupts(90, "cancel")
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=interrupted)
    assert store.artifacts("model") == []
    resumed_progress = Interrupts(10**9, "never")
    resumed = run(spec, store=store, progress=resumed_progress)
    assert any("Going on from step" in note for note in resumed_progress.notes)

    other = Store(tmp_path / "other")
    for kind in ("source", "dataset"):
        (other.root / kind).mkdir(parents=True)
        for folder in (store.root / kind).iterdir():
            (other.root / kind / folder.name).symlink_to(folder)
    whole = run(spec, store=other)
    assert whole.key == resumed.key
    for name in ("encoder/model.safetensors", "head.safetensors", "points.json"):
        assert whole.manifest.files[name].xxh3 == resumed.manifest.files[name].xxh3, name


def test_a_run_killed_after_a_look_goes_on_from_that_look(store, dataset, encoder_folder):
    spec = fine(dataset, encoder_folder)  # 24 steps of 8 texts, a look every 6
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Interrupts(64, "cancel"))
    resumed = Interrupts(0, "stop")
    model = run(spec, store=store, progress=resumed)
    assert resumed.notes[:1] == ["Going on from step 6 of 24."]
    assert model.facts["best_step"] <= model.facts["steps"] == 6


def test_stop_keeps_the_best_under_a_key_of_its_own_and_can_be_resumed(
    store, dataset, encoder_folder
):
    spec = fine(dataset, encoder_folder)
    stopped = run(spec, store=store, progress=Interrupts(90, "stop"))
    assert 0 < stopped.facts["steps"] < 24
    assert load_classifier(stopped.path).probabilities(["the team won"]).shape == (1, 3)
    finished = run(spec, store=store)
    assert finished.key != stopped.key
    assert finished.facts["steps"] == 24


def test_frozen_layers_stay_as_they_are(store, dataset, encoder_folder):
    from safetensors.numpy import load_file

    spec = fine(dataset, encoder_folder).model_copy(update={"frozen_layers": 1})
    model = run(spec, store=store)
    before = load_file(encoder_folder / "model.safetensors")
    after = load_file(model.path / "encoder" / "model.safetensors")
    moved = {name for name in after if not np.array_equal(before[name], after[name])}
    assert not any("embeddings.word" in name or "layer.0." in name for name in moved)
    if model.facts["best_step"] > 0:
        assert any("layer.1." in name for name in moved)


def test_without_validation_rows_the_last_weights_are_kept(store, tmp_path, encoder_folder):
    # Nine of each: too few for a tenth of them to be set aside.
    kinds = (("oil price rose", "Business"), ("team won", "Sports"))
    rows = [(f"{words} number {n}", label) for n in range(9) for words, label in kinds]
    path = write_csv(tmp_path / "few.csv", rows)
    few = add_dataset(store, path, train=0.8, validation=0.0, test=0.2)
    model = run(fine(few, encoder_folder), store=store)
    assert model.facts["best_step"] == model.facts["steps"] > 0


def test_looks_at_validation_see_every_category_of_a_sorted_file(
    store, tmp_path, encoder_folder, monkeypatch
):
    path = write_csv(tmp_path / "sorted.csv", sorted(labelled_texts(240), key=lambda row: row[1]))
    monkeypatch.setattr(finetune, "_LOOK_ROWS", 12)
    seen = []
    counted = finetune.confusion
    monkeypatch.setattr(finetune, "confusion", lambda t, *more: seen.append(t) or counted(t, *more))
    run(fine(add_dataset(store, path), encoder_folder), store=store)
    assert len(seen) > 1
    assert all(set(targets) == {0, 1, 2} for targets in seen)
    assert all((targets == seen[0]).all() for targets in seen)


def test_an_adapter_learns_and_leaves_an_ordinary_encoder(store, dataset, encoder_folder):
    from safetensors.numpy import load_file

    spec = spec_for(dataset, encoder_folder, route="lora", epochs=2, batch_size=8,
                    learning_rate=5e-3)  # fmt: skip
    model = run(spec, store=store)
    before = load_file(encoder_folder / "model.safetensors")
    after = load_file(model.path / "encoder" / "model.safetensors")
    assert not any("lora" in name for name in after)
    assert after.keys() <= before.keys()
    again = run(EvaluateSpec(model=model.key, dataset=dataset.key), store=store)
    assert again.facts["accuracy"] == model.facts["accuracy"]


def test_an_adapter_has_a_rate_of_its_own_unless_one_is_given(encoder_folder):
    given = {"dataset": "d", "encoder": str(encoder_folder), "route": "lora"}
    assert TrainSpec.parse(given).learning_rate == LORA_RATE
    assert TrainSpec.parse({**given, "learning_rate": 1e-4}).learning_rate == 1e-4
    assert TrainSpec.parse({**given, "route": "finetune"}).learning_rate == 5e-5
    with pytest.raises(InputError, match="lora_rank"):
        TrainSpec.parse({**given, "lora_rank": 0})


def test_how_many_processes_share_the_work_is_not_part_of_what_it_is(encoder_folder):
    spec = TrainSpec(dataset="d", encoder=str(encoder_folder), route="finetune")
    assert spec.model_copy(update={"processes": 2}).settings() == spec.settings()
    assert spec.model_copy(update={"accumulate": 2}).settings() != spec.settings()


def test_too_many_frozen_layers_is_a_sentence(store, dataset, encoder_folder):
    spec = fine(dataset, encoder_folder).model_copy(update={"frozen_layers": 2})
    with pytest.raises(InputError, match="frozen_layers is 2"):
        run(spec, store=store)


def test_a_model_whose_encoder_changed_says_so(store, dataset, encoder_folder, tmp_path):
    from tests.tiny import make_tiny_encoder

    mine = make_tiny_encoder(tmp_path / "mine")
    model = run(spec_for(dataset, mine), store=store)
    load_classifier(model.path)
    make_tiny_encoder(tmp_path / "mine", seed=1)
    with pytest.raises(InputError, match="has changed since"):
        load_classifier(model.path)


def test_another_split_of_the_same_texts_reuses_their_vectors(
    store, dataset, encoder_folder, tmp_path
):
    run(spec_for(dataset, encoder_folder), store=store)
    again = run(
        DatasetSpec(source=dataset.manifest.spec["source"], near_duplicates="no", seed=9),
        store=store,
    )
    assert again.key != dataset.key
    run(spec_for(again, encoder_folder), store=store)
    assert len(store.artifacts("vectors")) == 1
    assert len(store.artifacts("model")) == 2


def test_a_folder_with_other_weights_is_another_encoder(store, dataset, tmp_path):
    from tests.tiny import make_tiny_encoder

    mine = make_tiny_encoder(tmp_path / "mine")
    first = run(spec_for(dataset, mine), store=store)
    assert run(spec_for(dataset, mine), store=store).key == first.key
    make_tiny_encoder(tmp_path / "mine", seed=1)
    assert run(spec_for(dataset, mine), store=store).key != first.key
    assert len(store.artifacts("vectors")) == 2
