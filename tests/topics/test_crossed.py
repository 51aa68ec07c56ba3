"""Topics against categories: counts add up, shares are shares, chance is chance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.topics.views.crossed import (
    MOST,
    Categories,
    categories_of,
    category_columns,
    crossed,
)

IDS = np.array([2, 0, 5], dtype=np.int32)


def _file(path, values):
    pq.write_table(pa.table({"row": range(len(values)), "label": pa.array(values)}), path)
    return path


@settings(deadline=None)
@given(
    arrays(np.int32, 60, elements=st.integers(-1, 5)),
    arrays(np.int32, 60, elements=st.integers(-1, 2)),
)
def test_every_document_with_a_category_is_counted_once(assigned, codes):
    found = crossed(assigned, IDS, Categories(codes, ("a", "b", "c")))
    assert found.counts.sum() + found.outside.sum() == (codes >= 0).sum()
    assert (found.outside >= 0).all()
    assert (found.in_category.sum(axis=0) <= 1 + 1e-9).all()
    rows = found.in_topic.sum(axis=1)
    assert np.isclose(rows, np.where(found.counts.sum(axis=1) > 0, 1, 0)).all()
    known = np.isfinite(found.purity)
    assert (found.purity[known] == found.in_topic.max(axis=1)[known]).all()
    assert np.isfinite(found.beyond_chance).all()


def test_adjusted_residuals_of_a_two_by_two_table_are_the_root_of_chi_squared():
    from scipy.stats import chi2_contingency

    table = np.array([[30, 10], [20, 40]])
    assigned = np.repeat([0, 0, 1, 1], table.ravel()).astype(np.int32)
    codes = np.repeat([0, 1, 0, 1], table.ravel()).astype(np.int32)
    found = crossed(assigned, np.array([0, 1], dtype=np.int32), Categories(codes, ("a", "b")))
    chi = chi2_contingency(table, correction=False)[0]
    assert found.beyond_chance**2 == pytest.approx(np.full((2, 2), chi))
    assert np.sign(found.beyond_chance).tolist() == [[1, -1], [-1, 1]]


def test_categories_come_largest_first_and_empty_cells_have_none(tmp_path):
    rows = _file(tmp_path / "a.parquet", ["b", "a", " ", "a", None, ""])
    found = categories_of(rows)
    assert found.names == ("a", "b")
    assert found.codes.tolist() == [1, 0, -1, 0, -1, -1]
    assert not found.others


def test_beyond_two_hundred_the_rest_is_one(tmp_path):
    values = [f"c{n:03}" for n in range(250) for _ in range(3 if n < 199 else 2)]
    found = categories_of(_file(tmp_path / "a.parquet", values))
    assert len(found.names) == MOST
    assert found.others
    assert found.names[-1] == "51 others"
    assert (found.codes == MOST - 1).sum() == 2 * 51


@pytest.mark.parametrize(
    ("values", "sentence"),
    [([None, "", " "], "'label' is empty"),
     ([f"id{n}" for n in range(300)], "'label' has 300 values")],
)  # fmt: skip
def test_columns_that_are_no_categories_are_refused(tmp_path, values, sentence):
    with pytest.raises(InputError, match=sentence):
        categories_of(_file(tmp_path / "a.parquet", values))


def test_columns_with_few_values_are_offered(tmp_path):
    path = tmp_path / "a.parquet"
    n = 400
    table = {
        "row": range(n),
        "shop": ["north", "south"] * (n // 2),
        "stars": [1 + i % 5 for i in range(n)],
        "id": [f"id{i}" for i in range(n)],
        "tags": [["x"]] * n,
    }
    pq.write_table(pa.table(table), path)
    assert category_columns(path, without=("row",)) == ["shop", "stars"]
    assert category_columns(path, without=("row", "shop", "stars", "id")) == []
