"""Words that lead away from a category are those the other categories' texts hold more often."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.explain.what_if.other_words import FEWEST, other_words


@pytest.fixture
def rows(tmp_path):
    texts = [("Great tea, 5 stars", "good")] * 10 + [("Poor TEA", "bad")] * 4
    texts += [("Great box", "bad"), ("odd", "bad"), ("odd", "bad"), ("lost", None)]
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"text": [t for t, _ in texts], "label": [n for _, n in texts]}), path)
    return path


def test_words_of_the_others_are_found_by_their_share_of_texts(rows):
    assert other_words(rows, "good") == {"poor"}  # tea is in all, odd in too few
    assert FEWEST == 3
    assert other_words(rows, "bad") == {"great", "stars", "tea"}


def test_a_category_that_is_not_there_has_all_words_against_it(rows):
    assert "great" in other_words(rows, "neither")
