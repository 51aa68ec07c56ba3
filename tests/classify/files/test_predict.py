"""A file and a classifier in, the same rows with predictions out; what a kill leaves."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.classify.classifier import load_classifier
from engine.classify.files.plan import choose
from engine.classify.files.spec import PredictFileSpec
from engine.classify.spec import TrainSpec
from engine.data.files.windows import windows
from engine.data.spec_source import SourceSpec
from engine.encoder import by_window
from engine.errors import InputError
from engine.settings import ROOT
from engine.work import run
from tests.classify.conftest import labelled_texts


@pytest.fixture
def model(store, dataset, encoder_folder):
    return run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(by_window, "_ON_CPU", 16)


class Heard:
    """Remembers what it was told."""

    stop_requested = False

    def __init__(self):
        self.stages, self.places, self.notes = [], [], []

    def stage(self, name, total=None, unit="rows"):
        self.stages.append((name, total, unit))
        self.places.append([])

    def advance(self, n=1):
        self.at((self.places[-1] or [0])[-1] + n)

    def at(self, done):
        self.places[-1].append(done)

    def point(self, **values): ...

    def note(self, sentence):
        self.notes.append(sentence)


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def predicted(store, model, path, *, progress=None, **choices):
    source = run(SourceSpec(path=str(path)), store=store)
    spec = PredictFileSpec(model=model.key, source=source.key, **choices)
    return run(spec, store=store, progress=progress or Heard())


def rows_of(made):
    return pq.read_table(made.path / "rows.parquet").to_pylist()


def test_rows_keep_their_order_and_columns_and_say_what_the_model_says(
    store, model, tmp_path, small_chunks
):
    texts = [text for text, _ in labelled_texts(50, seed=7)]
    texts[3] = ""
    rows = [[str(i), text, f'a "quoted", cell\nof {i}'] for i, text in enumerate(texts)]
    made = predicted(store, model, write(tmp_path / "in.csv", ["prediction", "text", "note"], rows))
    out = rows_of(made)
    assert [str(row["prediction"]) for row in out] == [row[0] for row in rows]
    assert [row["note"] for row in out] == [row[2] for row in rows]
    assert out[3]["prediction 2"] is None
    assert out[3]["confidence"] is None
    classifier = load_classifier(model.path)
    expected = classifier.probabilities([text for text in texts if text])
    filled = [row for row in out if row["text"]]
    for row, shares in zip(filled, expected, strict=True):
        assert row["prediction 2"] == classifier.labels[int(shares.argmax())]
        for label, share in zip(classifier.labels, shares, strict=True):
            assert row[f"probability {label}"] == pytest.approx(float(share), abs=1e-5)
    assert made.facts["rows"] == 50
    assert made.facts["empty_rows"] == 1
    assert sum(made.facts["counts"].values()) == 49
    assert sum(map(sum, made.facts["confidence"]["counts"].values())) == 49
    assert any("1 row has no text" in note for note in made.facts["notes"])


def test_progress_ends_where_it_said_and_never_goes_back(store, model, tmp_path, small_chunks):
    heard = Heard()
    rows = [[text] for text, _ in labelled_texts(100)]
    predicted(store, model, write(tmp_path / "in.csv", ["text"], rows), progress=heard)
    names = [name for name, _, _ in heard.stages]
    place = names.index("Predicting 100 rows")
    told = heard.places[place]
    assert heard.stages[place][2] == "tokens"
    assert told == sorted(told)
    assert told[-1] == pytest.approx(heard.stages[place][1])
    assert len(set(told)) > 100 / 16, "it tells within a window too"


class Killed(BaseException):
    """A kill, as far as one process can have it."""


def test_what_was_done_before_a_kill_is_not_done_again(
    store, model, tmp_path, small_chunks, monkeypatch
):
    path = write(tmp_path / "in.csv", ["text"], [[text] for text, _ in labelled_texts(100)])
    real = by_window.ByWindow._vectors
    calls = []

    def dies(self, texts, progress):
        calls.append(len(texts))
        if len(calls) == 4:
            raise Killed
        return real(self, texts, progress)

    monkeypatch.setattr(by_window.ByWindow, "_vectors", dies)
    with pytest.raises(Killed):
        predicted(store, model, path)
    assert not store.artifacts("predictions")
    made = predicted(store, model, path)
    assert calls == [16] * 7 + [4]  # three before the kill, the fourth twice
    fresh = tmp_path / "again.csv"
    fresh.write_bytes(path.read_bytes() + b"one more\n")
    whole = predicted(store, model, fresh)
    assert rows_of(whole)[:100] == rows_of(made)
    assert not store.scratch("predictions", made.key).exists()


def test_a_chunk_that_the_disk_lost_is_made_again(
    store, model, tmp_path, small_chunks, monkeypatch
):
    path = write(tmp_path / "in.csv", ["text"], [[text] for text, _ in labelled_texts(60)])
    monkeypatch.setattr("engine.classify.files.predict.join", _raise)
    with pytest.raises(Killed):
        predicted(store, model, path)
    monkeypatch.undo()
    lost = next((store.root / "partial").rglob("00000001.parquet"))
    lost.write_bytes(lost.read_bytes()[:50])
    assert len(rows_of(predicted(store, model, path))) == 60


def _raise(*args, **named):
    raise Killed


def test_kill_9_and_the_same_command_goes_on(store, model, tmp_path):
    """The real thing: another process, killed while it predicts."""
    texts = [text for text, _ in labelled_texts(30_000, seed=3)]
    path = write(tmp_path / "in.csv", ["text"], [[text] for text in texts])
    words = [sys.executable, "-m", "engine", "predict", model.key, "--input", str(path)]
    words += ["--output", str(tmp_path / "out.csv")]
    environment = {**os.environ, "LIMN_CACHE": str(store.root)}
    process = subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 240
    while not list(store.root.glob("partial/predictions-*/chunks/0*.parquet")):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {p: p.stat().st_mtime_ns for p in store.root.rglob("chunks/0*.parquet")}
    assert before
    assert len(before) < 30
    assert not (tmp_path / "out.csv").exists()
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["text"] for row in csv.DictReader(file)] == texts


def test_agreement_with_the_files_own_labels_and_those_it_does_not_know(store, model, tmp_path):
    rows = [[text, label] for text, label in labelled_texts(60, seed=2)]
    rows[0][1] = rows[1][1] = "Weather"
    made = predicted(store, model, write(tmp_path / "in.csv", ["text", "topic"], rows))
    said = [row["prediction"] for row in rows_of(made)]
    same = sum(p == row[1] for p, row in zip(said, rows, strict=True))
    assert made.facts["label"] == "topic"
    assert made.facts["agreement"] == {"rows": 58, "same": same, "share": same / 58}
    assert made.facts["unseen"] == {"Weather": 2}
    assert any("'Weather'" in note and "'topic'" in note for note in made.facts["notes"])


def test_a_file_without_labels_claims_no_agreement(store, model, tmp_path):
    rows = [[text, str(n)] for n, (text, _) in enumerate(labelled_texts(40))]
    made = predicted(store, model, write(tmp_path / "in.csv", ["text", "number"], rows))
    assert made.facts["label"] == ""
    assert made.facts["agreement"] == {}


def test_emoji_and_empty_texts_are_counted(store, model, tmp_path):
    texts = ["🙂🙂🙂", "   ", "", "the team won the match goal", "!!! 42"]
    made = predicted(store, model, write(tmp_path / "in.csv", ["id", "text"], enumerate(texts)))
    out = rows_of(made)
    assert [row["prediction"] is None for row in out] == [False, True, True, False, False]
    assert made.facts["empty_rows"] == 2
    assert made.facts["wordless_rows"] == 2
    assert any("2 rows have no letter" in note for note in made.facts["notes"])


def test_a_file_without_the_text_column_names_both_sides(store, model, tmp_path):
    path = write(
        tmp_path / "in.csv", ["price", "when"], [[n, f"2024-01-{n:02}"] for n in range(1, 9)]
    )
    with pytest.raises(InputError, match=r"trained on 'text'.*has 'price', 'when'.*--columns="):
        predicted(store, model, path)
    with pytest.raises(InputError, match="no column 'body'"):
        predicted(store, model, path, columns=["body"])


def test_another_text_column_is_read_and_said(store, model, tmp_path):
    rows = [[text] for text, _ in labelled_texts(20)]
    made = predicted(
        store,
        model,
        write(tmp_path / "in.csv", ["headline", "id"], [[*r, i] for i, r in enumerate(rows)]),
    )
    assert made.facts["text"] == ["headline"]
    assert any("'text'" in n and "'headline' is read instead" in n for n in made.facts["notes"])
    rows = [[n, *row] for n, row in enumerate(rows)]
    upper = predicted(store, model, write(tmp_path / "up.csv", ["id", "TEXT"], rows))
    assert upper.facts["text"] == ["TEXT"]
    assert upper.facts["notes"] == []


def test_an_empty_file_is_a_sentence(store, model, tmp_path):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="no rows"):
        predicted(store, model, tmp_path / "in.parquet")


GERMAN = (
    "Der Ausschuss hat gestern beschlossen, dass die neuen Regeln für den Wohnungsbau erst im "
    "nächsten Jahr gelten sollen, weil noch viele Fragen offen sind."
)
ENGLISH = (
    "The committee decided yesterday that the new rules for building homes shall apply only from "
    "next year on, since many questions are still open."
)


def test_texts_in_another_language_are_told(tmp_path):
    from engine.data.files.languages import language_note

    trained = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": [ENGLISH] * 40}), trained)
    note, facts = language_note(
        [GERMAN] * 30 + [ENGLISH] * 30, trained, warning=", and {known} was learnt."
    )
    assert "50%" in note
    assert "German" in note
    assert "English" in note
    assert set(facts["file"]) == {"German", "English"}
    assert language_note([ENGLISH] * 60, trained, warning="")[0] == ""
    assert language_note(["hm", "ok"] * 30, trained, warning="")[0] == "", "too short to tell"
    assert language_note([GERMAN] * 60, None, warning="")[0] == ""


def test_labels_by_the_names_they_had_in_training(store, model):
    card = load_classifier(model.path).card
    texts = [text for text, _ in labelled_texts(30)]
    codes = ["b", "s", "x"] * 10
    trained = {"label": "code", "label_map": {"b": "Business", "s": "Sports", "x": "Science"}}
    sample = {"text": list(texts), "code": list(codes)}
    assert choose(sample, card, [], trained).plan.label == "code"
    assert choose(sample, card, []).plan.label == ""


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 60), st.integers(1, 17), st.integers(1, 13), st.integers(0, 5),
)  # fmt: skip
def test_windows_are_the_rows_whatever_the_groups(tmp_path_factory, n, size, group, first):
    path = tmp_path_factory.mktemp("w") / "rows.parquet"
    pq.write_table(pa.table({"n": np.arange(n), "t": [str(i) for i in range(n)]}), path,
                   row_group_size=group)  # fmt: skip
    found = list(windows(path, size, first=first))
    assert [x for t in found for x in t["n"].to_pylist()] == list(range(n))[first * size :]
    assert all(t.num_rows == size for t in found[:-1])
    assert all(t.schema.names == ["n", "t"] for t in found)
