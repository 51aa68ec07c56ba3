"""The whole way in a real browser: a file uploaded, a classifier trained, judged and asked."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from engine.settings import ROOT
from tests.browser.seen import settled

pytestmark = pytest.mark.browser

# A machine that also does other things may be this many times slower than two idle cores.
SLOWER = float(os.environ.get("LIMN_SLOWER", "2"))
IMPORT_S = 60 * SLOWER
TRAIN_S = 240 * SLOWER
HEADLINE = "The striker scored twice as the team won the cup final"


@pytest.fixture
def news():
    """The file to upload, and the accuracy a classifier of it must beat."""
    real = Path(os.environ.get("LIMN_REAL_DATA", "")) / "ag_news" / "train.csv"
    if os.environ.get("LIMN_REAL_DATA") and real.is_file():
        return real, 0.80
    return ROOT / "samples" / "news.csv", 0.5  # twice what always one of four would get


def test_from_a_file_to_an_answer(server, look, news):
    file, least = news
    page = look()
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))

    _upload(page, server, file)
    _train(page)
    accuracy = _metric(page, "Accuracy")
    baseline = _metric(page, "Majority baseline")
    assert accuracy > max(least, baseline)
    _confusion(page)
    _ask(page)
    _refresh(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not failures


def _upload(page, server, file):
    page.goto(server.url)
    settled(page)
    page.get_by_role("link", name="Data", exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_url("**source=**", timeout=IMPORT_S * 1000)
    page.get_by_role("button", name="Add the dataset").click(timeout=IMPORT_S * 1000)
    page.wait_for_url("**dataset=**", timeout=IMPORT_S * 1000)
    settled(page)


def _train(page):
    page.get_by_role("link", name="Train on this dataset").click()
    page.get_by_role("radio", name="Quick").wait_for(timeout=60_000)
    settled(page)
    assert page.get_by_role("radio", name="Quick").is_checked()
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**job=**", timeout=60_000)
    page.wait_for_url("**model=**", timeout=TRAIN_S * 1000)
    page.get_by_role("tab", name="Mistakes").wait_for(timeout=60_000)
    settled(page)


def _metric(page, label):
    """The figure of a card, as a share from 0 to 1."""
    name = page.get_by_test_id("stMetricLabel").filter(has_text=re.compile(f"^{label}"))
    card = page.get_by_test_id("stMetric").filter(has=name)
    value = card.get_by_test_id("stMetricValue").inner_text()
    return float(value.replace("%", "")) / 100


def _confusion(page):
    labels = page.locator('[class*="st-key-confusion-"] .ytick text').all_text_contents()
    n = len(labels)
    assert n == 4

    # By a click: the first category, rightly seen.
    plot = page.locator('[class*="st-key-confusion-"] .nsewdrag').first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.4 / n, box["y"] + box["height"] * 0.4 / n)
    heading = page.get_by_text(re.compile(r"rightly seen as such$"))
    heading.wait_for(timeout=30_000)
    told = heading.inner_text()
    assert labels[0] in told
    settled(page)
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=30_000)

    # By the boxes, as a keyboard or a phone does: another one.
    _choose(page, "It is", labels[1])
    _choose(page, "The classifier said", labels[1])
    page.get_by_text(re.compile(rf"texts? of {re.escape(labels[1])}, and rightly")).wait_for()


def _choose(page, label, value):
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=value, exact=True).click()
    settled(page)


def _ask(page):
    page.get_by_role("button", name="Try it on a text").click()
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.click(timeout=60_000)
    # Typed, not filled: the answer must come without leaving the box.
    box.press_sequentially(HEADLINE, delay=15)
    answer = page.get_by_role("heading", name=re.compile(r"^Sports, .*% sure$"))
    answer.wait_for(timeout=90_000)
    page.get_by_text(re.compile(r"\d+ tokens read in")).wait_for(timeout=30_000)
    page.get_by_role("listitem").filter(has_text="Sports").wait_for(timeout=30_000)
    assert box.input_value() == HEADLINE


def _refresh(page):
    chosen = page.url.split("model=")[1]
    page.reload()
    settled(page)
    assert page.url.split("model=")[1] == chosen
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.click(timeout=60_000)
    box.press_sequentially("Shares fall as oil prices rise", delay=15)
    page.get_by_role("heading", name=re.compile(r"% sure$")).wait_for(timeout=60_000)
    deadline = time.monotonic() + 30
    while "Business" not in page.get_by_role("heading", name=re.compile(r"% sure$")).inner_text():
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
