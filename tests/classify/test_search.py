"""A search and several seeds: what they keep, that they resume, and that tests stay unread."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.classify.examples import read_examples
from engine.classify.searching import trial_runs
from engine.classify.searching.trials import Trials, space
from engine.classify.spec import RepeatSpec, SearchSpec, TrainSpec
from engine.errors import Cancelled, InputError
from engine.progress import _Silent
from engine.tuning.recall import Recall
from engine.work import run
from tests.classify.conftest import add_dataset, write_csv


class Stops(_Silent):
    """Progress that asks to stop, or cancels, once so many trials have begun."""

    def __init__(self, trial: int, how: str = "stop"):
        self.trial, self.how, self.begun, self.notes, self.points = trial, how, 0, [], []

    @property
    def stop_requested(self) -> bool:
        return self.how == "stop" and self.begun >= self.trial

    def note(self, sentence):
        self.notes.append(sentence)
        if sentence.startswith("Trial"):
            self.begun += 1
            if self.how == "cancel" and self.begun >= self.trial:
                raise Cancelled

    def point(self, **values):
        self.points.append(values)


def search(dataset, encoder, **more):
    given = {"minutes": 60.0, "trials": 3, "batch_size": 16, "epochs": 1, **more}
    return SearchSpec(dataset=dataset.key, encoder=str(encoder), **given)


plain = Recall._read


def rows_of(found):
    return json.loads((found.path / "trials.json").read_text())


@pytest.mark.parametrize("route", ["quick", "finetune", "lora"])
def test_the_best_trial_is_the_model_and_its_score_is_that_of_a_training(
    store, dataset, encoder_folder, route
):
    found = run(search(dataset, encoder_folder, route=route), store=store)
    rows = rows_of(found)
    assert len(rows) == found.facts["trials"] == 3
    whole = [row for row in rows if row["state"] == "complete"]
    assert found.facts["score"] == max(row["score"] for row in whole)
    spec = TrainSpec.model_validate_json((found.path / "best.json").read_text())
    for name, value in found.facts["best"].items():
        assert getattr(spec, name) == value
    model = store.get(found.facts["model"], "model")
    assert run(spec, store=store).key == model.key
    if route != "quick":
        looks = json.loads((model.path / "points.json").read_text())
        assert max(p["validation_macro_f1"] for p in looks) == found.facts["score"]
        assert rows[0]["settings"]["epochs"] == 1
    assert list(store.folder("partial").iterdir()) == []


@pytest.mark.parametrize("frozen_layers", [0, 1])
def test_the_model_of_a_search_is_the_one_that_training_alone_gives(
    store, dataset, encoder_folder, tmp_path, frozen_layers
):
    """Going on from the trial's own checkpoint gives, to the last bit, what beginning anew does."""
    spec = search(dataset, encoder_folder, route="finetune", trials=2, frozen_layers=frozen_layers)
    found = run(spec, store=store)
    ours = store.get(found.facts["model"], "model")
    spec = TrainSpec.model_validate_json((found.path / "best.json").read_text())
    from engine.store import Store

    other = Store(tmp_path / "other")
    for kind in ("source", "dataset"):
        (other.root / kind).mkdir(parents=True)
        for folder in (store.root / kind).iterdir():
            (other.root / kind / folder.name).symlink_to(folder)
    alone = run(spec, store=other)
    for name in ("encoder/model.safetensors", "head.safetensors", "points.json"):
        assert ours.manifest.files[name].xxh3 == alone.manifest.files[name].xxh3, name


def test_no_trial_reads_a_test_text(store, dataset, encoder_folder, monkeypatch):
    """With the test texts swapped for others every trial has the same score."""
    spec = search(dataset, encoder_folder, route="finetune", trials=2)
    before = [row["score"] for row in rows_of(run(spec, store=store))]
    examples = read_examples(dataset)
    hidden = set(examples.where("test").tolist())
    seen: list[int] = []
    plain = trial_runs.finetune

    def watched(spec, begin, examples, *more):
        test = examples.where("test")
        examples.targets[test] = (examples.targets[test] + 1) % len(examples.labels)
        seen.append(len(test))
        return plain(spec, begin, examples, *more)

    monkeypatch.setattr(trial_runs, "finetune", watched)
    again = spec.model_copy(update={"minutes": 59.0})
    assert [row["score"] for row in rows_of(run(again, store=store))] == before
    assert seen == [len(hidden)] * 2


