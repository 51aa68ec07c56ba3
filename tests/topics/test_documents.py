"""What a person reads of a document, what its columns say, and finding it by its words."""

import csv
import io
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import InputError
from engine.topics.columns import column, columns_of
from engine.topics.documents import documents, link_of, titles
from engine.topics.search import nearest, with_words, words_of
from engine.topics.table import csv_of, table_of
from engine.topics.topics import Topic, Topics

N = 40


@pytest.fixture
def files(tmp_path):
    """A dataset of every second row of a file, the last first, and that file."""
    source, rows = tmp_path / "source.parquet", tmp_path / "rows.parquet"
    pq.write_table(
        pa.table(
            {
                "id": [f"2103.{n:05}" if n % 4 else "" for n in range(2 * N)],
                "kind": [["a", "b", None][n % 3] for n in range(2 * N)],
                "score": [n / 2 for n in range(2 * N)],
                "written": [str(n) if n % 2 else "" for n in range(2 * N)],
                "when": pa.array([datetime(2000 + n % 20, 1, 1) for n in range(2 * N)]),
                "parts": [[n] for n in range(2 * N)],
                "topic": ["theirs"] * 2 * N,
                "many": [f"value number {n}" for n in range(2 * N)],
            }
        ),
        source,
    )
    at = list(range(2 * N - 2, -1, -2))
    pq.write_table(
        pa.table(
            {
                "row": pa.array(at, pa.int64()),
                "text": [f"Text {n}. Robots\nlearn to walk in house {n}" for n in at],
                "title": [None if n % 3 else f"Title {n}" for n in at],
                "label": ["x" if n % 4 else None for n in at],
                "date": pa.array([datetime(2020, 1, 1)] * N, pa.timestamp("us")),
                "split": ["train"] * N,
                "group": pa.array(range(N), pa.int64()),
            }
        ),
        rows,
        row_group_size=7,
    )
    return rows, source, at


def test_documents_come_in_the_order_asked_for(files):
    rows, source, at = files
    found = documents(rows, [5, 1, 39], source=source)
    assert [one.place for one in found] == [5, 1, 39]
    assert [one.text for one in found] == [f"Text {at[p]}. Robots\nlearn to walk in house {at[p]}"
                                           for p in (5, 1, 39)]  # fmt: skip
    assert found[2].title == "Title 0"
    assert found[1].title == f"Text {at[1]}. Robots learn to walk in house {at[1]}"
    assert found[0].link == ("" if at[5] % 4 == 0 else f"https://arxiv.org/abs/2103.{at[5]:05}")
    assert documents(rows, []) == []
    assert documents(rows, [1])[0].link == ""


def test_titles_fall_back_on_the_text(files):
    rows, _, at = files
    found = titles(rows).to_pylist()
    assert len(found) == N
    for n, title in zip(at, found, strict=True):
        assert title.startswith(f"Text {n}." if n % 3 else f"Title {n}")


@pytest.mark.parametrize(
    ("row", "link"),
    [
        ({"id": "0704.0001"}, "https://arxiv.org/abs/0704.0001"),
        ({"ID": "hep-th/9901001"}, "https://arxiv.org/abs/hep-th/9901001"),
        ({"id": "math.GT/0309136v2"}, "https://arxiv.org/abs/math.GT/0309136v2"),
        ({"id": 17, "doi": "10.1000/xyz 1"}, ""),
        ({"id": 17, "doi": "doi:10.1000/xyz"}, "https://doi.org/10.1000/xyz"),
        ({"url": "https://example.org/a?b=c"}, "https://example.org/a?b=c"),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": None, "title": "https://example.org"}, ""),
        ({}, ""),
    ],
)
def test_links_lead_only_where_they_should(row, link):
    assert link_of(row) == link


