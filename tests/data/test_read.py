"""Files in, rows out: nothing is lost silently, order is kept, bad input gets a sentence."""

import csv
import gzip
import io
import json
import lzma
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data import table
from engine.data.duck import raise_if_disk_full
from engine.data.facts import ReadOptions
from engine.data.import_source import build
from engine.data.read import import_file
from engine.data.spec_source import SourceSpec
from engine.errors import Cancelled, InputError
from tests.data.reading import read_bytes, read_path

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NASTY = st.one_of(
    st.sampled_from(
        [
            '"',
            '""',
            "a,b",
            "a;b\tc|d",
            "x\ny",
            "x\r\ny",
            "\\",
            '\\"',
            "#39;",
            "<b>&amp;",
            "0012",
            "NULL",
            "-",
            " lead",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
)
CELLS = st.lists(st.lists(NASTY, min_size=3, max_size=3), min_size=1, max_size=8)


def written(rows, *, mark=",", quoting=csv.QUOTE_ALL, ending="\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, quoting=quoting, lineterminator=ending)
    writer.writerows(rows)
    return out.getvalue()


@SLOW
@given(
    cells=CELLS,
    mark=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_comes_back_cell_for_cell(tmp_path, cells, mark, quoting, ending, encoding):
    text = written([["title", "text", "label"], *cells], mark=mark, quoting=quoting, ending=ending)
    done = read_bytes(
        tmp_path, "rows.csv", text.encode(encoding), delimiter=mark, header="yes", encoding=encoding
    )
    assert done.names == ["title", "text", "label"]
    assert done.rows == [tuple(row) for row in cells]
    assert done.facts.rows == len(cells)
    assert done.facts.skipped_rows == 0


@SLOW
@given(cells=CELLS, bad=st.lists(st.integers(0, 50), max_size=3))
def test_rows_that_do_not_fit_are_counted_and_kept(tmp_path, cells, bad):
    bad = bad[: (len(cells) + 1) // 2 - 1]  # where most rows are long, the table is that wide
    rows = [
        ["title", "text", "label"],
        *([cell.replace("\r", " ").replace("\n", " ") for cell in row] for row in cells),
    ]
    for place in bad:
        rows.insert(1 + place % len(rows), ["one", "two", "three", "four", "five"])
    done = read_bytes(tmp_path, "rows.csv", written(rows).encode(), delimiter=",", header="yes")
    good = [tuple(row) for row in rows[1:] if len(row) == 3]
    assert done.rows == good
    assert done.facts.skipped_rows == len(bad)
    if bad:
        assert all("four" in reject["content"] for reject in done.rejects)


VALUES = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.integers(), max_size=2),
)


@SLOW
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "Text", "n", 'odd "key"', "a.b", "é"]), VALUES, max_size=4
        ),
        min_size=1,
        max_size=8,
    )
)
def test_json_lines_lose_no_value(tmp_path, records):
    if not any(records):
        return
    text = "\n".join(json.dumps(record) for record in records)
    try:
        done = read_bytes(tmp_path, "rows.jsonl", text.encode())
    except InputError as error:
        pytest.fail(str(error))
    assert done.facts.rows == len(records)
    for record, row in zip(records, done.rows, strict=True):
        kept = [value for value in row if value is not None]
        assert len(kept) == sum(value is not None for value in record.values())
        for value in record.values():
            if isinstance(value, str):
                assert value in kept
            elif isinstance(value, list):
                assert json.dumps(value, separators=(",", ":")) in kept
            elif isinstance(value, int) and not isinstance(value, bool):
                assert any(str(value) == str(k) or value == k for k in kept)


def test_one_line_of_json_lines_is_one_row_though_it_could_be_a_table_of_columns(tmp_path):
    line = b'{"text": ["a", "b"]}'
    assert read_bytes(tmp_path, "one.jsonl", line).facts.rows == 1
    assert read_bytes(tmp_path, "columns.json", line).facts.rows == 2