@pytest.mark.parametrize("links", [True, False])
def test_layers_that_stay_are_gone_through_once_for_all_trials(
    store, dataset, encoder_folder, monkeypatch, links
):
    def refused(*_):
        raise OSError

    if not links:
        monkeypatch.setattr("os.link", refused)
    read = []
    monkeypatch.setattr(Recall, "_read", lambda self, *more: read.append(plain(self, *more)))
    spec = search(dataset, encoder_folder, route="finetune", frozen_layers=1)
    found = run(spec, store=store)
    assert found.facts["trials"] == 3
    assert len(read) == 1
    assert list(store.folder("partial").iterdir()) == []


def test_more_layers_than_there_are_cannot_stay(store, dataset, encoder_folder):
    spec = search(dataset, encoder_folder, route="finetune", frozen_layers=2)
    with pytest.raises(InputError, match="frozen_layers is 2"):
        run(spec, store=store)


def test_a_killed_search_goes_on_with_the_trials_it_has(store, dataset, encoder_folder):
    spec = search(dataset, encoder_folder, trials=5)
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=Stops(4, "cancel"))
    again = Stops(10**9)
    found = run(spec, store=store, progress=again)
    assert sum(note.startswith("Trial") for note in again.notes) == 2
    assert [row["number"] for row in rows_of(found)] == [1, 2, 3, 4, 5]
    assert len({json.dumps(row["settings"]) for row in rows_of(found)}) > 1


def test_a_stop_keeps_the_best_so_far_and_the_search_can_go_on(store, dataset, encoder_folder):
    spec = search(dataset, encoder_folder, trials=5)
    stopped = run(spec, store=store, progress=Stops(3))
    assert stopped.facts["stopped_at"] == stopped.facts["trials"] == 3
    assert store.get(stopped.facts["model"], "model")
    whole = run(spec, store=store)
    assert whole.key != stopped.key
    assert rows_of(whole)[:3] == rows_of(stopped)


def test_a_hopeless_trial_is_pruned_at_its_looks(tmp_path):
    trials = Trials(SearchSpec(dataset="d", route="finetune", trials=9), tmp_path / "trials.json")
    for _ in range(5):
        settings, asked = trials.ask()
        for look, score in enumerate((0.5, 0.6, 0.7)):
            asked.report(score, look)
        trials.tell(asked, settings, 0.7, "complete", seconds=1.0)
    _, asked = trials.ask()
    for look, score in enumerate((0.1, 0.2, 0.3)):
        asked.report(score, look)
    assert asked.should_prune()


def test_what_is_told_again_is_what_was_told(tmp_path):
    spec = SearchSpec(dataset="d", route="lora", seed=3)
    first = Trials(spec, tmp_path / "trials.json")
    for n in range(4):
        settings, asked = first.ask()
        asked.report(n / 10, 0)
        first.tell(asked, settings, n / 10, "pruned" if n == 1 else "complete", seconds=2.0)
    again = Trials(spec, tmp_path / "trials.json")
    assert again.done == first.done
    assert again.seconds == 8.0
    assert again.best == first.done[3]
    settings, _ = again.ask()
    assert settings.keys() == space(spec).keys()


def test_an_end_of_time_still_gives_one_whole_trial(store, dataset, encoder_folder):
    spec = search(dataset, encoder_folder, route="finetune", minutes=1e-6, trials=50)
    found = run(spec, store=store)
    assert found.facts["complete"] == found.facts["trials"] == 1


def test_nothing_to_judge_by_is_a_sentence(store, tmp_path, encoder_folder):
    kinds = (("oil price rose", "Business"), ("team won", "Sports"))
    rows = [(f"{words} number {n}", label) for n in range(9) for words, label in kinds]
    path = write_csv(tmp_path / "few.csv", rows)
    few = add_dataset(store, path, train=0.8, validation=0.0, test=0.2)
    with pytest.raises(InputError, match="nothing else to judge by"):
        run(search(few, encoder_folder), store=store)


def test_several_seeds_are_ordinary_models_with_a_mean_and_a_spread(store, dataset, encoder_folder):
    spec = RepeatSpec(
        dataset=dataset.key, encoder=str(encoder_folder), route="finetune", epochs=1, batch_size=8,
        learning_rate=1e-3, runs=3, seed=5,
    )  # fmt: skip
    found = run(spec, store=store)
    rows = json.loads((found.path / "repeats.json").read_text())
    assert [row["seed"] for row in rows] == [5, 6, 7]
    f1 = [store.get(row["model"], "model").facts["macro_f1"] for row in rows]
    assert found.facts["macro_f1"] == pytest.approx(np.mean(f1))
    assert found.facts["macro_f1_std"] == pytest.approx(np.std(f1, ddof=1))
    assert found.facts["macro_f1_low"] <= found.facts["macro_f1"] <= found.facts["macro_f1_high"]
    assert found.facts["middle"] in [row["model"] for row in rows]
    assert len({row["model"] for row in rows}) == 3
