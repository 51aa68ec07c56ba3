"""The picture of a search: a line for each trial, its heights those of its settings."""

from __future__ import annotations

from engine.figures.parallel import parallel_figure

SETTINGS = [
    {"learning_rate": 1e-5, "epochs": 1, "balance_classes": False, "loss": "focal"},
    {"learning_rate": 1e-3, "epochs": 4, "balance_classes": True, "loss": "cross_entropy"},
    {"learning_rate": 1e-4, "epochs": 2, "balance_classes": True, "loss": "cross_entropy"},
]
NAMES = {"learning_rate": "Learning rate", "epochs": "Epochs", "balance_classes": "Balance",
         "loss": "<b>Loss</b>"}  # fmt: skip


def draw(settings=SETTINGS, scores=(0.2, 0.4, 0.3)):
    return parallel_figure(
        settings, scores, names=NAMES, score_name="Macro-F1", whole=[True, True, False], best=1
    )


def test_every_trial_is_a_line_across_all_axes_and_the_best_lies_on_top():
    lines = draw().data
    assert [len(line.y) for line in lines] == [5, 5, 5]
    assert [line.name for line in lines] == ["trial 3", "trial 1", "trial 2"]
    assert lines[-1].line.width > max(line.line.width for line in lines[:-1])
    assert [line.line.dash for line in lines] == ["dot", "solid", "solid"]
    assert all(0 <= height <= 1 for line in lines for height in line.y)
    assert lines[-1].y[-1] == 1


def test_a_hover_says_the_values_and_names_are_no_markup():
    figure = draw()
    told = {line.name: line.hovertemplate for line in figure.data}
    assert "Balance: no" in told["trial 1"]
    assert "&lt;b&gt;Loss&lt;/b&gt;: focal" in told["trial 1"]
    assert all("<b>" not in text for text in figure.layout.xaxis.ticktext)


def test_equal_settings_and_one_trial_can_be_drawn():
    assert draw([SETTINGS[0]] * 3, (0.5, 0.5, 0.5)).data[0].y[0] == 0.5
    one = parallel_figure(SETTINGS[:1], [0.5], names=NAMES, score_name="Loss", whole=[True], best=0)
    assert len(one.data) == 1


def test_many_rates_lie_by_their_logarithm():
    settings = [{**SETTINGS[0], "learning_rate": 10.0**-n} for n in range(1, 8)]
    figure = parallel_figure(
        settings, [n / 10 for n in range(7)], names=NAMES, score_name="F1", whole=[True] * 7, best=6
    )
    heights = sorted(line.y[0] for line in figure.data)
    assert all(abs(height - n / 6) < 1e-9 for n, height in enumerate(heights))
