"""Predicted rows in, a file in one of three formats out: exact, whole, no formulas."""

from __future__ import annotations

import csv
import errno
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.files import write as module
from engine.data.files.write import check_output, tame, write_file
from engine.errors import InputError
from engine.store import Store

AWKWARD = [
    "=1+1",
    "@cmd",
    "-5",
    "+3.5",
    "-5 degrees",
    "\tx",
    'a "q", b\nc',
    "",
    None,
    "🙂",
    "x\x00y",
]


@pytest.fixture
def rows(tmp_path):
    n = len(AWKWARD)
    table = pa.table(
        {
            "=text": AWKWARD,
            "when": [datetime(2024, 5, 1, 12, tzinfo=UTC)] * n,
            "score": pa.array([0.25] * (n - 1) + [None], pa.float32()),
            "count": list(range(n)),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(rows, tmp_path, store):
    write_file(rows, tmp_path / "out.csv", store=store)
    assert (tmp_path / "out.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        out = list(csv.reader(file))
    assert out[0] == ["'=text", "when", "score", "count"]
    cells = [row[0] for row in out[1:]]
    assert cells[:6] == ["'=1+1", "'@cmd", "-5", "+3.5", "'-5 degrees", "'\tx"]
    assert cells[6] == AWKWARD[6]
    assert [float(row[2]) for row in out[1:-1]] == [0.25] * (len(AWKWARD) - 1)
    assert out[-1][2] == ""


def test_parquet_is_exact(rows, tmp_path, store):
    write_file(rows, tmp_path / "out.parquet", store=store)
    assert pq.read_table(tmp_path / "out.parquet").equals(pq.read_table(rows))


def test_excel_keeps_texts_as_texts(rows, tmp_path, store):
    write_file(rows, tmp_path / "out.xlsx", store=store)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    first = [sheet.cell(r, 1) for r in range(2, len(AWKWARD) + 2)]
    assert sheet.cell(1, 1).value == "=text"
    assert all(cell.data_type != "f" for cell in [*first, sheet.cell(1, 1)])
    values = [cell.value for cell in first]
    assert values[:5] == AWKWARD[:5]
    assert values[-1] == "xy"  # XML cannot hold the rest
    assert sheet.cell(2, 2).value == datetime(2024, 5, 1, 12)
    assert sheet.cell(2, 3).value == 0.25


def test_a_text_that_excel_cannot_hold_is_cut_and_ends_so(tmp_path, store):
    pq.write_table(pa.table({"t": ["x" * 40_000]}), tmp_path / "rows.parquet")
    write_file(tmp_path / "rows.parquet", tmp_path / "out.xlsx", store=store)
    value = openpyxl.load_workbook(tmp_path / "out.xlsx").active.cell(2, 1).value
    assert len(value) == 32_767
    assert value.endswith("x…")


def test_more_rows_than_excel_holds_is_a_sentence(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "EXCEL_ROWS", 5)
    with pytest.raises(InputError, match=r"Excel holds 5 rows.*there are 11.*\.csv or \.parquet"):
        check_output(rows, tmp_path / "out.xlsx")
    check_output(rows, tmp_path / "out.csv")


def test_a_wrong_ending_or_folder_is_a_sentence(rows, tmp_path):
    with pytest.raises(InputError, match=r"must end in \.csv, \.parquet or \.xlsx"):
        check_output(rows, tmp_path / "out.docx")
    with pytest.raises(InputError, match="no folder"):
        check_output(rows, tmp_path / "missing" / "out.csv")


def test_a_full_disk_leaves_the_earlier_output_as_it_was(rows, store, tmp_path, monkeypatch):
    output = tmp_path / "out" / "out.csv"
    output.parent.mkdir()
    output.write_text("earlier")

    def full(source, target):  # another disk: a copy, which ends half way
        Path(target).write_bytes(Path(source).read_bytes()[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.move", full)
    with pytest.raises(OSError, match="No space"):
        write_file(rows, output, store=store)
    assert output.read_text() == "earlier"
    assert list(output.parent.iterdir()) == [output]


def test_nothing_half_made_when_it_breaks(rows, store, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "tame", lambda column: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_file(rows, tmp_path / "out.csv", store=store)
    assert not (tmp_path / "out.csv").exists()
    assert not list((store.root / "tmp").iterdir())


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text()), max_size=20))
def test_only_a_mark_is_added_and_no_formula_is_left(texts):
    texts = [t.encode("utf-8", "ignore").decode() if t else t for t in texts]
    out = tame(pa.chunked_array([pa.array(texts, pa.string())])).to_pylist()
    for before, after in zip(texts, out, strict=True):
        if before is None:
            assert after is None
            continue
        assert after in (before, f"'{before}")
        if after[:1] in ("=", "+", "-", "@", "\t", "\r"):
            assert float(after.rstrip("%").replace(",", "")) is not None  # only a number may


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache")
