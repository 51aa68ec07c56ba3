"""Charts hold the numbers they were given, whatever the labels are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.classify.remarks import hardest, remarks, worst_cell
from engine.classify.scores import score
from engine.figures.balance import balance_figure
from engine.figures.base import short
from engine.figures.confusion import clicked, confusion_figure
from engine.figures.curves import SHOWN, loss_figure, score_figure
from engine.figures.per_class import per_class_figure
from engine.figures.probabilities import percent, probability_bars

NASTY = "<b onclick=alert(1)>R&D</b> :red[x] $y$"


def _matrix(n, seed=0):
    return np.random.default_rng(seed).integers(0, 50, (n, n)).tolist()


@pytest.mark.parametrize("n", [2, 4, 14, 30])
@pytest.mark.parametrize("shares", [False, True])
def test_every_cell_of_a_confusion_can_be_clicked(n, shares):
    labels = [f"label {i}" for i in range(n)]
    figure = confusion_figure(_matrix(n), labels, shares=shares, chosen=(0, 1))
    targets = figure.data[-1]
    assert len(targets.x) == n * n
    for place, (x, y) in enumerate(zip(targets.x, targets.y, strict=True)):
        assert clicked([{"point_index": place, "curve_number": len(figure.data) - 1}], n) == (y, x)
    hits, mistakes = figure.data[:2]
    assert (np.isnan(hits.z) == ~np.eye(n, dtype=bool)).all()
    assert (np.isnan(mistakes.z) == np.eye(n, dtype=bool)).all()
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, -0.5, 0.5)


@given(st.lists(st.dictionaries(st.sampled_from(["point_index", "x"]), st.integers(-5, 50))))
def test_a_click_is_a_cell_or_nothing(points):
    cell = clicked(points, 3)
    assert cell is None or all(0 <= place < 3 for place in cell)


def test_the_same_matrix_gives_the_same_figure():
    one, two = (confusion_figure(_matrix(4), list("abcd"), dark=True).to_json() for _ in range(2))
    assert one == two


def test_an_empty_row_is_drawn():
    figure = confusion_figure([[0, 0], [1, 3]], ["a", "b"], shares=True)
    assert figure.data[0].z[0][0] == 0.0


def test_labels_are_text_and_not_tags():
    assert "<b" not in short(NASTY, 100)
    for figure in (
        confusion_figure(_matrix(2), [NASTY, "b"]),
        balance_figure({NASTY: {"train": 3, "validation": 1, "test": 1}}),
    ):
        assert "<b onclick" not in figure.to_json().replace("\\u003c", "<")
    html = probability_bars([(NASTY, 0.7), ("<script>alert(1)</script>", 0.3)], [NASTY])
    assert "<script" not in html
    assert "<b " not in html


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_bars_show_every_share_or_sum_the_rest(shares):
    labels = [f"c{n}" for n in range(len(shares))]
    html = probability_bars(list(zip(labels, shares, strict=True)), labels, most=12)
    assert html.count('role="listitem"') == min(len(shares), 12) + (len(shares) > 12)


@given(st.floats(0, 1))
def test_nothing_is_certain(share):
    told = percent(share)
    assert told not in ("0 %", "100 %")
    assert told.endswith("%")


def test_curves_draw_what_there_is():
    points = [
        {"step": 0.0, "validation_loss": 1.0, "validation_macro_f1": 0.4},
        {"step": 5.0, "validation_loss": 0.7, "validation_macro_f1": 0.6, "train_loss": 0.9},
        {"step": 9.0, "validation_loss": 0.8, "validation_macro_f1": 0.5, "train_loss": 0.2},
    ]
    training, validation = loss_figure(points, kept=5.0).data
    assert list(training.x) == [5.0, 9.0]
    assert list(validation.y) == [1.0, 0.7, 0.8]
    assert list(score_figure(points).data[0].y) == [0.4, 0.6, 0.5]
    assert loss_figure([]).data


@pytest.mark.parametrize("metric", ["macro_f1", "accuracy", "balanced_accuracy", "loss"])
def test_the_look_that_was_kept_is_marked_and_what_it_was_judged_by_is_drawn(metric):
    values = {f"validation_{name}": [0.4, 0.6, 0.5] for name in (*SHOWN, "loss")}
    values[f"validation_{metric}"] = [0.3, 0.2, 0.9]
    points = [{"step": float(n), **{name: line[n] for name, line in values.items()}}
              for n in range(3)]  # fmt: skip
    for figure in (loss_figure(points, kept=0.0), score_figure(points, kept=0.0, metric=metric)):
        assert [line.x0 for line in figure.layout.shapes] == [0.0]
        assert figure.layout.shapes[0].name == "kept: step 0"
    first = score_figure(points, metric=metric).data[0]
    assert first.name == SHOWN.get(metric, "macro-F1")
    assert first.line.dash == "solid"
    assert list(first.y) == ([0.4, 0.6, 0.5] if metric == "loss" else [0.3, 0.2, 0.9])
    assert not score_figure(points, metric=metric).layout.shapes


def _scores(n_rows=60, n=3, seed=0):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(n), n_rows).astype(np.float32)
    targets = rng.integers(0, n, n_rows)
    return score(targets, shares, tuple(f"c{i}" for i in range(n)), resamples=50)


def test_intervals_reach_from_their_value():
    scores = _scores()
    for trace, measure in zip(
        per_class_figure(scores["per_class"]).data, ("precision", "recall", "f1"), strict=True
    ):
        for i, one in enumerate(scores["per_class"].values()):
            low, high = one[f"{measure}_interval"]
            assert trace.x[i] + trace.error_x.array[i] == pytest.approx(max(high, one[measure]))
            assert trace.x[i] - trace.error_x.arrayminus[i] == pytest.approx(min(low, one[measure]))


def test_balance_sums_the_rest():
    counts = {f"c{n}": {"train": n, "validation": 1, "test": 2} for n in range(20)}
    figure = balance_figure(counts, most=5)
    assert sum(sum(bar.x) for bar in figure.data) == sum(sum(c.values()) for c in counts.values())
    assert len(figure.data[0].x) == 6


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(0, 1000))
def test_the_worst_cell_is_a_most_frequent_mistake(n, seed):
    matrix = _matrix(n, seed)
    true, said = worst_cell(matrix)
    wrong = [matrix[i][j] for i in range(n) for j in range(n) if i != j]
    assert (true, said) == (0, 0) if not any(wrong) else matrix[true][said] == max(wrong)
    assert len(hardest(matrix, 3)) == min(n, 3)


def test_a_model_no_better_than_guessing_is_told_so():
    told = " ".join(remarks({**_scores(), "split": "validation"}, {"stopped_at": 5, "epochs": 0.5}))
    assert "no better than" in told
    assert "validation rows" in told
    assert "stopped after 5 steps" in told
    scores = {**_scores(), "split": "test", "rows": 5000, "accuracy_interval": [0.9, 0.95]}
    scores |= {"majority": 0.3, "ece": 0.01}
    scores["per_class"] = {"a": {"support": 2500}, "b": {"support": 2500}}
    assert remarks(scores, {}) == []


def test_counted_words_that_do_as_well_are_told():
    scores = {**_scores(), "split": "test", "accuracy_interval": [0.8, 0.9], "majority": 0.4}
    assert "TF-IDF" in " ".join(remarks(scores, {}, {"accuracy": 0.81}))
    assert "TF-IDF" not in " ".join(remarks(scores, {}, {"accuracy": 0.79}))
    assert "validation rows" not in " ".join(remarks({**scores, "split": "validation"},
                                                     {"seen": 0}))  # fmt: skip


def test_long_labels_stay_apart_and_within_their_length():
    from engine.figures.base import short

    made = [short(f"category number {n}", 16) for n in range(60)]
    assert len(set(made)) == 60
    assert all(len(one) <= 16 for one in made)
    assert short("Sports") == "Sports"
