"""Edits make a new version that holds exactly what was asked for, and says what it cannot do."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import xxhash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.edits import Edit, checked, digest, edit_of, read_edits
from engine.data.edits_pending import (
    frozen,
    new_labels,
    pending,
    pending_file,
    record,
    settle,
    undo,
)
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_edit import EditSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.progress import SILENT
from engine.resolve import resolve
from engine.settings import ROOT
from engine.store import Store
from engine.work import run

LABELS = ("tea", "soup", "bread")
N = 40


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def dataset(store, tmp_path_factory):
    """40 rows in three categories; two texts occur twice, one row is empty and left out."""
    path = tmp_path_factory.mktemp("file") / "food.csv"
    rows = [(f"A note on {LABELS[n % 3]} by guest number {n} of {n * 7}", LABELS[n % 3])
            for n in range(N)]  # fmt: skip
    rows[5], rows[10] = ("", "tea"), rows[1]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    source = run(SourceSpec(path=str(path)), store=store)
    return run(DatasetSpec(source=source.key, label="label"), store=store, name="food")


@pytest.fixture
def write(tmp_path):
    def edits(content, name="edits.json"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return str(path)

    return edits


def rows_of(artifact):
    return pq.read_table(artifact.path / "rows.parquet").to_pylist()


def by_hand(rows, edits):
    """The rows after the edits, one at a time and without a data frame."""
    new = []
    for row in rows:
        mine = {edit.action: edit.value for edit in edits if edit.row == row["row"]}
        if "exclude" in mine:
            continue
        weight = mine.get("weight", row.get("weight", 1.0))
        new.append(
            {**row, "label": mine.get("relabel", row["label"]), "weight": float(np.float32(weight))}
        )
    if all(row["weight"] == 1.0 for row in new):
        for row in new:
            del row["weight"]
    return new


def text_digest(rows):
    found = xxhash.xxh3_128()
    for row in rows:
        found.update(row["text"].encode() + b"\0")
    return found.hexdigest()


@st.composite
def edit_lists(draw, rows):
    """Edits that do not contradict each other."""
    edits = []
    for row in draw(st.lists(st.sampled_from(rows), min_size=1, max_size=12, unique=True)):
        kind = draw(st.sampled_from(["exclude", "relabel", "weight", "both"]))
        if kind == "exclude":
            edits.append(Edit(row=row, action="exclude"))
        if kind in ("relabel", "both"):
            edits.append(Edit(row=row, action="relabel", value=draw(st.sampled_from(LABELS))))
        if kind in ("weight", "both"):
            weight = draw(st.floats(0.01, 1000, allow_nan=False))
            edits.append(Edit(row=row, action="weight", value=weight))
    return draw(st.permutations(edits))


ROWS = [n for n in range(N) if n != 5]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=edit_lists(ROWS), later=edit_lists(ROWS))
def test_edits_are_what_one_would_do_by_hand(store, dataset, write, edits, later):
    old = rows_of(dataset)
    spec = EditSpec(dataset=dataset.key, edits=write([e.model_dump() for e in edits]))
    new = run(spec, store=store)
    there = rows_of(new)
    assert there == by_hand(old, edits)
    facts = new.facts
    counted = {label: sum(r["label"] == label for r in there) for label in LABELS}
    assert facts["labels"] == {label: n for label, n in counted.items() if n}
    assert facts["rows"] == len(there)
    assert facts["splits"] == {
        part: sum(r["split"] == part for r in there) for part in ("train", "validation", "test")
    }
    gone = any(edit.action == "exclude" for edit in edits)
    assert facts["text_digest"] == text_digest(there)
    assert (facts["text_digest"] == dataset.facts["text_digest"]) == (not gone)
    assert facts["duplicates"]["exact"] == len(there) - len({r["text"] for r in there})
    # A version of the version: its rows are those of the first, edited once more.
    still = [edit for edit in later if edit.row in {row["row"] for row in there}]
    if still:
        again = EditSpec(dataset=new.key, edits=write([e.model_dump() for e in still]))
        third = run(again, store=store)
        assert rows_of(third) == by_hand(there, still)
        assert [a.kind for a in store.inputs(third)] == ["dataset", "source"]
        assert dataset.key in {a.key for a in store.lineage(third)}


@given(edits=edit_lists(list(range(30))), notes=st.lists(st.text(max_size=5), min_size=1))
def test_notes_and_order_make_no_other_dataset(edits, notes):
    told = [e.model_copy(update={"note": notes[i % len(notes)], "when": "now", "was": "x"})
            for i, e in enumerate(reversed(edits))]  # fmt: skip
    assert digest(told) == digest(edits)
    assert digest(edits) != digest([*edits, Edit(row=99, action="exclude")])
    assert checked([*edits, *told], source="It") == checked(edits, source="It")


def test_a_table_and_a_list_say_the_same(store, dataset, write):
    as_csv = write("row,action,value,note,text\n3,Relabel,soup,why not,a text\n4,exclude,,,\n"
                   "6,weight,2.5,,\n", "edits.csv")  # fmt: skip
    as_json = write([{"row": 6, "action": "weight", "value": 2.5}, {"row": 4, "action": "exclude"},
                     {"row": 3, "action": "relabel", "value": "soup"}])  # fmt: skip
    keys = {
        resolve(EditSpec(dataset="food", edits=path), store, SILENT).key()
        for path in (as_csv, as_json)
    }
    assert len(keys) == 1
    assert read_edits(Path(as_csv))[0].note == "why not"


def test_the_edits_stay_with_the_new_version_and_lead_to_the_file(store, dataset, write):
    path = write([{"row": 0, "action": "exclude", "note": "an advertisement"},
                  {"row": 2, "action": "relabel", "value": "cake"}])  # fmt: skip
    new = run(EditSpec(dataset="food", edits=path, new_labels=["cake"]), store=store)
    kept = json.loads((new.path / "edits.json").read_text())
    assert kept[0]["note"] == "an advertisement"
    assert [a.kind for a in store.inputs(new)] == ["dataset", "source"]
    dropped = pq.read_table(new.path / "dropped.parquet").to_pylist()
    assert {"row": 0, "reason": "excluded by hand"} in dropped
    assert new.facts["dropped"] == {"empty text": 1, "excluded by hand": 1}
    assert new.facts["join"] == "sentence"
    assert store.verify(new) == []


def test_an_edit_of_the_test_is_allowed_and_said(store, dataset, write):
    test = [row for row in rows_of(dataset) if row["split"] == "test"][:2]
    edits = [{"row": row["row"], "action": "relabel", "value": "bread"} for row in test]
    new = run(EditSpec(dataset="food", edits=write(edits)), store=store)
    assert new.facts["edits"]["test_relabelled"] == 2
    assert any("2 of the edits change the label of a test text" in n for n in new.facts["notes"])


def test_a_copy_that_keeps_another_label_is_said(store, dataset, write):
    # Row 10 repeats row 1.
    one = [{"row": 1, "action": "relabel", "value": "bread"}]
    new = run(EditSpec(dataset="food", edits=write(one)), store=store)
    assert new.facts["edits"]["copies_differ"] == 1
    assert any("a copy, or almost one" in note for note in new.facts["notes"])
    both = [*one, {"row": 10, "action": "relabel", "value": "bread"}]
    new = run(EditSpec(dataset="food", edits=write(both)), store=store)
    assert new.facts["edits"]["copies_differ"] == 0
    gone = [*one, {"row": 10, "action": "exclude"}]
    new = run(EditSpec(dataset="food", edits=write(gone)), store=store)
    assert new.facts["edits"]["copies_differ"] == 0


BAD = [
    ([{"row": 5, "action": "exclude"}], "Row 5 is not in food"),
    ([{"row": 999, "action": "exclude"}], "Row 999 is not in food"),
    ([{"row": 3, "action": "relabel", "value": "saop"}], "Row 3: 'saop' is not a label"),
    ([{"row": 3, "action": "relabel", "value": "  "}], "Row 3: a new label is between 1"),
    ([{"row": 3, "action": "weight", "value": 0}], "Row 3: a weight is a number above 0"),
    ([{"row": 3, "action": "weight", "value": "nan"}], "Row 3: a weight is a number above 0"),
    ([{"row": 3, "action": "weight"}], "Row 3: a weight is a number above 0"),
    ([{"row": 3, "action": "delete"}], "Row 3: 'delete' is none of"),
    ([{"row": 3.5, "action": "exclude"}], "must be a whole number, not '3.5'"),
    ([{"row": -1, "action": "exclude"}], "counted from 0"),
    ([{"action": "exclude"}], "edit 1: row must be a whole number, not nothing"),
    ([{"row": 3, "action": "exclude"}, {"row": 3, "action": "weight", "value": 2}],
     "Row 3 is both excluded and weighted"),
    ([{"row": 3, "action": "relabel", "value": "tea"},
      {"row": 3, "action": "relabel", "value": "soup"}], "Row 3 is given two labels"),
    ([], "holds no edit"),
    ("rubbish", "not valid JSON"),
    ('{"row": 3}', "must be a list"),
    ([{"row": row, "action": "exclude"} for row in ROWS], "leave no row of food"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), BAD)
def test_what_cannot_be_done_is_one_sentence_and_nothing_is_made(
    store, dataset, write, content, sentence
):
    before = len(store.artifacts())
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")) as caught:
        run(EditSpec(dataset="food", edits=write(content)), store=store)
    assert "\n" not in str(caught.value)
    assert len(store.artifacts()) == before


def test_without_a_file_or_its_columns_it_says_what_is_missing(store, dataset, write):
    with pytest.raises(InputError, match="--edits FILE"):
        run(EditSpec(dataset="food"), store=store)
    with pytest.raises(InputError, match="no column 'action'"):
        run(EditSpec(dataset="food", edits=write("row,what\n3,x\n", "e.csv")), store=store)


def test_at_the_terminal_a_version_is_called_after_its_dataset(
    store, dataset, write, monkeypatch, capsys
):
    from engine.__main__ import main
    from engine.settings import settings as of_this_process
    from engine.store import default_store

    monkeypatch.setenv("LIMN_CACHE", str(store.root))
    for cached in (of_this_process, default_store):
        cached.cache_clear()
    path = write("row,action,value\n12,weight,3\n", "e.csv")
    assert main(["data", "edit", "food", "--edits", path]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["name"] == "food-edited"
    other = write("row,action,value\n12,weight,4\n", "e.csv")
    assert main(["data", "edit", "food-edited", "--edits", other]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["name"] == "food-edited-2"
    for cached in (of_this_process, default_store):
        cached.cache_clear()


def test_a_new_label_has_to_be_said(store, dataset, write):
    path = write([{"row": 3, "action": "relabel", "value": "cake"}])
    with pytest.raises(InputError, match="--new-labels='cake'"):
        run(EditSpec(dataset="food", edits=path), store=store)
    new = run(EditSpec(dataset="food", edits=path, new_labels=["cake"]), store=store)
    assert new.facts["labels"]["cake"] == 1


def test_pending_edits_are_kept_until_they_are_undone_or_applied(store, dataset):
    other = Store(store.root)  # as another process sees it
    first = {row["row"]: row["label"] for row in rows_of(dataset)}
    record(store, dataset, [3, 4], action="relabel", value="bread", note=" sure ")
    record(store, dataset, [3], action="weight", value=2)
    listed = pending(other, dataset)
    assert [(e.row, e.action, e.value, e.was, e.note) for e in listed] == [
        (3, "relabel", "bread", first[3], "sure"),
        (3, "weight", 2.0, 1.0, ""),
        (4, "relabel", "bread", first[4], "sure"),
    ]
    assert record(other, dataset, [3], action="exclude")[0].action == "exclude"
    assert [e.row for e in pending(store, dataset)] == [3, 4]
    assert record(store, dataset, [3], action="relabel", value="soup")[0].value == "soup"
    path = frozen(store, dataset)
    applied = read_edits(path)
    record(store, dataset, [4], action="relabel", value="soup")  # meanwhile, in another tab
    left = settle(store, dataset, applied)
    assert {e.place for e in left} <= {(4, "relabel")}
    undo(store, dataset, left)
    assert pending(store, dataset) == []
    assert not pending_file(store, dataset).exists()


@settings(max_examples=25, deadline=None)
@given(edits=edit_lists(ROWS), undone=st.sets(st.sampled_from(ROWS), max_size=6))
def test_to_do_and_to_undo_is_to_do_nothing(store, dataset, edits, undone):
    for edit in edits:
        record(store, dataset, [edit.row], action=edit.action, value=edit.value)
    had = {row["row"]: row["label"] for row in rows_of(dataset)}
    real = [e for e in edits if e.value != {"relabel": had[e.row], "weight": 1.0}.get(e.action, 0)]
    assert digest(pending(store, dataset)) == digest(real)
    # What is put back by hand is as good as undone, and the rest has the key it would have had.
    for row in undone:
        record(store, dataset, [row], action="relabel", value=had[row])
        record(store, dataset, [row], action="weight", value=1)
    rest = [edit for edit in real if edit.row not in undone]
    assert digest(pending(store, dataset)) == digest(rest)
    if rest:
        spec = EditSpec(dataset="food", edits=str(frozen(store, dataset)))
        assert f"edits/{digest(rest)}" in resolve(spec, store, SILENT).content.values()
    undo(store, dataset, pending(store, dataset))
    assert not pending_file(store, dataset).exists()


def test_a_row_that_is_not_there_cannot_be_noted(store, dataset):
    with pytest.raises(InputError, match="Row 5 is not in food"):
        record(store, dataset, [3, 5], action="exclude")
    with pytest.raises(InputError, match="above 0"):
        record(store, dataset, [3], action="weight", value=-1)
    assert pending(store, dataset) == []


def test_new_labels_are_found_among_pending_edits(dataset):
    edits = [edit_of({"row": 1, "action": "relabel", "value": v}, "") for v in ("tea", "cake")]
    assert new_labels(dataset, edits) == ["cake"]
    assert new_labels(dataset, edits[:1]) == []


def test_a_damaged_list_is_said_and_not_taken_for_none(store, dataset):
    path = pending_file(store, dataset)
    path.write_text("[{")
    try:
        with pytest.raises(InputError, match="not valid JSON"):
            pending(store, dataset)
    finally:
        path.unlink()


@pytest.mark.skipif(os.name != "posix", reason="kills with a signal")
def test_a_killed_edit_leaves_nothing_half_made(store, dataset, write):
    path = write([{"row": 7, "action": "exclude"}])
    code = (
        "import sys, time\n"
        "from engine.data import edit\n"
        "from engine.__main__ import main\n"
        "write = edit._write_dropped\n"
        "def slow(*given):\n"
        "    sys.stderr.write('half'); sys.stderr.flush(); time.sleep(60)\n"
        "edit._write_dropped = slow\n"
        f"main(['data', 'edit', 'food', '--edits', {path!r}])\n"
    )
    environment = {**os.environ, "LIMN_CACHE": str(store.root), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE
    )
    seen, deadline = b"", time.monotonic() + 60
    while b"half" not in seen and time.monotonic() < deadline:
        seen += process.stderr.read1(4096)
    assert b"half" in seen
    process.send_signal(signal.SIGKILL)
    process.wait()
    key = resolve(EditSpec(dataset="food", edits=path), store, SILENT).key()
    assert store.find("dataset", key) is None
    new = run(EditSpec(dataset="food", edits=path), store=store)
    assert new.key == key
    assert new.facts["rows"] == len(ROWS) - 1
