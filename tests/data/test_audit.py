"""An audit names each suspicious row once per reason, and each leads to its text."""

import json

from tests.data.making import make_audit, make_dataset

LONG = "the river ran past the mill and under the old stone bridge near the town while we watched"
TEXTS = [
    LONG, LONG.upper(), LONG + " again", "cheese is made from milk by hand", "Hi!", " ",
    "word " * 300, "bees make honey all summer long here",
]  # fmt: skip
LABELS = ["a", "b", "a", "b", "a", "b", "a", "b"]


def found(findings, kind):
    return sorted(row["row"] for row in findings if row["kind"] == kind)


def test_every_kind_is_found(tmp_path):
    _, _, folder = make_dataset(
        tmp_path, {"text": TEXTS, "label": LABELS}, text=["text"], label="label"
    )
    facts, findings, out = make_audit(tmp_path, folder)
    assert found(findings, "exact_duplicate") == [0, 1]
    assert found(findings, "near_duplicate") == [0, 2]
    assert found(findings, "conflicting_labels") == [0, 1, 2]
    assert found(findings, "too_short") == [4]
    assert found(findings, "empty") == [5]
    assert found(findings, "over_long") == [6]
    assert found(findings, "leakage") == []
    assert facts["findings"]["exact_duplicate"] == 2
    profile = json.loads((out / "profile.json").read_text())
    assert profile["rows"] == 7
    assert profile["labels"] == {"a": 4, "b": 3}


def test_a_text_in_train_and_test_is_a_leak(tmp_path):
    columns = {"text": [LONG, "cheese is made by hand", LONG], "split": ["train", "train", "test"]}
    _, rows, folder = make_dataset(tmp_path, columns, text=["text"], split_column="split")
    _, findings, _ = make_audit(tmp_path, folder)
    assert found(findings, "leakage") == [0, 2]
    assert {"test", "train"} <= {row["split"] for row in rows}


def test_findings_open_their_rows(tmp_path):
    columns = {"text": ["", "one two three four five", "", "one two three four five"]}
    _, rows, folder = make_dataset(tmp_path, columns, text=["text"])
    _, findings, _ = make_audit(tmp_path, folder, languages=0)
    texts = {row["row"]: row["text"] for row in rows}
    groups = {f["group"] for f in findings if f["kind"] == "exact_duplicate"}
    assert groups == {1}
    assert texts[1] == texts[3]
    assert found(findings, "empty") == [0, 2]


def test_a_clean_dataset_has_no_findings(tmp_path):
    columns = {
        "text": ["rivers run to the sea", "trains leave on the hour", "chess takes a long while"]
    }
    _, _, folder = make_dataset(tmp_path, columns, text=["text"])
    facts, findings, _ = make_audit(tmp_path, folder)
    assert findings == []
    assert set(facts["findings"].values()) == {0}
