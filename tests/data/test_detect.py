"""Columns are told apart by what is in them, and the reason can be read."""

import random

import pytest

from engine.data.detect import detect, detect_in
from tests.data.making import source

WORDS = ["the", "market", "rose", "after", "a", "quiet", "week", "in", "which", "few", "bought"]


def sentences(n, words, seed=0):
    pick = random.Random(seed)
    return [" ".join(pick.choices(WORDS, k=words)) + f" {i}" for i in range(n)]


def test_roles_are_found_without_a_preset():
    n = 60
    found = detect_in(
        {
            "uuid": [f"u-{i}" for i in range(n)],
            "Headline": sentences(n, 5),
            "story": sentences(n, 40, seed=1),
            "section": [["art", "food", "law"][i % 3] for i in range(n)],
            "published_at": [f"2024-03-{i % 28 + 1:02d}T10:00:00Z" for i in range(n)],
            "link": [f"https://example.org/{i}" for i in range(n)],
            "price": [str(i) for i in range(n)],
        }
    )
    reading = found.reading
    assert reading.text == ["Headline", "story"]
    assert (reading.title, reading.label, reading.date) == ("Headline", "section", "published_at")
    assert set(found.reasons) == {"text", "title", "label", "date"}
    assert all(reason.endswith(".") for reason in found.reasons.values())


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["2024-01-31", "2023-12-01"], "iso"),
        (["1346976000", "1219017600"], "unix seconds"),
        ([1346976000000], "unix milliseconds"),
        (["Mon, 2 Apr 2007 19:18:42 GMT"], "rfc"),
        (["31/12/2023", "01/02/2024"], "day first"),
        (["12/31/2023", "01/02/2024"], "month first"),
        (["March 4, 2021", "12 Jan 2020"], "written"),
    ],
)
def test_dates_in_many_forms(values, kind):
    found = detect_in({"text": sentences(len(values), 9), "date": values})
    assert found.reading.date == "date"
    assert kind in found.reasons["date"]


def test_numbers_are_no_dates_and_addresses_no_text():
    n = 30
    found = detect_in({"url": [f"https://example.org/a-very-long-address-{i}" for i in range(n)],
                       "amount": [str(700_000_000 + i) for i in range(n)],
                       "note": sentences(n, 4)})  # fmt: skip
    assert found.reading.text == ["note"]
    assert found.reading.date == ""


@pytest.mark.parametrize("columns", [{}, {"a": []}, {"a": [None, None]}, {"n": ["1", "2"]}])
def test_without_text_nothing_is_made_up(columns):
    assert detect_in(columns).reading.text == []


def test_a_single_column_is_the_text():
    assert detect_in({"line": sentences(20, 8)}).reading.text == ["line"]


@pytest.mark.parametrize("name", ["label", "Why"])
def test_long_categories_are_believed_where_the_name_says_so(name):
    long = [f"{which}, because somebody wrote down a whole sentence here" for which in "ABC"]
    found = detect_in({"text": sentences(60, 30), name: [long[i % 3] for i in range(60)]})
    assert found.reading.text == ["text"]
    assert found.reading.label == ("label" if name == "label" else "")


def test_rows_from_all_over_the_file_are_looked_at(tmp_path):
    folder = source(tmp_path, {"text": sentences(900, 8), "label": ["a"] * 600 + ["b"] * 300})
    assert detect(folder / "rows.parquet").reading.label == "label"
