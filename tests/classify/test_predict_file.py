"""A file in, the same rows with predictions out."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import pytest

from engine.classify.classifier import load_classifier
from engine.classify.predict_file import predict_file
from engine.classify.spec import TrainSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import labelled_texts


@pytest.fixture
def classifier(store, dataset, encoder_folder):
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    return load_classifier(model.path)


def test_rows_keep_their_order_columns_and_awkward_cells(store, classifier, tmp_path):
    texts = [text for text, _ in labelled_texts(50, seed=7)]
    texts[3] = ""
    rows = [[str(i), text, f'a "quoted", cell\nof {i}'] for i, text in enumerate(texts)]
    path = tmp_path / "in.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["prediction", "text", "note"], *rows])
    result = predict_file(classifier, path, tmp_path / "out.csv", store=store)
    assert result["rows"] == 50
    assert result["empty_rows"] == 1
    with (tmp_path / "out.csv").open(newline="") as file:
        out = list(csv.DictReader(file))
    assert [row["prediction"] for row in out] == [row[0] for row in rows]
    assert [row["note"] for row in out] == [row[2] for row in rows]
    assert out[3]["prediction 2"] == ""
    shares = classifier.probabilities([texts[5]])[0]
    for label, share in zip(classifier.labels, shares, strict=True):
        assert float(out[5][f"probability {label}"]) == pytest.approx(float(share), abs=1e-4)
    assert sum(result["counts"].values()) == 49


def test_a_wrong_ending_or_folder_is_a_sentence(store, classifier, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("text,label\nthe team won,Sports\na bank fell,Business\n")
    with pytest.raises(InputError, match=r"must end in \.csv or \.parquet"):
        predict_file(classifier, path, tmp_path / "out.docx", store=store)
    with pytest.raises(InputError, match="no folder"):
        predict_file(classifier, path, tmp_path / "missing" / "out.csv", store=store)


def test_nothing_half_made_when_it_breaks(store, classifier, tmp_path, monkeypatch):
    path = tmp_path / "in.csv"
    rows = labelled_texts(20)
    path.write_text("text\n" + "\n".join(text for text, _ in rows))
    monkeypatch.setattr(type(classifier), "probabilities", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        predict_file(classifier, path, tmp_path / "out.csv", store=store)
    assert not (tmp_path / "out.csv").exists()
    assert not list((store.root / "tmp").iterdir())


def test_a_full_disk_leaves_the_earlier_output_as_it_was(store, classifier, tmp_path, monkeypatch):
    path, output = tmp_path / "in.csv", tmp_path / "out" / "out.csv"
    path.write_text("text\n" + "\n".join(text for text, _ in labelled_texts(20)))
    output.parent.mkdir()
    output.write_text("earlier")

    def full(source, target):  # another disk: a copy, which ends half way
        Path(target).write_bytes(Path(source).read_bytes()[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.move", full)
    with pytest.raises(OSError, match="No space"):
        predict_file(classifier, path, output, store=store)
    assert output.read_text() == "earlier"
    assert list(output.parent.iterdir()) == [output]
