"""A figure to publish: PNG, SVG and PDF, with its letters as letters and no network asked."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.figures.datamap import datamap, write_datamap


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [6, 0], [0, 6]])
    return centres[np.arange(90) % 3] + rng.normal(scale=0.4, size=(90, 2))


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    import socket

    def refuse(*_, **__):
        raise AssertionError("a figure asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(("ending", "begin"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_figure_is_written(points, tmp_path, ending, begin):
    figure = datamap(points, np.arange(90) % 3, {0: "Robots", 1: "Stars", 2: "Bread"}, dark=True)
    path = tmp_path / f"map.{ending}"
    write_datamap(path, figure)
    assert path.read_bytes().startswith(begin)


def test_an_svg_holds_the_names_as_text_and_the_points_as_one_image(points, tmp_path):
    names = {0: "Costs $5 & <b>more</b>", 1: "Same", 2: "Same"}
    figure = datamap(points, np.arange(90) % 3, names, title="Ninety notes")
    write_datamap(tmp_path / "map.svg", figure)
    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert "Ninety notes" in text
    assert "Costs $5 &amp;" in text
    assert "Same (2)" in text
    assert "<image" in text
    assert text.count("<use") < 90


def test_without_topics_all_is_grey(points, tmp_path):
    figure = datamap(points, np.full(90, -1), {})
    write_datamap(tmp_path / "map.png", figure)
    assert (tmp_path / "map.png").stat().st_size > 5000


@pytest.mark.parametrize("k", [1, 2])
def test_one_or_two_topics_have_a_figure_too(points, tmp_path, k):
    figure = datamap(points, np.arange(90) % k, {0: "Robots", 1: "Stars"})
    write_datamap(tmp_path / "map.svg", figure)
    assert "Robots" in (tmp_path / "map.svg").read_text(encoding="utf-8")


def test_what_cannot_be_drawn_is_said(points, tmp_path):
    with pytest.raises(InputError, match="3 documents"):
        datamap(points[:2], np.zeros(2, dtype=int), {0: "One"})
    with pytest.raises(InputError, match="two numbers"):
        datamap(points[:, :1], np.zeros(90, dtype=int), {0: "One"})
    figure = datamap(points, np.arange(90) % 3, {0: "One", 1: "Two", 2: "Three"})
    with pytest.raises(InputError, match=r"\.png"):
        write_datamap(tmp_path / "map.gif", figure)
