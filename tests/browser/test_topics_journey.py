"""Topics in a real browser: a file of papers, their map, edited topics, new papers in them."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from itertools import islice
from pathlib import Path

import pytest

from engine.settings import ROOT
from tests.browser.seen import settled
from tests.browser.test_journey import IMPORT_S, TRAIN_S

pytestmark = pytest.mark.browser

_ROWS = 10_000
_NEW = 40
_HEADER = _LINE = 35  # pixels of the header and of a line of Streamlit's table


@pytest.fixture
def papers(tmp_path):
    """A file of papers, how many of them to take (0: all), and a file of others: CSV."""
    real = Path(os.environ.get("LIMN_REAL_DATA", "")) / "arxiv"
    real = real / "arxiv-metadata-oai-snapshot.json.gz"
    if os.environ.get("LIMN_REAL_DATA") and real.is_file():
        with gzip.open(real, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in islice(file, _ROWS, _ROWS + _NEW)]
        return real, _ROWS, _written(rows, ["title", "abstract"], tmp_path / "new.csv")
    sample = ROOT / "samples" / "papers.jsonl"
    rows = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    own = tmp_path / "papers.jsonl"
    own.write_text("\n".join(map(json.dumps, rows[:-_NEW])), encoding="utf-8")
    return own, 0, _written(rows[-_NEW:], ["title", "abstract"], tmp_path / "new.csv")


def test_from_a_file_of_papers_to_edited_topics_and_new_papers_in_them(server, look, papers):
    file, most, new = papers
    page = look(height=1300)
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))

    n = _to_the_map(page, server, file, most)
    assert 0 < _lassoed(page) < n
    _view(page, "Edit")
    assert 0 < sum(_table(page).values()) <= n
    k = _count(page)
    _split(page)
    assert _count(page) == k + 1
    _merged(page)
    assert _count(page) == k
    _pressed(page, "Undo", lambda: _count(page) == k + 1)
    _pressed(page, "Redo", lambda: _count(page) == k)
    _named(page, "What they are about")
    _rescued(page)
    _reloaded(page)
    table = _placed(page, new)
    assert len(table) == _NEW
    placed = [row for row in table if row["topic"] != "-1"]
    assert len(placed) > _NEW / 2
    assert all(row["topic_name"] and 0 < float(row["confidence"]) <= 1 for row in placed)
    assert all(row["title"] and row["unlike"] in ("true", "false") for row in table)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not failures


def _written(rows, names, path):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
    return path


def _to_the_map(page, server, file, most):
    """The file becomes a dataset, its topics are found and painted; how many documents."""
    page.goto(f"{server.url}/data")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_url("**source=**", timeout=IMPORT_S * 1000)
    settled(page)
    if most:
        page.get_by_text("More choices").first.click(timeout=IMPORT_S * 1000)
        box = page.get_by_role("spinbutton", name="Most rows to take")
        box.fill(str(most))
        box.press("Enter")
        settled(page)
    page.get_by_role("button", name="Add the dataset").click(timeout=IMPORT_S * 1000)
    page.wait_for_url("**dataset=**", timeout=IMPORT_S * 1000)
    settled(page)
    page.get_by_role("link", name="Find its topics").click()
    page.get_by_text("A first look", exact=True).click(timeout=60_000)
    settled(page)
    page.get_by_role("button", name="Find the topics").click(timeout=60_000)
    page.wait_for_url("**topics=**", timeout=TRAIN_S * 1000)
    page.wait_for_selector(".stage[data-painted]", timeout=60_000)
    settled(page)
    return int(page.locator(".stage").get_attribute("data-painted"))


def _lassoed(page):
    """How many documents a shape around the middle of the map holds, as the page says."""
    page.get_by_role("button", name="Lasso").click()
    box = page.locator("canvas.over").bounding_box()
    corners = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*at[0])
    page.mouse.down()
    for corner in at[1:]:
        page.mouse.move(*corner, steps=8)
    page.mouse.up()
    line = page.get_by_text("in the shape you drew").first
    line.wait_for(timeout=20_000)
    settled(page)
    page.get_by_text("Words they use more than the rest").first.wait_for(timeout=20_000)
    return int(line.inner_text().split(" ")[0].replace(",", ""))


def _view(page, name):
    page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    ).first.click()
    settled(page)


def _table(page):
    """Name and size of the largest topics, as many as the page's table shows at once."""
    rows = _grid(page).locator("table tbody tr")
    rows.locator("td").first.wait_for(state="attached", timeout=30_000)
    settled(page)
    cells = [row.locator("td").all_text_contents() for row in rows.all()]
    return {row[0]: int(row[1].replace(",", "")) for row in cells}