def test_columns_follow_the_documents(files):
    rows, source, at = files
    assert "parts" not in columns_of(source)
    kind = column(rows, "kind", source=source)
    assert kind.kind == "category"
    assert kind.values.tolist() == [["a", "b", None][n % 3] for n in at]
    score = column(rows, "score", source=source)
    assert (score.kind, score.values.tolist()) == ("number", [n / 2 for n in at])
    when = column(rows, "when", source=source)
    assert when.kind == "date"
    assert when.values[0] == np.datetime64(datetime(2000 + at[0] % 20, 1, 1))
    assert column(rows, "label").values.tolist() == ["x" if n % 4 else None for n in at]


def test_numbers_written_as_text_are_numbers(tmp_path):
    rows = tmp_path / "rows.parquet"
    cells = [str(n * 1.5) for n in range(30)] + ["", None]
    pq.write_table(pa.table({"row": range(32), "price": cells}), rows)
    found = column(rows, "price")
    assert found.kind == "number"
    assert found.values[:3].tolist() == [0, 1.5, 3]
    assert np.isnan(found.values[30:]).all()


def test_columns_that_tell_nothing_are_refused(files, tmp_path):
    rows, source, _ = files
    with pytest.raises(InputError, match="no column 'nope'"):
        column(rows, "nope", source=source)
    long = tmp_path / "long.parquet"
    pq.write_table(pa.table({"row": range(300), "many": [f"v {n}" for n in range(300)]}), long)
    with pytest.raises(InputError, match="'many'"):
        column(long, "many")


def test_words_are_found_in_any_case_and_all_of_them(files):
    rows, _, at = files
    everywhere = with_words(rows, "ROBOTS walk")
    assert everywhere.tolist() == list(range(N))
    one = with_words(rows, f'"house {at[3]}"')
    assert 3 in one.tolist()
    assert all(f"house {at[3]}" in f"house {at[p]}" for p in one.tolist())
    assert with_words(rows, "100% robots").tolist() == []
    assert with_words(rows, "'; DROP").tolist() == []
    assert with_words(rows, '"Title 0"').tolist() == [39]


def test_a_phrase_in_quotes_stays_whole():
    assert words_of(' deep "neural  nets" x ') == ["deep", "neural  nets", "x"]
    for phrase in ("", '  ""  '):
        with pytest.raises(InputError, match="type a word"):
            words_of(phrase)


def test_nearest_are_those_of_the_largest_cosine():
    vectors = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    wanted = vectors[17] * 3
    places, scores = nearest(vectors, wanted, most=5)
    true = vectors @ wanted / np.linalg.norm(vectors, axis=1) / np.linalg.norm(wanted)
    assert places.tolist() == np.argsort(-true)[:5].tolist()
    assert places[0] == 17
    assert scores == pytest.approx(true[places], abs=1e-5)
    assert len(nearest(vectors[:3], wanted, most=50)[0]) == 3
    with pytest.raises(InputError, match="different encoders"):
        nearest(vectors, np.ones(9, dtype=np.float32), most=5)


def test_the_table_of_a_choice_brings_the_columns_of_the_file(files):
    rows, source, at = files
    topics = Topics(
        np.array([3] * 10 + [-1] * 30, dtype=np.int32),
        np.linspace(0, 1, N).astype(np.float32),
        (Topic(3, 10, (("robot", 1.0),), "Robots"),),
        np.ones((1, 4), dtype=np.float32),
    )
    places = np.array([12, 2])
    found = table_of(topics, places, rows=rows, source=source).to_pylist()
    assert [row["topic"] for row in found] == [-1, 3]
    assert [row["topic_name"] for row in found] == ["", "Robots"]
    assert [row["topic_in_file"] for row in found] == ["theirs", "theirs"]
    assert [row["score"] for row in found] == [at[12] / 2, at[2] / 2]
    text = csv_of(topics, places, rows=rows, source=source).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["parts"] for row in read] == [f"[{at[12]}]", f"[{at[2]}]"]
    own = table_of(topics, places, rows=rows).to_pylist()
    assert own[1]["text"].startswith(f"Text {at[2]}.")
