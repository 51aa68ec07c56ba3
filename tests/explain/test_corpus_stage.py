"""Explaining a whole dataset: true to its parts, resumed after a kill, kept after a stop."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.classify.spec import TrainSpec
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.errors import Cancelled, InputError
from engine.explain.corpus import build as stage
from engine.explain.corpus.attributions import read_attributions
from engine.explain.corpus.leans import read_leans, suspects
from engine.explain.corpus.spec import ExplainCorpusSpec
from engine.explain.corpus.without import trial, tried
from engine.explain.methods.baseline import Baseline
from engine.explain.methods.integrated import integrated_gradients
from engine.explain.of_classifier import explained_classifier
from engine.explain.reading import read
from engine.explain.target import Target
from engine.store import Store
from engine.work import run
from tests.tiny import make_tiny_encoder

SPORTS = ["the team won match {n} in the rain", "a great goal and the team won {n}",
          "the last match of the season was lost by {n}"]  # fmt: skip
BUSINESS = ["(Reuters) shares of the bank fell {n}", "Reuters says oil price rose by {n} this week",
            "the bank says the report was poor, Reuters {n}"]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A store with a dataset in which one category names its source, and a quick classifier."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = ["text,label"]
    for n in range(20):
        lines += [f'"{text.format(n=n)}",sports' for text in SPORTS]
        lines += [f'"{text.format(n=n)}",business' for text in BUSINESS]
    (folder / "news.csv").write_text("\n".join(lines), encoding="utf-8")
    store = Store(folder / "cache")
    source = run(SourceSpec(path=str(folder / "news.csv")), store=store)
    dataset = run(DatasetSpec(source=source.key, label="label"), store=store, name="news")
    encoder = make_tiny_encoder(folder / "encoder")
    model = run(TrainSpec(dataset="news", encoder=str(encoder)), store=store, name="quick")
    return store, model, dataset


@pytest.fixture(scope="module")
def explained(world):
    store, _, _ = world
    return run(ExplainCorpusSpec(model="quick", dataset="news"), store=store)


def test_every_text_is_explained_as_it_would_be_alone(world, explained):
    _, model, dataset = world
    found = read_attributions(explained.path)
    texts = dict(zip(*pq.read_table(dataset.path / "rows.parquet", columns=["row", "text"])
                     .to_pydict().values(), strict=True))  # fmt: skip
    subject = explained_classifier(model.path)
    for place in range(0, len(found), 17):
        reading = read(subject, texts[found.rows[place]])
        alone = integrated_gradients(subject, [reading], [Target(found.explained[place])])[0]
        of = found.of_text(place)
        assert found.score[of] == pytest.approx(alone.scores, abs=1e-4)
        assert tuple(found.vocabulary[n] for n in found.word[of]) == tuple(
            word.casefold() for word in reading.words
        )
        assert found.probabilities[place].argmax() == found.explained[place]


def test_words_sum_to_the_answer_within_the_delta(explained):
    found = read_attributions(explained.path)
    assert explained.facts["rows"] == len(found) == 120
    kept = np.abs(found.delta) <= 0.02 * np.maximum(np.abs(found.value - found.base), 1e-6)
    assert explained.facts["beyond"] == pytest.approx(1 - kept.mean())
    assert kept.mean() > 0.9


def test_the_source_that_one_category_names_is_found(explained):
    leans = read_leans(explained.path)
    reuters = next(one for one in leans if one.word == "reuters")
    assert (reuters.category, reuters.kind) == ("business", "source")
    assert reuters in suspects(leans)
    assert reuters.labelled_so == 1.0
    assert reuters.texts > 40
    assert all(part.holds for part in reuters.parts)
    assert "“reuters” speaks for business in" in reuters.told()
    assert "100% of the 60 labelled texts with it are business" in reuters.told()


def test_trying_a_word_looks_at_the_texts_without_it(world, explained):
    """What a trial says is what the classifier says of texts in which the word is not typed."""
    _, model, dataset = world
    found = read_attributions(explained.path)
    subject = explained_classifier(model.path)
    texts, words, _ = found.pairs
    places = texts[(words == found.place("reuters")) & (found.explained[texts] == 0)][:9]
    rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
    by_row = {row["row"]: row["text"] for row in rows}
    readings = {place: read(subject, by_row[found.rows[place]]) for place in places.tolist()}
    made = trial("reuters", 0, readings, places, np.random.default_rng(0))
    without = [by_row[found.rows[place]].replace("Reuters", "") for place in places]
    rows_without = [read(subject, text).ids for text in without]
    assert [ids.tolist() for ids in made.without] == [ids.tolist() for ids in rows_without]
    for ids, place in zip(made.control, places.tolist(), strict=True):
        assert len(ids) < len(readings[place].ids)
        gone = np.array([word == "Reuters" for word in readings[place].words])
        kept = set(readings[place].ids.tolist()) - set(readings[place].without(gone).tolist())
        assert kept <= set(ids.tolist()), "the control takes other words"
    outcome = tried(subject, found, [made])[0]
    shares = np.exp(subject.answers(rows_without))
    shares /= shares.sum(axis=1, keepdims=True)
    lost = found.probabilities[places, 0] - shares[:, 0]
    assert outcome.lost == pytest.approx(float(lost.mean()), abs=1e-5)
    assert outcome.changed == int((shares.argmax(axis=1) != 0).sum())


class _Kills:
    """Progress that cancels, or asks to stop, after so many texts."""

    def __init__(self, after: int, *, stop: bool = False) -> None:
        self.after, self.stop, self.told = after, stop, 0.0

    @property
    def stop_requested(self) -> bool:
        return self.stop and self.told >= self.after

    def stage(self, name: str, total: float | None = None, unit: str = "rows") -> None: ...
    def at(self, done: float) -> None: ...
    def point(self, **values: float) -> None: ...
    def note(self, sentence: str) -> None: ...

    def advance(self, n: float = 1) -> None:
        self.told += n
        if not self.stop and self.told >= self.after:
            raise Cancelled


def test_after_a_kill_it_goes_on_and_ends_the_same(world, explained, monkeypatch):
    store, _, _ = world
    spec = ExplainCorpusSpec(model="quick", dataset="news", seed=1)
    monkeypatch.setattr(stage, "CHUNK", 20)
    with pytest.raises(Cancelled):
        run(spec, store=store, progress=_Kills(after=600))
    explainer, made = stage.Explainer, []

    class Counting(explainer):
        def chunk(self, texts, labels, progress):
            made.append(len(texts))
            return super().chunk(texts, labels, progress)

    monkeypatch.setattr(stage, "Explainer", Counting)
    again = run(spec, store=store)
    assert 0 < sum(made) < 120, "what was done before the kill is not done again"
    one, other = read_attributions(again.path), read_attributions(explained.path)
    assert one.rows.tolist() == other.rows.tolist()
    assert one.score == pytest.approx(other.score, abs=1e-4)


def test_a_stop_keeps_what_is_done_and_the_rest_can_follow(world, monkeypatch):
    store, _, _ = world
    spec = ExplainCorpusSpec(model="quick", dataset="news", seed=2)
    monkeypatch.setattr(stage, "CHUNK", 20)
    stopped = run(spec, store=store, progress=_Kills(after=1, stop=True))
    assert stopped.facts["stopped_at"] == stopped.facts["rows"] == 20
    whole = run(spec, store=store)
    assert whole.facts["rows"] == 120
    assert whole.key != stopped.key
    assert read_attributions(whole.path).rows[:20].tolist() == (
        read_attributions(stopped.path).rows.tolist()
    )


@pytest.mark.parametrize("method", ["input x gradient", "occlusion"])
def test_other_methods_give_the_same_shape(world, method):
    store, model, dataset = world
    found = run(
        ExplainCorpusSpec(model="quick", dataset="news", limit=30, method=method), store=store
    )
    told = read_attributions(found.path)
    assert len(told) == 30
    assert np.isnan(told.delta).all()
    assert found.facts["beyond"] is None
    if method == "occlusion":
        subject = explained_classifier(model.path)
        rows = pq.read_table(dataset.path / "rows.parquet").to_pylist()
        reading = read(subject, rows[int(told.rows[0])]["text"])
        gone = np.arange(reading.n_words) == 2
        whole, less = subject.scored(
            [reading.ids, reading.without(gone)], [Target(int(told.explained[0]))] * 2
        )
        assert told.score[told.of_text(0)][2] == pytest.approx(whole - less, abs=1e-4)


def test_the_labelled_category_can_be_explained_instead(world):
    store, _, _ = world
    found = read_attributions(
        run(ExplainCorpusSpec(model="quick", dataset="news", limit=40, target="labelled",
                              method="input x gradient"), store=store).path
    )  # fmt: skip
    assert found.explained.tolist() == found.targets.tolist()


def _added(store, folder, lines, **spec):
    (folder / "other.csv").write_text("\n".join(lines), encoding="utf-8")
    source = run(SourceSpec(path=str(folder / "other.csv")), store=store)
    return run(DatasetSpec(source=source.key, **spec), store=store)


def test_a_text_the_encoder_finds_nothing_in_is_counted_not_failed(world, tmp_path):
    store, _, _ = world
    lines = [
        "text,number",
        *(f'"the team won match {n}",{n}' for n in range(12)),
        '"\u2060\u200b ☐",9',
    ]
    dataset = _added(store, tmp_path, lines, text=["text"], label="", clean=[])
    from engine.explain.corpus.chunk import readable

    subject = explained_classifier(world[1].path)
    texts = pq.read_table(dataset.path / "rows.parquet")["text"].to_pylist()
    nothing = sum(readable(subject, text) is None for text in texts)
    found = run(ExplainCorpusSpec(model="quick", dataset=dataset.key), store=store)
    assert found.facts["skipped"] == nothing == 1
    assert found.facts["rows"] + nothing == len(texts)
    assert found.facts["accuracy"] is None
    assert all(not one.parts for one in read_leans(found.path))


def test_what_cannot_be_explained_is_said_in_a_sentence(world, tmp_path):
    store, _, _ = world
    lines = ["text", *(f"the rain in city {n}" for n in range(8))]
    dataset = _added(store, tmp_path, lines, text=["text"], label="", test=0.0, train=0.9)
    with pytest.raises(InputError, match="has no test rows; choose another split"):
        run(ExplainCorpusSpec(model="quick", dataset=dataset.key, split="test"), store=store)
    with pytest.raises(InputError, match="labelled with one of the classifier's categories"):
        run(ExplainCorpusSpec(model="quick", dataset=dataset.key, target="labelled"), store=store)


def test_equal_seeds_choose_equal_rows(world):
    store, _, _ = world
    quick = {"model": "quick", "dataset": "news", "limit": 25, "method": "input x gradient"}
    rows = [
        read_attributions(
            run(ExplainCorpusSpec(**quick, seed=seed), store=store).path
        ).rows.tolist()
        for seed in (3, 4)
    ]
    assert rows[0] != rows[1]
    assert all(len(one) == 25 and sorted(one) == one for one in rows)


def test_by_itself_it_compares_with_what_one_text_is_compared_with():
    assert ExplainCorpusSpec(model="m", dataset="d").baseline == Baseline().kind
