"""Dates become periods, periods shares, and a curve through them says what rises and falls."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.errors import InputError
from engine.topics.views.periods import (
    MOST,
    UNITS,
    Periods,
    date_columns,
    dates_of,
    handy_unit,
    periods,
)
from engine.topics.views.trends import Trends, slopes, trends

DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}
DAY = np.datetime64("2020-01-01", "us")


def _dates(*texts):
    return np.array(texts, dtype="datetime64[us]")


def _years(b, each):
    """Periods of `b` years with `each` documents."""
    codes = np.repeat(np.arange(b, dtype=np.int32), each)
    names = tuple(str(2000 + n) for n in range(b))
    return Periods("year", codes, names, 2000.5 + np.arange(b))


@pytest.mark.parametrize(
    ("unit", "name"),
    [("day", "2021-05-06"), ("week", "2021-05-03"), ("month", "2021-05"), ("quarter", "2021 Q2"),
     ("year", "2021")],
)  # fmt: skip
def test_a_date_is_in_the_period_that_holds_it(unit, name):
    found = periods(_dates("2021-05-06T17:00", "2021-05-06T23:59:59"), unit)
    assert found.names == (name,)
    assert found.codes.tolist() == [0, 0]


def test_a_week_begins_on_monday():
    found = periods(_dates("2021-05-09T23:00", "2021-05-10T00:00"), "week")  # Sunday, Monday
    assert found.names == ("2021-05-03", "2021-05-10")


def test_periods_without_a_document_are_there_and_no_date_is_in_none():
    found = periods(_dates("2020-02-29", "NaT", "2020-05-01"), "month")
    assert found.names == ("2020-02", "2020-03", "2020-04", "2020-05")
    assert found.codes.tolist() == [0, -1, 3]
    assert found.undated == 1


@settings(deadline=None)
@given(
    st.sampled_from([200, 30_000]).flatmap(
        lambda reach: st.lists(st.integers(-reach, reach), min_size=1, max_size=60)
    ),
    st.sampled_from(UNITS),
)
def test_later_dates_are_never_in_an_earlier_period(days, unit):
    dates = DAY + np.sort(np.array(days)).astype("timedelta64[D]")
    assume(np.ptp(days) < 0.9 * MOST * DAYS[unit])
    found = periods(dates, unit)
    kept = found.codes[found.codes >= 0]
    assert (np.diff(kept) >= 0).all()
    assert (np.diff(found.middles) > 0).all()
    assert len(found.names) == len(set(found.names)) <= MOST
    assert found.left_out == int((found.codes < 0).sum())


def test_one_stray_date_does_not_squeeze_the_others():
    dates = np.concatenate([DAY + np.arange(1000).astype("timedelta64[D]"), _dates("1900-01-01")])
    found = periods(dates, "week")
    assert 1 <= found.left_out <= 12  # the stray, and up to half a per cent at each end
    assert 140 <= len(found.names) <= 143
    assert found.names[0] >= "2019-12-30"


@pytest.mark.parametrize(
    ("days", "each", "unit"),
    [(30, 40, "day"), (300, 5, "week"), (300, 2, "month"), (3000, 1, "quarter"),
     (30_000, 1, "year"), (10, 1, "year")],
)  # fmt: skip
def test_the_handy_unit_is_fine_but_not_empty(days, each, unit):
    dates = np.repeat(DAY + np.arange(days).astype("timedelta64[D]"), each)
    assert handy_unit(dates) == unit


def test_too_many_periods_are_refused_with_the_way_out():
    dates = DAY + np.arange(2000).astype("timedelta64[D]")
    with pytest.raises(InputError, match="days are too many to see; choose a longer period"):
        periods(dates, "day")


def test_without_dates_it_says_so():
    with pytest.raises(InputError, match="None of these documents has a date"):
        periods(_dates("NaT", "NaT"))


def test_columns_are_read_as_dates_or_refused(tmp_path):
    rows, source = tmp_path / "rows.parquet", tmp_path / "source.parquet"
    pq.write_table(pa.table({"row": [2, 0, 1], "date": _dates("2020-01-01", "NaT", "NaT")}), rows)
    pq.write_table(
        pa.table(
            {
                "row": [0, 1, 2],
                "when": ["3 May 2019", None, "1 June 2020"],
                "name": ["ann", "bob", "cy"],
                "price": ["1990", "12", "7"],
                "seconds": ["1577836800", "1577836801", "1577836802"],
            }
        ),
        source,
    )
    assert date_columns(source) == ["when"]
    assert dates_of(rows, "when", source=source).astype("datetime64[D]").astype(str).tolist() == [
        "2020-06-01", "2019-05-03", "NaT",
    ]  # fmt: skip
    assert np.isnat(dates_of(rows)).tolist() == [False, True, True]
    with pytest.raises(InputError, match="'name' do not read as dates"):
        dates_of(rows, "name", source=source)
    with pytest.raises(InputError, match="no column 'nothing'"):
        dates_of(rows, "nothing", source=source)


@settings(deadline=None)
@given(
    arrays(np.int32, 80, elements=st.integers(-1, 3)),
    arrays(np.int32, 80, elements=st.integers(-1, 4)),
)
def test_counts_and_shares_add_up(assigned, codes):
    ids = np.array([3, 0, 2], dtype=np.int32)
    found = trends(assigned, ids, Periods("year", codes, tuple("abcde"), np.arange(5.0)))
    for k, number in enumerate(ids):
        for b in range(5):
            assert found.counts[k, b] == ((assigned == number) & (codes == b)).sum()
    full = found.totals > 0
    assert (found.shares[:, full].sum(axis=0) <= 1 + 1e-9).all()
    assert np.isnan(found.shares[:, ~full]).all()
    assert (found.low[:, full] <= found.shares[:, full]).all()
    assert (found.high[:, full] >= found.shares[:, full]).all()


def _counted(counts, totals):
    """Trends of topics of which `counts` (k, b) are among the `totals` (b,) of each period."""
    counts, totals = np.atleast_2d(counts), np.asarray(totals)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    return Trends(counts, totals, shares, shares, shares)


def test_a_rise_is_found_as_it_is():
    share = 1 / (1 + np.exp(2.2 - 0.52 * np.arange(6)))  # from 10 % to 60 %
    rising = np.round(100_000 * share).astype(int)
    found = slopes(_counted([100_000 - rising, rising], np.full(6, 100_000)), np.arange(6.0))
    assert found.first == pytest.approx([1 - share[0], share[0]], abs=1e-4)
    assert found.last == pytest.approx([1 - share[-1], share[-1]], abs=1e-4)
    assert found.change == pytest.approx([share[0] - share[-1], share[-1] - share[0]], abs=1e-4)
    assert [found.direction(n) for n in range(2)] == [-1, 1]
    assert found.low[1] < share[-1] - share[0] < found.high[1]


def test_a_share_never_begins_below_none_however_steeply_it_rises():
    """As where most documents are of the last years, which a straight line would follow."""
    totals = np.array([10, 10, 10, 20, 50, 200, 800, 2000])
    found = slopes(_counted([0, 0, 0, 0, 1, 10, 90, 420], totals), np.arange(8.0))
    assert 0 <= found.first[0] < 0.01
    assert found.last[0] == pytest.approx(0.21, abs=0.02)
    assert found.change[0] == found.last[0] - found.first[0]
    assert found.direction(0) == 1


@settings(deadline=None)
@given(
    arrays(np.int64, 7, elements=st.integers(0, 500)),
    arrays(np.float64, (4, 7), elements=st.floats(0, 1)),
)
def test_the_curve_stays_between_none_and_all(totals, shares):
    assume((totals > 0).sum() >= 3)
    found = slopes(_counted(np.floor(shares * totals).astype(int), totals), np.arange(7.0))
    for curve in (found.first, found.last, found.p):
        assert ((curve >= 0) & (curve <= 1)).all()
    assert (np.abs(found.change) <= 1).all()
    assert (found.low <= found.change).all()
    assert (found.change <= found.high).all()
    for n in range(4):  # what is called rising or falling has an interval that says so
        assert found.direction(n) == 0 or found.low[n] * found.high[n] > 0


def test_it_is_the_curve_and_the_test_that_others_compute():
    from scipy import stats
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x, totals = np.arange(9.0), rng.integers(50, 400, 9)
    # Smoother than chance, so that the dispersion is 1.
    counts = np.round(totals / (1 + np.exp(2 - 0.02 * x))).astype(int)
    found = slopes(_counted(counts, totals), x)
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(
        np.tile(x, 2)[:, None], np.repeat([1, 0], 9), np.concatenate([counts, totals - counts])
    )
    ends = fit.predict_proba(x[[0, -1], None])[:, 1]
    assert (found.first[0], found.last[0]) == pytest.approx(ends, abs=1e-3)
    of_all = np.repeat(np.tile(x, 2), np.concatenate([counts, totals - counts]))
    inside = np.repeat([1, 0], [counts.sum(), (totals - counts).sum()])
    z = np.corrcoef(of_all, inside)[0, 1] * np.sqrt(totals.sum())  # Cochran-Armitage
    assert found.p[0] == pytest.approx(2 * stats.t.sf(abs(z), 7))


def test_turned_about_in_time_what_rose_falls():
    when = _years(8, 300)
    assigned = np.random.default_rng(1).integers(-1, 4, 2400).astype(np.int32)
    ids = np.arange(4, dtype=np.int32)
    ahead = slopes(trends(assigned, ids, when), when.middles)
    back = slopes(trends(assigned[::-1], ids, when), when.middles)
    assert back.change == pytest.approx(-ahead.change)
    assert back.p == pytest.approx(ahead.p)


def test_chance_rarely_rises():
    """Of 200 corpora without any trend, at most one in twenty has one by the test, and some
    noise more."""
    rng = np.random.default_rng(0)
    when, ids = _years(10, 200), np.arange(5, dtype=np.int32)
    wrong = 0
    for _ in range(200):
        assigned = rng.integers(0, 5, 2000).astype(np.int32)
        found = slopes(trends(assigned, ids, when), when.middles)
        wrong += any(found.direction(n) for n in range(5))
    assert wrong <= 20


def test_shares_that_jump_about_are_no_trend():
    """A topic that is everywhere or nowhere by turns differs from period to period far beyond
    counting, which is not the same as rising."""
    when = _years(9, 2000)
    share = np.array([0.5, 0.1, 0.5, 0.1, 0.6, 0.1, 0.5, 0.1, 0.55])
    assigned = (np.arange(2000)[None] < (2000 * share)[:, None]).ravel().astype(np.int32)
    found = slopes(trends(assigned, np.array([1], dtype=np.int32), when), when.middles)
    assert found.direction(0) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2))
def test_two_periods_are_no_trend(b):
    when = _years(b, 50)
    assigned = np.zeros(50 * b, dtype=np.int32)
    found = slopes(trends(assigned, np.array([0], dtype=np.int32), when), when.middles)
    assert np.isnan(found.change).all()
    assert found.direction(0) == 0
