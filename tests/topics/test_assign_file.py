"""A file and topics in, the same rows with their topics out; the command line does the same."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.__main__ import main
from engine.data.spec_source import SourceSpec
from engine.encoder import by_window
from engine.errors import InputError
from engine.settings import settings as limn_settings
from engine.store import default_store
from engine.topics.assign.drift import divergence, drift
from engine.topics.assign.spec import AssignFileSpec
from engine.topics.edit import pending
from engine.topics.edit.edits import Rename
from engine.topics.spec import TopicsSpec
from engine.topics.topics import load_topics
from engine.work import run
from tests.classify.conftest import add_dataset
from tests.tiny import make_tiny_encoder
from tests.topics.made import texts

NEW = ["topic", "topic_name", "confidence", "runner_up", "runner_up_confidence", "unlike"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Topics of three subjects, read by a tiny encoder, in the store of the command line."""
    folder = tmp_path_factory.mktemp("file")
    patch = pytest.MonkeyPatch()
    with patch.context() as at:
        at.setenv("LIMN_CACHE", str(folder / "cache"))
        _forget()
        store = default_store()
        encoder = make_tiny_encoder(folder / "encoder")
        rows = [[text, subject] for text, subject in texts()]
        path = write(folder / "subjects.csv", ["body", "label"], rows)
        dataset = add_dataset(store, path, text=["body"], label="label")
        spec = TopicsSpec(dataset=dataset.key, encoder=str(encoder), topics=3, map="none")
        topics = run(spec, store=store, name="subjects")
        yield store, topics, folder
    _forget()


def _forget():
    limn_settings.cache_clear()
    default_store.cache_clear()


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    monkeypatch.setattr(by_window, "_ON_CPU", 16)


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def assigned(store, topics, path, **choices):
    source = run(SourceSpec(path=str(path)), store=store)
    return run(AssignFileSpec(topics=topics.key, source=source.key, **choices), store=store)


def test_every_row_and_column_comes_back_with_its_topic(made, tmp_path):
    store, topics, _ = made
    fit = load_topics(topics)
    old = [text for text, _ in texts()]
    fresh = [text for text, _ in texts(each=5, seed=7)]
    said = [*old[:20], "", *fresh]
    rows = [[f"theirs {n}", text, n] for n, text in enumerate(said)]
    found = assigned(store, topics, write(tmp_path / "in.csv", ["topic", "body", "n"], rows))
    out = pq.read_table(found.path / "rows.parquet").to_pylist()
    assert [row["topic"] for row in out] == [row[0] for row in rows]
    assert [int(row["n"]) for row in out] == list(range(len(rows)))
    assert [row["topic 2"] for row in out[:20]] == fit.assigned[:20].tolist()
    assert all(row["confidence"] == 1 for row in out[:20])
    assert all(out[20][name if name != "topic" else "topic 2"] is None for name in NEW)
    names = {-1: "", **{t.id: t.name for t in fit.found}}
    assert all(row["topic_name"] == names[row["topic 2"]] for n, row in enumerate(out) if n != 20)
    facts = found.facts
    assert (facts["rows"], facts["empty_rows"], facts["known"]) == (len(rows), 1, 20)
    assert sum(row["after"] for row in facts["by_topic"]) == len(rows) - 1
    assert facts["unlike"] == sum(row["unlike"] is True for row in out)
    assert facts["agreement"] is not None
    assert any("1 row has no text" in note for note in facts["notes"])


def test_a_killed_run_goes_on_where_it_was(made, tmp_path, monkeypatch):
    store, topics, _ = made
    path = write(tmp_path / "in.csv", ["body"], [[t] for t, _ in texts(each=34, seed=3)])
    real, calls = by_window.ByWindow._vectors, []

    def dies(self, said, progress):
        calls.append(len(said))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(self, said, progress)

    monkeypatch.setattr(by_window.ByWindow, "_vectors", dies)
    with pytest.raises(KeyboardInterrupt):
        assigned(store, topics, path)
    found = assigned(store, topics, path)
    assert calls == [16, 16, 16, 16, 16, 16, 16, 6]
    assert found.facts["rows"] == 102


def test_a_file_of_one_window_or_many_is_the_same(made, tmp_path, monkeypatch):
    store, topics, _ = made
    said = [[t] for t, _ in texts(each=20, seed=5)]
    one = assigned(store, topics, write(tmp_path / "in.csv", ["body"], said))
    monkeypatch.setattr(by_window, "_ON_CPU", 1000)
    other = assigned(store, topics, write(tmp_path / "in.csv", ["body", "n"], [[*r, 1] for r in said]))  # fmt: skip # noqa: E501
    left, right = (
        pq.read_table(a.path / "rows.parquet").select(["topic", "runner_up"]) for a in (one, other)
    )
    assert left.to_pylist() == right.to_pylist()


