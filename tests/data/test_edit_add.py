"""Texts added by hand are learnt from, never tested on, and can be told from those of the file."""

from __future__ import annotations

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.data.edits import NO_ROW, Edit, digest, read_edits
from engine.data.edits_pending import frozen, new_labels, pending, record, record_text, undo
from engine.data.spec_append import AppendSpec
from engine.data.spec_dataset import AuditSpec, DatasetSpec
from engine.data.spec_edit import EditSpec
from engine.data.spec_source import SourceSpec
from engine.encoder.spec import EmbedSpec
from engine.errors import InputError
from engine.store import Store
from engine.work import run
from tests.tiny import make_tiny_encoder

LABELS = ("tea", "soup", "bread")
N = 40


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def dataset(store, tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "food.csv"
    with path.open("w", newline="") as file:
        rows = [("head", "text", "label", "stars")]
        for n in range(N):
            text = f"A note on {LABELS[n % 3]} by guest number {n} of {n * 7} who came at {n * 13}"
            rows.append((f"Note {n}", text, LABELS[n % 3], n % 5))
        csv.writer(file).writerows(rows)
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(source=source.key, text=["head", "text"], label="label")
    return run(spec, store=store, name="food")


@pytest.fixture
def write(tmp_path):
    def edits(content, name="edits.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return edits


def rows_of(artifact):
    return pq.read_table(artifact.path / "rows.parquet").to_pylist()


def row_in(dataset, split, n=0):
    return [row["row"] for row in rows_of(dataset) if row["split"] == split][n]


def add(text, label="tea", row=NO_ROW):
    return {"row": row, "action": "add", "value": label, "text": text}


@settings(
    phases=[p for p in Phase if p != Phase.shrink],
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_added_texts_come_last_are_learnt_from_and_stand_with_their_origin(
    store, dataset, write, data
):
    old = {row["row"]: row for row in rows_of(dataset)}
    train = [n for n, row in old.items() if row["split"] == "train"]
    origins = data.draw(st.lists(st.sampled_from([NO_ROW, *train]), min_size=1, max_size=5))
    adds = [add(f"quite another word {n} {n * 31}", LABELS[n % 3], row)
            for n, row in enumerate(origins)]  # fmt: skip
    gone = data.draw(st.lists(st.sampled_from(sorted(old)), max_size=3, unique=True))
    edits = [*adds, *({"row": row, "action": "exclude"} for row in gone)]
    new = run(EditSpec(dataset="food", edits=write(data.draw(st.permutations(edits)))), store=store)
    there = rows_of(new)
    kept, more = there[: -len(adds)], there[-len(adds) :]
    assert kept == [row for n, row in old.items() if n not in gone]
    wanted = {one["text"]: one for one in adds}
    assert [row["row"] for row in more] == list(range(N, N + len(adds)))
    assert {row["text"] for row in more} == set(wanted)
    for row in more:
        origin = wanted[row["text"]]["row"]
        assert (row["label"], row["split"]) == (wanted[row["text"]]["value"], "train")
        assert row["group"] == (row["row"] if origin == NO_ROW else old[origin]["group"])
    by_group = {}
    for row in there:
        by_group.setdefault(row["group"], set()).add(row["split"] == "train")
    assert all(len(sides) == 1 for sides in by_group.values())
    assert new.facts["rows"] == len(there)
    assert new.facts["edits"]["add"] == len(adds)
    assert sum(new.facts["labels"].values()) == len(there)
    assert new.facts["text_digest"] != dataset.facts["text_digest"]
    assert any("added by hand" in note for note in new.facts["notes"])
    assert store.verify(new) == []


def test_a_row_number_still_says_where_in_a_file_it_stands(store, dataset, write):
    origin = row_in(dataset, "train")
    path = write([add("green leaves in hot water", "tea", origin), add("it rose in the oven")])
    new = run(EditSpec(dataset="food", edits=path), store=store)
    source = next(a for a in store.lineage(new) if a.kind == "source")
    lines = rows_of(source)
    assert source.facts["rows"] == len(lines) == N + 2
    for row in rows_of(new):
        assert row["text"].endswith(lines[row["row"]]["text"])
    added = {line["text"]: line["made_from_row"] for line in lines[N:]}
    assert added == {"green leaves in hot water": origin, "it rose in the oven": None}
    assert [line["stars"] for line in lines[:N]] == [str(n % 5) for n in range(N)]
    # A version of the version numbers on, and the file has its columns once.
    again = run(
        EditSpec(dataset=new.key, edits=write([add("a bowl of it")], "2.json")), store=store
    )
    assert rows_of(again)[-1]["row"] == N + 2
    last = next(a for a in store.lineage(again) if a.kind == "source")
    assert rows_of(last)[N + 2]["text"] == "a bowl of it"
    assert set(rows_of(last)[0]) == set(lines[0])
    # What was excluded does not give its number away.
    out = [{"row": N + 2, "action": "exclude"}, add("yet another bowl")]
    third = run(EditSpec(dataset=again.key, edits=write(out, "3.json")), store=store)
    assert rows_of(third)[-1]["row"] == N + 3


def test_behind_it_another_dataset_still_stands_at_its_place_in_the_file_of_both(
    store, dataset, write, tmp_path
):
    new = run(EditSpec(dataset="food", edits=write([add("a bowl of cold soup")])), store=store)
    path = tmp_path / "more.csv"
    path.write_text("text,label\n" + "".join(f"plate {n} of {n},tea\n" for n in range(5)))
    source = run(SourceSpec(path=str(path)), store=store)
    more = run(DatasetSpec(source=source.key, label="label"), store=store)
    both = run(AppendSpec(dataset=new.key, more=more.key), store=store)
    lines = rows_of(next(a for a in store.lineage(both) if a.kind == "source"))
    rows = rows_of(both)
    assert len({row["row"] for row in rows}) == len(rows) == N + 6
    for row in rows:
        assert row["text"].endswith(lines[row["row"]]["text"])


def test_vectors_of_the_version_before_are_taken_and_the_new_ones_read(
    store, dataset, write, tmp_path
):
    encoder = str(make_tiny_encoder(tmp_path / "encoder"))
    before = run(EmbedSpec(dataset="food", encoder=encoder), store=store)
    gone = row_in(dataset, "train", 3)
    path = write([add("good tea and bad soup"), {"row": gone, "action": "exclude"}])
    new = run(EditSpec(dataset="food", edits=path), store=store)
    found = run(EmbedSpec(dataset=new.key, encoder=encoder), store=store)
    assert found.facts["taken_from"] == before.key
    vectors = np.load(found.path / "vectors.npy")
    from engine.encoder.models import load_encoder

    texts = [row["text"] for row in rows_of(new)]
    np.testing.assert_allclose(vectors, load_encoder(encoder).encode(texts), atol=1e-5)


def test_csv_and_json_say_the_same_and_the_text_counts(write):
    as_csv = write('row,action,value,text,note\n,add,tea,"hot, green",why\n3,relabel,tea,x,\n',
                   "e.csv")  # fmt: skip
    as_json = write([add("hot, green"), {"row": 3, "action": "relabel", "value": "tea"}])
    from pathlib import Path

    one, other = read_edits(Path(as_csv)), read_edits(Path(as_json))
    assert digest(one) == digest(other)
    assert [e.text for e in one] == ["hot, green", ""]
    assert digest([Edit.model_validate(add("a"))]) != digest([Edit.model_validate(add("b"))])


def test_a_counterfactual_of_a_held_out_text_is_refused_until_that_is_out(store, dataset, write):
    test = row_in(dataset, "test")
    one = add("a word of it was changed", "tea", test)
    with pytest.raises(InputError, match=rf"Row {test} is a test text.*Exclude row {test} as well"):
        run(EditSpec(dataset="food", edits=write([one])), store=store)
    new = run(
        EditSpec(dataset="food", edits=write([one, {"row": test, "action": "exclude"}])),
        store=store,
    )
    assert rows_of(new)[-1]["split"] == "train"
    assert test not in {row["row"] for row in rows_of(new)}


def test_what_is_nearly_a_held_out_text_is_refused(store, dataset, write):
    test = next(row for row in rows_of(dataset) if row["split"] == "test")
    nearly = test["text"] + " today"
    with pytest.raises(InputError, match=f"almost the same as row {test['row']}, a test text"):
        run(EditSpec(dataset="food", edits=write([add(nearly)])), store=store)


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        (lambda rows: [add(rows[1]["text"].upper())], "in food already, in row 1, as soup"),
        (lambda _: [add("one more"), add("one more.", "soup")], "added twice"),
        (lambda _: [add("one more"), add("one more", "soup")], "given two labels, tea and soup"),
        (lambda _: [add("  ")], "A text to add is between 1 and"),
        (lambda _: [add("one more", "cake")], "'cake' is not a label of food"),
        (lambda _: [add("one more", "")], "a new label is between"),
        (lambda _: [add("one more", "tea", 99)], "Row 99 is not in food"),
        (lambda _: [add("<br>")], "Nothing is left"),
    ],
)
def test_what_cannot_be_added_is_one_sentence(store, dataset, write, edits, sentence):
    before = len(store.artifacts())
    with pytest.raises(InputError, match=sentence) as caught:
        run(EditSpec(dataset="food", edits=write(edits(rows_of(dataset)))), store=store)
    assert "\n" not in str(caught.value)
    assert len(store.artifacts()) == before


def test_pending_additions_are_kept_beside_other_edits(store, dataset):
    train, test = row_in(dataset, "train"), row_in(dataset, "test")
    record_text(store, dataset, " a new one ", label="tea", row=train, note="why")
    record_text(store, dataset, "another", label="soup", row=train)
    record_text(store, dataset, "another", label="cake")
    found = [(e.row, e.value, e.text) for e in pending(store, dataset)]
    assert found == [(NO_ROW, "cake", "another"), (train, "tea", "a new one")]
    assert new_labels(dataset, pending(store, dataset)) == ["cake"]
    record(store, dataset, [train], action="exclude")
    assert len(pending(store, dataset)) == 3
    with pytest.raises(InputError, match=f"in food already, in row {train}: change it first"):
        record_text(store, dataset, rows_of(dataset)[train]["text"], label="tea", row=train)
    with pytest.raises(InputError, match="is a test text"):
        record_text(store, dataset, "x", label="tea", row=test)
    record_text(store, dataset, "x", label="tea", row=test, exclude_row=True)
    assert (test, "exclude") in {e.place for e in pending(store, dataset)}
    spec = EditSpec(dataset="food", edits=str(frozen(store, dataset)), new_labels=["cake"])
    assert run(spec, store=store).facts["edits"]["add"] == 3
    undo(store, dataset, pending(store, dataset)[:1])
    assert len(pending(store, dataset)) == 4
    undo(store, dataset, pending(store, dataset))
    with pytest.raises(InputError, match="Row 99 is not in food"):
        record_text(store, dataset, "x", label="tea", row=99)
    assert pending(store, dataset) == []


def test_an_audit_tells_counterfactuals_from_labels_that_disagree(store, dataset, write):
    long = " with bread and butter on a long table by the old window near the river and the mill"
    train, test = row_in(dataset, "train"), row_in(dataset, "test")
    origin = next(row for row in rows_of(dataset) if row["row"] == train)
    other = next(label for label in LABELS if label != origin["label"])
    once = [add(long, origin["label"], train), add(f"{long} again", other, train),
            {"row": test, "action": "exclude"}]  # fmt: skip
    run(EditSpec(dataset="food", edits=write(once)), store=store, name="food-once")
    twice = [add(f"{origin['text']} indeed", other, train)]
    new = run(EditSpec(dataset="food-once", edits=write(twice)), store=store)
    found = pq.read_table(run(AuditSpec(dataset=new.key), store=store).path / "findings.parquet")
    by_kind = {}
    for one in found.to_pylist():
        by_kind.setdefault(one["kind"], []).append((one["row"], one["detail"]))
    added = [row["row"] for row in rows_of(new)[-3:]]
    labels = [origin["label"], other, other]
    told = [(row, f"as {label}") for row, label in zip(added, labels, strict=True)]
    assert sorted(by_kind["added"]) == told
    for kind in ("conflicting_labels", "near_duplicate"):
        assert not {row for row, _ in by_kind.get(kind, [])} & set(added)
