"""Disk that a predicted file takes: near the truth, and a sentence where there is less."""

from __future__ import annotations

import shutil
from collections import namedtuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.classify.files.spec import PredictFileSpec
from engine.classify.spec import TrainSpec
from engine.data.files.space import check_result, check_written, output_bytes, result_bytes
from engine.data.files.write import write_file
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.work import run
from tests.classify.conftest import labelled_texts, write_csv

_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture
def free(monkeypatch):
    """Sets the bytes that every disk says are free."""

    def say(n):
        monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(n, 0, n))

    return say


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": [f"text number {n}" for n in range(5000)]}), path)
    return path


def test_the_estimate_is_near_what_is_written(store, rows, tmp_path):
    rng = np.random.default_rng(0)
    table, shares = pq.read_table(rows), rng.dirichlet([1.0, 1.0, 1.0], 5000).astype(np.float32)
    table = table.append_column("prediction", pa.array(rng.choice(list("abc"), 5000)))
    for name, column in zip(["confidence", *"abc"], [shares.max(axis=1), *shares.T], strict=True):
        table = table.append_column(name, pa.array(np.ascontiguousarray(column)))
    made = tmp_path / "made.parquet"
    pq.write_table(table, made, compression="zstd")
    whole, new = result_bytes(rows, 4)
    assert whole == rows.stat().st_size + new
    assert 0.6 < whole / made.stat().st_size < 1.6
    write_file(made, tmp_path / "out.csv", store=store)
    size = (tmp_path / "out.csv").stat().st_size
    assert 0.6 < output_bytes(rows, 4, ".csv") / size < 1.6
    assert output_bytes(rows, 4, ".parquet") == whole


def test_what_an_earlier_run_left_is_not_asked_for_again(rows, tmp_path, free):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    whole, new = result_bytes(rows, 4)
    free(whole + new)
    assert check_result(rows, 4, scratch, doing="Predicting this file") == ""
    free(whole + 1)
    with pytest.raises(InputError, match=r"needs about .* of disk and only .* Nothing was begun"):
        check_result(rows, 4, scratch, doing="Predicting this file")
    (scratch / "chunk").write_bytes(bytes(new))
    assert check_result(rows, 4, scratch, doing="Predicting this file") == ""


def test_a_large_result_is_told(rows, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.data.files.space._LARGE", 1000)
    assert "on disk" in check_result(rows, 4, tmp_path, doing="Predicting this file")


def test_the_written_file_needs_room_too(rows, tmp_path, free):
    output = tmp_path / "out.csv"
    needed = result_bytes(rows, 4)[0] + output_bytes(rows, 4, ".csv")
    free(needed)
    check_written(rows, 4, output, tmp_path)
    free(needed - 1)
    with pytest.raises(InputError, match="Making out.csv needs about"):
        check_written(rows, 4, output, tmp_path)


def test_a_full_disk_is_told_before_any_work(store, dataset, encoder_folder, tmp_path, free):
    model = run(TrainSpec(dataset=dataset.key, encoder=str(encoder_folder)), store=store)
    path = write_csv(tmp_path / "in.csv", labelled_texts(50))
    source = run(SourceSpec(path=str(path)), store=store)
    free(1000)
    with pytest.raises(InputError, match="free some space"):
        run(PredictFileSpec(model=model.key, source=source.key), store=store)
    assert not store.artifacts("predictions")
    assert not list((store.root / "partial").glob("predictions-*"))
