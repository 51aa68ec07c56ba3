"""Two datasets end to end: every row as it was, numbered on through both files."""

from __future__ import annotations

import csv

import pyarrow.parquet as pq
import pytest

from engine.data.spec_append import AppendSpec, JoinSpec
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.store import Store
from engine.topics.documents import source_places
from engine.work import run

FIRST = [["Robots learn to walk", "a", "x1"], ["Stars are far away", "b", "x2"],
         ["Bread rises overnight in a bowl", "a", "x3"]]  # fmt: skip
SECOND = [["A comet came near the sun", "c", 7], ["stars are far away!", "b", 8]]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")


def add(store, path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    source = run(SourceSpec(path=str(path)), store=store)
    return run(DatasetSpec(source=source.key, text=["text"], label="label"), store=store)


@pytest.fixture
def parts(store, tmp_path):
    return (
        add(store, tmp_path / "first.csv", ["text", "label", "id"], FIRST),
        add(store, tmp_path / "second.csv", ["text", "label", "score"], SECOND),
    )


def rows_of(artifact):
    return pq.read_table(artifact.path / "rows.parquet").to_pylist()


def test_rows_follow_each_other_and_find_their_file(store, parts):
    whole = run(AppendSpec(dataset=parts[0].key, more=parts[1].key), store=store)
    found, before = rows_of(whole), [*rows_of(parts[0]), *rows_of(parts[1])]
    for name in ("text", "label", "date", "split", "title"):
        assert [row[name] for row in found] == [row[name] for row in before]
    source = next(a for a in store.lineage(whole) if a.kind == "source")
    file = pq.read_table(source.path / "rows.parquet").to_pylist()
    at = source_places(whole.path / "rows.parquet").tolist()
    assert [file[place]["text"] for place in at] == [row[0] for row in [*FIRST, *SECOND]]
    assert [file[place]["id"] for place in at] == ["x1", "x2", "x3", None, None]
    assert [file[place]["score"] for place in at][3:] == [7, 8] or [
        file[place]["score"] for place in at
    ][3:] == ["7", "8"]


def test_copies_in_both_are_one_group_and_counts_are_new(store, parts):
    whole = run(AppendSpec(dataset=parts[0].key, more=parts[1].key), store=store)
    found = rows_of(whole)
    assert found[1]["group"] == found[4]["group"]
    assert len({row["group"] for row in found}) == 4
    assert whole.facts["rows"] == 5
    assert whole.facts["labels"] == {"a": 2, "b": 2, "c": 1}
    assert whole.facts["duplicates"]["exact"] == 1
    assert whole.facts["appended"]["rows"] == 3
    assert whole.facts["appended"]["text_digest"] == parts[0].facts["text_digest"]
    digests = {one.facts["text_digest"] for one in (*parts, whole)}
    assert len(digests) == 3


def test_three_in_a_row(store, parts, tmp_path):
    third = add(store, tmp_path / "third.csv", ["text", "label"], [["Dough and yeast", "a"]] * 2)
    two = run(AppendSpec(dataset=parts[0].key, more=parts[1].key), store=store)
    whole = run(AppendSpec(dataset=two.key, more=third.key), store=store)
    assert [row["row"] for row in rows_of(whole)] == list(range(7))
    assert rows_of(whole)[:5] == rows_of(two)


def test_the_same_texts_are_refused(store, parts):
    with pytest.raises(InputError, match="holds the very texts of"):
        run(AppendSpec(dataset=parts[0].key, more=parts[0].key), store=store)


def test_columns_of_different_kinds_become_one(store, tmp_path):
    left, right = tmp_path / "left.csv", tmp_path / "right.csv"
    left.write_text("text,n\nOne text here,1\nAnother text,2\n")
    right.write_text("text,n\nA third text,many\n")
    keys = [run(SourceSpec(path=str(path)), store=store).key for path in (left, right)]
    found = rows_of(run(JoinSpec(first=keys[0], second=keys[1]), store=store))
    assert [str(row["n"]) for row in found] == ["1", "2", "many"]
