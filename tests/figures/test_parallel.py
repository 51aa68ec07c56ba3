"""The picture of a search: a line for each trial, its heights those of its settings."""

from __future__ import annotations

from engine.figures.parallel import parallel_figure

SETTINGS = [
    {"learning_rate": 1e-5, "epochs": 1, "class_balance": 0.0, "loss": "focal"},
    {"learning_rate": 1e-3, "epochs": 4, "class_balance": 1.0, "loss": "cross_entropy"},
    {"learning_rate": 1e-4, "epochs": 2, "class_balance": 1.0, "loss": "cross_entropy"},
]
NAMES = {"learning_rate": "Learning rate", "epochs": "Epochs", "class_balance": "Balance",
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
    assert all(-0.05 <= height <= 1.05 for line in lines for height in line.y)
    assert lines[-1].y[-1] == 1


def test_a_hover_says_the_values_and_names_are_no_markup():
    figure = draw()
    told = {line.name: line.hovertemplate for line in figure.data}
    assert "Balance: 0" in told["trial 1"]
    assert "&lt;b&gt;Loss&lt;/b&gt;: focal" in told["trial 1"]
    assert all("<b>" not in text for text in figure.layout.xaxis.ticktext)


def test_equal_settings_and_one_trial_can_be_drawn():
    lines = draw([SETTINGS[0]] * 3, (0.5, 0.5, 0.5)).data
    assert all(abs(line.y[0] - 0.5) < 0.05 for line in lines)
    assert len({line.y[0] for line in lines}) == 3, "each can be followed"
    one = parallel_figure(SETTINGS[:1], [0.5], names=NAMES, score_name="Loss", whole=[True], best=0)
    assert len(one.data) == 1


def test_many_rates_lie_by_their_logarithm():
    settings = [{**SETTINGS[0], "learning_rate": 10.0**-n} for n in range(1, 8)]
    figure = parallel_figure(
        settings, [n / 10 for n in range(7)], names=NAMES, score_name="F1", whole=[True] * 7, best=6
    )
    heights = sorted(line.y[0] for line in figure.data)
    assert all(abs(height - n / 6) < 1e-9 for n, height in enumerate(heights))


def test_of_a_loss_the_least_is_on_top_and_near_ones_are_strong():
    figure = parallel_figure(
        [SETTINGS[0]] * 3, [0.9, 0.3, 0.4], names=NAMES, score_name="Loss", whole=[True] * 3, best=1
    )
    strength = {line.name: line.opacity for line in figure.data}
    assert {line.name: line.y[-1] for line in figure.data}["trial 2"] == 1
    assert strength["trial 2"] > strength["trial 3"] > strength["trial 1"]
    ticks = {note.text: note.y for note in figure.layout.annotations if note.x == len(NAMES)}
    assert ticks["0.3"] > ticks["0.9"]
