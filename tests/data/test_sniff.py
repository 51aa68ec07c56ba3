"""The way rows are written out is found for any table in any usual dialect."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.encoding import detect
from engine.data.sniff import DELIMITERS, looks_like_header, sniff, unique_names

WORDS = st.sampled_from(
    ["Stocks fell, again", 'He said "no"', "two\nlines", "plain", "a;b|c", "naïve"]
)


@given(
    rows=st.lists(st.tuples(WORDS, WORDS, st.integers(0, 9)), min_size=4, max_size=20),
    mark=st.sampled_from(DELIMITERS),
)
def test_the_delimiter_is_found(rows, mark):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "text", "label"])
    writer.writerows(rows)
    found = sniff(out.getvalue(), whole=True)
    assert (found.delimiter, found.quote, found.header, found.width) == (mark, '"', True, 3)


HEADLINES = st.sampled_from(
    ["Stocks fell, again", 'He said "no", twice', "plain", "and plain", "one, two, three",
     "a line\\ break, so to say", "Halo 2 heads out", 'the "quote" only', "C:\\new, C:\\old"]
)  # fmt: skip


@given(texts=st.lists(HEADLINES, min_size=4, max_size=60), cut=st.integers(0, 9))
def test_one_column_with_commas_in_quotes_is_one_column(texts, cut):
    out = io.StringIO()
    writer = csv.writer(out)  # quotes only what needs it
    writer.writerows([["text"], *([text] for text in texts), ["last, and cut off"]])
    found = sniff(out.getvalue()[: -1 - cut], whole=False, suffix=".csv")
    assert found.width == 1
    assert list(found.reader(io.StringIO(out.getvalue(), newline="")))[1:-1] == [
        [text] for text in texts
    ]


def test_backslash_before_quotes():
    text = "id,text\n" + "".join(f'{i},"she said \\"well, no\\" and left"\n' for i in range(9))
    found = sniff(text, whole=True)
    assert (found.delimiter, found.escape) == (",", "\\")


def test_quotes_that_are_only_text():
    text = "label\ttext\n" + "".join(f'{i}\t"Open quote never closed {i}\n' for i in range(9))
    assert sniff(text, whole=True).quote == ""


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("One line, with a comma.\nAnother line.\nA third, yes, with two.\n" * 5, ".txt"),
        ("Just words here\nand more words\n", ""),
        ("single\n", ".csv"),
    ],
)
def test_prose_is_a_text_a_line(text, suffix):
    assert sniff(text, whole=True, suffix=suffix).delimiter == ""


def test_a_choice_by_hand_is_kept():
    found = sniff("a~b\n1~2\n", whole=True, delimiter="~", header="no")
    assert (found.delimiter, found.header) == ("~", False)


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["Class Index", "Title", "Description"], ["3", "Wall St.", "Short-sellers..."]], True),
        ([["3", "Wall St. Bears", "Short-sellers"], ["3", "Carlyle", "Reuters - ..."]], False),
        ([["text", "label"], ["great", "good"]], True),
        ([["great", "good"], ["awful", "bad"], ["fine", "good"]], False),
        ([["alpha", "beta"], ["1", "x"], ["2", "y"]], True),
        ([["", "text"], ["0", "x"]], True),
        (
            [
                [
                    "A long sentence that is clearly a text of its own and not a name of a column.",
                    "x",
                ]
            ],
            False,
        ),
    ],
)
def test_headers(rows, header):
    assert looks_like_header(rows) is header


@given(st.lists(st.sampled_from(["a", "A", "a_2", "", " a ", "b"]), min_size=1, max_size=8))
def test_names_become_unique_and_filled(names):
    given, notes = unique_names(names)
    assert len({name.lower() for name in given}) == len(names)
    assert all(name.strip() for name in given)
    filled = [name.strip().lower() for name in names if name.strip()]
    assert bool(notes) == (len(set(filled)) < len(filled))


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("plain words\n" * 40, "ascii", {"utf-8"}),
        ("Größe, café, naïve\n" * 40, "utf-8", {"utf-8"}),
        ("Größe, café, naïve – “quoted”\n" * 40, "cp1252", {"cp1252"}),
        ("Größe, café\n" * 40, "utf-8-sig", {"utf-8-sig"}),
        ("Größe, café\n" * 40, "utf-16", {"utf-16"}),
        ("Größe, café\n" * 40, "utf-16-le", {"utf-16-le"}),
        ("Größe, café\n" * 40, "utf-16-be", {"utf-16-be"}),
        ("今天的新闻说市场上涨了很多，大家都很高兴。\n" * 40, "gb18030", {"gb18030"}),
        ("Сегодня рынок вырос, и все очень рады этому.\n" * 40, "cp1251", {"cp1251"}),
    ],
)
def test_encodings(tmp_path, text, encoding, found):
    path = tmp_path / "text"
    path.write_bytes(text.encode(encoding))
    assert detect(path) in found