def _grid(page):
    """The table of the topics in the editing view."""
    return page.locator('[class*="st-key-edit-topics-"]').first


def _count(page):
    """How many topics the head of the page tells of."""
    said = page.get_by_text(re.compile(r"\d+ documents · \d+ topics?")).first.inner_text()
    return int(re.search(r"(\d+) topic", said)[1])


def _pick(page, *lines):
    _grid(page).scroll_into_view_if_needed()
    for line in lines:
        box = _grid(page).bounding_box()
        page.mouse.click(box["x"] + 16, box["y"] + _HEADER + (line + 0.5) * _LINE)
        settled(page)


def _split(page):
    """The largest topic in two."""
    _pick(page, 0)
    page.get_by_role("button", name="Split").click()
    parts = page.get_by_role("spinbutton", name="Parts")
    parts.fill("2")
    parts.press("Tab")
    page.get_by_test_id("stFormSubmitButton").filter(has_text=re.compile("^Split$")).click()
    page.get_by_text("1 edit", exact=True).wait_for(timeout=60_000)
    settled(page)


def _merged(page):
    """The two largest."""
    _pick(page, 0, 1)
    page.get_by_text(re.compile("^Together they would be")).wait_for(timeout=30_000)
    page.get_by_role("button", name="Merge these 2").click()
    page.get_by_text("2 edits", exact=True).wait_for(timeout=60_000)
    settled(page)


def _pressed(page, name, true):
    page.get_by_role("button", name=name, exact=True).click()
    for _ in range(100):
        page.wait_for_timeout(200)
        settled(page)
        if true():
            return
    pytest.fail(f"{name} changed nothing")


def _named(page, name):
    _pick(page, 0)
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_test_id("stFormSubmitButton").filter(has_text="Rename").click()
    page.get_by_text("3 edits", exact=True).wait_for(timeout=60_000)
    settled(page)


def _rescued(page):
    """Documents in no topic join one, where there are such."""
    button = page.get_by_role("button", name=re.compile(r"^Rescue [\d,]+ of [\d,]+$"))
    if button.count() == 0:
        return
    button.click()
    page.get_by_text("4 edits", exact=True).wait_for(timeout=60_000)
    settled(page)


def _reloaded(page):
    said, topics = page.get_by_text(re.compile(r"^\d+ edits$")).inner_text(), _count(page)
    page.reload()
    settled(page)
    assert page.get_by_text(said, exact=True).is_visible()
    assert _count(page) == topics
    assert "What they are about" in _table(page)


def _placed(page, new):
    """The rows that come back for the new papers."""
    _view(page, "New documents")
    page.get_by_role("button", name="Get ready").click()
    page.get_by_role("tab", name="A file").click(timeout=TRAIN_S * 1000)
    page.locator("input[type=file]").last.set_input_files(new)
    page.get_by_role("button", name=f"Find the topics of {_NEW} rows").click(
        timeout=IMPORT_S * 1000
    )
    button = page.get_by_role("button", name="Download CSV")
    button.wait_for(timeout=TRAIN_S * 1000)
    settled(page)
    with page.expect_download() as download:
        button.click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as made:
        return list(csv.DictReader(made))