def test_row_order_and_count_of_a_larger_file(tmp_path):
    n = 120_000
    text = "id,text\n" + "".join(f'{i},"text {i}, with a comma"\n' for i in range(n))
    done = read_bytes(tmp_path, "rows.csv", text.encode())
    assert done.table["id"].to_pylist() == [str(i) for i in range(n)]
    lines = "".join(f'{{"id": {i}, "text": "text {i}"}}\n' for i in range(n))
    done = read_bytes(tmp_path, "rows.jsonl", lines.encode())
    assert done.table["id"].to_pylist() == list(range(n))


def test_a_key_and_a_kind_that_appear_late_are_not_lost(tmp_path):
    lines = (
        "".join(f'{{"n": {i}}}\n' for i in range(3000)) + '{"n": 1.5, "late": "x"}\n{"n": "07"}\n'
    )
    done = read_bytes(tmp_path, "rows.jsonl", lines.encode())
    assert done.names == ["n", "late"]
    assert done.rows[-2:] == [("1.5", "x"), ("07", None)]


def test_broken_json_lines_are_set_aside(tmp_path):
    content = b'{"text": "a"}\n{"text": "b\n[1]\nwords\n{"text": "c"}\n'
    done = read_bytes(tmp_path, "rows.json", content)
    assert done.table["text"].to_pylist() == ["a", "c"]
    assert [reject["line"] for reject in done.rejects] == [2, 3, 4]
    assert "3 lines" in done.facts.notes[-1]


