"""Trends and two finds of topics compared, by command."""

from __future__ import annotations

import csv

import pytest

from engine.commands import dispatch
from engine.data.spec_dataset import DatasetSpec
from engine.data.spec_source import SourceSpec
from engine.errors import InputError
from engine.settings import settings
from engine.store import default_store
from engine.topics.edit import pending
from engine.topics.edit.edits import Merge
from engine.work import run
from tests.topics.artifacts import topics_artifact

ROWS = 300


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("LIMN_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    default_store.cache_clear()
    yield default_store()
    settings.cache_clear()
    default_store.cache_clear()


@pytest.fixture
def dataset(store, tmp_path):
    path = tmp_path / "dated.csv"
    lines = ["text,day,printed"]
    for n in range(ROWS):
        lines.append(f"some words about number{n},{2015 + n // 60}-03-11,{2000 + n % 3}-01-01")
    path.write_text("\n".join(lines), encoding="utf-8")
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(source=source.key, text=("text",), date="day", near_duplicates="no")
    return run(spec, store=store)


@pytest.fixture
def topics(store, dataset):
    return topics_artifact(store, dataset, topics=4, described=True)


def test_trends_are_told_and_written(topics, tmp_path):
    target = tmp_path / "trends.csv"
    told = dispatch(["topics", "trends", topics.key, "--to", str(target)])
    assert (told["per"], told["first"], told["last"]) == ("year", "2015", "2019")
    assert told["rising"] == told["falling"] == []
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 5
    assert sum(int(row["documents"]) for row in rows) == ROWS - 4
    assert all(float(row["low"]) <= float(row["share"]) <= float(row["high"]) for row in rows)
    with pytest.raises(InputError, match="there already"):
        dispatch(["topics", "trends", topics.key, "--to", str(target)])


def test_another_column_and_period(topics):
    told = dispatch(["topics", "trends", topics.key, "--date", "printed", "--per", "quarter"])
    assert (told["first"], told["last"]) == ("2000 Q1", "2002 Q1")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["--date", "text"], "'text' do not read as dates"),
     (["--date", "price"], "no column 'price'"),
     (["--to", "trends.xlsx"], r"a \.csv file"),
     (["--per", "day"], "days are too many")],
)  # fmt: skip
def test_what_cannot_be_is_said(topics, words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    with pytest.raises(InputError, match=sentence):
        dispatch(["topics", "trends", topics.key, *words])
    assert set(tmp_path.iterdir()) == before


def test_two_finds_are_compared_with_their_edits(store, dataset, topics):
    other = topics_artifact(store, dataset, topics=4, mapped=False)
    told = dispatch(["topics", "compare", topics.key, other.key])
    assert (told["kept"], told["new"], told["stayed"]) == (4, 0, ROWS)
    assert told["ari"] == pytest.approx(1)
    pending.add(store, topics, [Merge(into=(0, 1))])
    told = dispatch(["topics", "compare", topics.key, other.key])
    assert (told["kept"], told["documents"]) == (3, ROWS)
    assert told["stayed"] < ROWS
    back = dispatch(["topics", "compare", other.key, topics.key])
    assert back["kept"] + back["joined"] == 4
    assert back["became"][0]["there"]


def test_strangers_are_not_compared(store, topics, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("text\n" + "\n".join(f"quite other words {n}" for n in range(20)))
    source = run(SourceSpec(path=str(path)), store=store)
    spec = DatasetSpec(source=source.key, text=("text",), near_duplicates="no")
    other = topics_artifact(store, run(spec, store=store))
    with pytest.raises(InputError, match="share no text"):
        dispatch(["topics", "compare", topics.key, other.key])