def test_files_that_cannot_be_assigned_are_sentences(made, tmp_path):
    store, topics, _ = made
    path = write(
        tmp_path / "in.csv", ["price", "on"], [[n, f"2024-01-{n:02}"] for n in range(1, 9)]
    )
    with pytest.raises(InputError, match=r"found in 'body'.*has 'price', 'on'.*--columns="):
        assigned(store, topics, path)
    with pytest.raises(InputError, match="no column 'text'"):
        assigned(store, topics, path, columns=["text"])
    pq.write_table(pa.table({"body": pa.array([], pa.string())}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="no rows"):
        assigned(store, topics, tmp_path / "in.parquet")
    with pytest.raises(InputError, match="no edits called nothing"):
        assigned(store, topics, write(tmp_path / "a.csv", ["body"], [["a"]] * 3), edits="nothing")


def test_rows_without_any_text_get_no_topic(made, tmp_path):
    store, topics, _ = made
    rows = [[n, ""] for n in range(5)]
    found = assigned(store, topics, write(tmp_path / "in.csv", ["n", "body"], rows))
    assert found.facts["empty_rows"] == 5
    assert found.facts["drift"]["topics"] == []


def test_the_command_assigns_with_the_edits_that_hold(made, tmp_path, capsys):
    store, topics, _ = made
    fit = load_topics(topics)
    pending.add(store, topics, [Rename(topic=fit.found[0].id, name="My first")])
    place = int(fit.places(fit.found[0].id)[0])
    text = texts()[place][0]
    assert main(["assign", "subjects", "--text", text]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["topic"], said["name"], said["known"]) == (fit.found[0].id, "My first", True)
    assert said["nearest"][0]["title"] == text
    assert said["nearest"][0]["cosine"] == pytest.approx(1, abs=1e-3)
    path = write(tmp_path / "in.csv", ["n", "body"], [[1, text], [2, "something else entirely"]])
    output = tmp_path / "out.csv"
    assert main(["assign", "subjects", "--input", str(path), "--output", str(output)]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["topics"] == topics.key
    assert told["edits"] == pending.history(store, topics).version
    with output.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["topic_name"] == "My first"
    assert list(rows[0]) == ["n", "body", *NEW]
    pending.undo(store, topics)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["subjects"], "Give either --text TEXT, or --input FILE"),
        (["subjects", "--text", " "], "text is empty"),
        (["subjects", "--text", "a", "--output", "b.csv"], "Give either"),
        (["nothing", "--text", "a"], "nothing"),
        (["subjects", "--input", "missing.csv", "--output", "b.csv"], "no file missing.csv"),
        (["subjects", "--input", __file__, "--output", "b.doc"], "must end in .csv"),
    ],
)
def test_what_the_command_cannot_do_is_a_sentence(made, capsys, words, sentence):
    assert main(["assign", *words]) == 2
    assert sentence in capsys.readouterr().err


counts = st.lists(st.integers(0, 500), min_size=3, max_size=3).map(np.array)


@settings(deadline=None, max_examples=60)
@given(counts, counts)
def test_divergence_is_a_distance_of_shares(one, other):
    found = divergence(one, other)
    assert 0 <= found <= 1
    assert found == pytest.approx(divergence(other, one))
    assert divergence(one, one * 7) == pytest.approx(0, abs=1e-12)


def test_drift_is_told_where_there_is_one_and_not_where_there_is_none():
    before = np.array([500, 300, 180, 20])
    ids = [4, 2, 9, -1]
    draw = np.random.default_rng(0)
    same = [drift(ids, before, draw.multinomial(400, before / 1000)) for _ in range(40)]
    assert sum(one.beyond_chance for one in same) <= 3
    assert sum(any(moved.changed for moved in one.topics) for one in same) <= 5
    other = drift(ids, before, np.array([100, 300, 180, 100]))
    assert other.beyond_chance
    changed = {moved.topic: moved.changed for moved in other.topics}
    assert changed[4]
    assert changed[-1]
    first = other.topics[0]
    assert (first.before, first.after) == (0.5, pytest.approx(100 / 680, abs=1e-5))
    assert first.low < first.after - first.before < first.high < 0
    assert drift(ids, before, np.zeros(4, dtype=int)).topics == ()
    apart = drift([1, 2], np.array([10, 0]), np.array([0, 10]))
    assert apart.divergence == 1