@pytest.mark.parametrize(
    "document",
    [
        [{"text": "a", "n": 1}, {"text": "b", "n": 2}],
        {"text": ["a", "b"], "n": [1, 2]},
        {"meta": {"v": 1}, "data": [{"text": "a", "n": 1}, {"text": "b", "n": 2}]},
        {"text": {"0": "a", "1": "b", "2": "c"}, "n": {"0": 1, "1": 2, "2": 3}},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_documents(tmp_path, document, indent):
    done = read_bytes(tmp_path, "rows.json", json.dumps(document, indent=indent).encode())
    assert done.names == ["text", "n"]
    assert done.rows[:2] == [("a", 1), ("b", 2)]


PACK = {"gz": gzip.compress, "xz": lzma.compress}


@pytest.mark.parametrize("kind", ["gz", "xz", "zip", "zst"])
def test_packed_tables(tmp_path, kind):
    text = b"text,label\n" + b"a nice text,good\n" * 200
    path = tmp_path / f"rows.csv.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("rows.csv", text)
    elif kind == "zst":
        with pa.OSFile(str(path), "wb") as raw, pa.CompressedOutputStream(raw, "zstd") as out:
            out.write(text)
    else:
        path.write_bytes(PACK[kind](text))
    done = read_path(path)
    assert (done.facts.rows, done.facts.format, done.names) == (200, "csv", ["text", "label"])


def test_parquet_keeps_types_and_flattens_nested(tmp_path):
    source = pa.table(
        {
            "text": ["a", None],
            "n": pa.array([1, 2], pa.int16()),
            "tags": [["x"], []],
            "s": [{"k": 1}, None],
        }
    )
    path = tmp_path / "rows.parquet"
    pq.write_table(source, path)
    done = read_path(path)
    assert done.rows == [("a", 1, '["x"]', '{"k":1}'), (None, 2, "[]", None)]


def test_damaged_parquet(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    raw = path.read_bytes()
    for content in (raw[:-200], raw[:4] + bytes(500), raw[:-12] + b"\xff" * 8 + raw[-4:]):
        with pytest.raises(InputError, match=r"Parquet|rows"):
            read_bytes(tmp_path, "bad.parquet", content)


def workbook(path, sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_excel(tmp_path):
    rows = [["text", "score", "mixed"], ["good, really", 5, "x"], ["bad", 1, 2]]
    done = read_path(workbook(tmp_path / "a.xlsx", {"empty": [], "data": rows, "other": [["z"]]}))
    assert done.rows == [("good, really", 5, "x"), ("bad", 1, "2")]
    assert "other" in done.facts.notes[-1]
    renamed = read_bytes(tmp_path, "b.csv", (tmp_path / "a.xlsx").read_bytes())
    assert renamed.rows == done.rows


def test_excel_with_a_password_or_damage(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)
    with pytest.raises(InputError, match=r"workbook|password"):
        read_bytes(tmp_path, "a.xlsx", ole)


def test_plain_text(tmp_path):
    done = read_bytes(tmp_path, "a.txt", b"One, two.\n\nThree.\r\nFour; five.")
    assert done.names == ["text"]
    assert done.rows == [("One, two.",), ("Three.",), ("Four; five.",)]


def test_ag_news_without_a_header(tmp_path):
    content = b'"3","Wall St. Bears","Reuters - Short-sellers, ..."\n"4","Open ""source""","x"\n'
    done = read_bytes(tmp_path, "train.csv", content)
    assert (done.facts.header, done.facts.rows) == (False, 2)
    assert done.names == ["column_1", "column_2", "column_3"]


def test_ragged_rows(tmp_path):
    done = read_bytes(tmp_path, "a.csv", b"a,b\n1\n2,z\n3,4,5\n6,7,\n")
    assert done.rows == [("1", None), ("2", "z"), ("6", "7")]
    assert done.rejects[0]["content"] == "3,4,5"
    assert any("1 row had fewer" in note for note in done.facts.notes)


def test_a_quote_that_never_closes_swallows_no_rows(tmp_path):
    body = [f'{i},"text {i}",x\n' for i in range(200)]
    body[50] = '50,"text 50,x\n'
    done = read_bytes(tmp_path, "a.csv", ("id,text,label\n" + "".join(body)).encode())
    assert done.facts.rows + done.facts.skipped_rows == 200
    assert done.facts.rows >= 199


def test_duplicate_headers_and_stray_bytes(tmp_path):
    done = read_bytes(tmp_path, "a.csv", b"Text,text,\n1,x\0y,z\n2,\xe9,w\n" + b"3,plain,v\n" * 20)
    assert done.names == ["Text", "text_2", "column_3"]
    assert done.facts.rows == 22
    assert done.rows[1][1] == "é"


def test_a_cell_of_ten_megabytes(tmp_path):
    big = "word, and\n" * 1_000_000
    done = read_bytes(tmp_path, "a.csv", written([["a", "b"], ["1", big], ["2", "x"]]).encode())
    assert done.rows == [("1", big), ("2", "x")]
    done = read_bytes(tmp_path, "a.jsonl", (json.dumps({"a": big}) + '\n{"a": "x"}\n').encode())
    assert done.rows == [(big,), ("x",)]


@pytest.mark.parametrize(
    ("name", "content", "options", "words"),
    [
        ("a.csv", b"", {}, "is empty"),
        ("a.csv", b"\n \n", {}, "blank lines"),
        ("a.csv", b"text,label\n", {}, "no rows below"),
        ("a.csv", bytes(range(256)) * 20, {}, "does not hold text"),
        ("a.csv", "Größe,café\n1,2\n".encode("cp1252"), {"encoding": "utf-8"}, "cp1252"),
        ("a.csv", b"a,b\n1,2\n", {"encoding": "klingon"}, "no encoding called"),
        ("a.csv", b"a,b\n1,2\n", {"max_bytes": 4}, "over the limit"),
        ("a.csv.gz", gzip.compress(b"a,b\n" * 9999)[:40], {}, r"cut off|damaged"),
        ("a.json", b'[{"a": 1}, {"a": 2', {}, "not complete JSON"),
        ("a.json", b'{"a": [1, 2], "b": [1]}', {}, "without rows"),
        ("a.tgz", gzip.compress(b"x" * 257 + b"ustar" + bytes(250)), {}, "tar archive"),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path, name, content, options, words):
    with pytest.raises(InputError, match=words) as caught:
        read_bytes(tmp_path, name, content, **options)
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError):
            import_file(path, tmp_path)


@pytest.mark.parametrize(
    "message", ["IO Error: No space left on device", "max_temp_directory_size"]
)
def test_a_full_disk_is_said_in_words(message):
    with pytest.raises(InputError, match="disk is full"):
        raise_if_disk_full(RuntimeError(message))
    with pytest.raises(InputError, match="disk is full"):
        raise_if_disk_full(OSError(28, "No space left on device"))


def test_names_are_data_and_never_sql_or_patterns(tmp_path):
    folder = tmp_path / "it's [1]*"
    folder.mkdir()
    column = 'a"); DROP TABLE x; --'
    done = read_bytes(folder, "b'; [2]?.csv", written([[column, "b'c"], ["1", "2"]]).encode())
    assert done.names == [column, "b'c"]
    found = table.page(done.folder / "rows.parquet", where={column: "1"}, columns=["b'c"])
    assert found.to_pylist() == [{"b'c": "2"}]
    with pytest.raises(InputError, match="no column"):
        table.page(done.folder / "rows.parquet", columns=['b" FROM x'])


def test_pages_samples_and_counts(tmp_path):
    text = "id,text\n" + "".join(f"{i},{'Even' if i % 2 == 0 else ''}\n" for i in range(50_000))
    path = read_bytes(tmp_path, "a.csv", text.encode()).folder / "rows.parquet"
    assert table.page(path, offset=30_000, limit=2)["id"].to_pylist() == ["30000", "30001"]
    assert table.count(path) == 50_000
    assert table.count(path, where={"text": None}) == 25_000
    assert table.count(path, where={"text": table.Contains("eVE"), "id": ["2", "3", "4"]}) == 2
    page = table.page(path, where={"text": "Even"}, offset=1, limit=1, numbered=True)
    assert page.to_pylist() == [{"row": 2, "id": "2", "text": "Even"}]
    assert table.rows(path, [7, 3, 49_999])["id"].to_pylist() == ["7", "3", "49999"]
    one, two = (table.sample(path, 5, seed=seed) for seed in (1, 2))
    assert one.equals(table.sample(path, 5, seed=1))
    assert one["row"].to_pylist() == sorted(one["row"].to_pylist())
    assert one["row"].to_pylist() != two["row"].to_pylist()


class Impatient:
    """Cancels at the first word about how far it is."""

    stop_requested = False

    def stage(self, *args): ...
    def note(self, *args): ...
    def point(self, **values): ...

    def advance(self, n=1):
        raise Cancelled

    at = advance


def test_cancelling_leaves_no_temporary_files(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "some words"}\n' * 300_000)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(Cancelled):
        import_file(path, out, progress=Impatient())
    assert not [p for p in out.iterdir() if p.name.startswith(".import-")]


def test_the_stage_and_its_key(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\tb\n1\t2\n")
    spec = SourceSpec.parse({"path": str(path), "delimiter": "tab"})
    assert spec.delimiter == "\t"
    assert "max_bytes" not in spec.settings()
    assert set(spec.settings()) == {"header", "delimiter", "encoding"}

    class Work:
        out = scratch = tmp_path
        progress = Impatient()

        def file(self, field):
            return path

    Work.progress.advance = Work.progress.at = lambda *_: None
    assert build(spec, Work())["rows"] == 1
    with pytest.raises(InputError):
        SourceSpec.parse({"path": str(path), "delimiter": "ab"})


REAL = Path(os.environ.get("LIMN_REAL_DATA", "/nowhere"))


@pytest.mark.skipif(not REAL.is_dir(), reason="LIMN_REAL_DATA names no folder")
@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("ag_news/train.csv", 3996, 3),
        ("ag_news/train_merged_text.csv", 9434, 2),
        ("amazon_fine_food/Reviews.csv", 6054, 10),
        ("amazon_stars/reviews.csv", 5000, 3),
        ("amazon_domains/reviews.csv.gz", 8000, 4),
        ("arxiv/arxiv-metadata-oai-snapshot.json.gz", 60000, 14),
        ("tweet_rationales/tweets.csv", 8000, 3),
    ],
)
def test_real_files(tmp_path, name, rows, columns):
    facts = import_file(REAL / name, tmp_path, options=ReadOptions())
    assert (facts.rows, facts.columns, facts.skipped_rows) == (rows, columns, 0)
