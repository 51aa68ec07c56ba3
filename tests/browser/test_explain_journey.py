"""Explanations in a real browser on a fresh cache: a review, a word changed, a corpus, a topic."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.browser.seen import settled
from tests.browser.test_journey import TRAIN_S

pytestmark = pytest.mark.browser

_WAIT = TRAIN_S * 1000


def test_from_a_review_to_the_words_behind_it_to_a_corpus_and_a_topic(server, look):
    page = look(height=1400)
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))

    said = _review_explained(page, server)
    _word_changed_until_it_flips(page, said)
    _corpus(page)
    _topic(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert not failures


def _review_explained(page, server):
    """The first sample review, its marked words and figures; what the classifier says of it."""
    page.goto(f"{server.url}/explain")
    page.get_by_text("How far to believe it").wait_for(timeout=_WAIT)
    settled(page)
    page.get_by_role("button", name=re.compile("^Best coffee")).first.click()
    headline = page.get_by_role("heading", name=re.compile("^positive, .*% sure"))
    headline.wait_for(timeout=60_000)
    settled(page)
    page.get_by_text("Better than chance").first.wait_for(timeout=60_000)
    assert page.locator("mark").count() > 2
    assert page.get_by_text("Comprehensiveness").first.is_visible()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Everything (.json)").click()
    assert json.loads(Path(kept.value.path()).read_text(encoding="utf-8"))["words"]
    return headline.inner_text().split(",")[0]


def _word_changed_until_it_flips(page, said):
    page.get_by_role("button", name="Words that would flip it").click()
    swap = page.get_by_role("button", name=re.compile(" → .*%")).first
    swap.click(timeout=60_000)
    flipped = page.get_by_text(re.compile("It flips")).first
    flipped.wait_for(timeout=60_000)
    assert f"{said} →" in flipped.inner_text()
    page.get_by_text("Which words carry it now").wait_for(timeout=60_000)
    settled(page)


def _corpus(page):
    """Sixty of the sample reviews under the starter, and the words that drive its answers."""
    _chosen(page, "A whole dataset")
    page.get_by_role("button", name="Take the sample reviews").click(timeout=30_000)
    few = page.get_by_role("spinbutton", name=re.compile("^Texts"))
    few.fill("60", timeout=_WAIT)
    few.press("Enter")
    page.get_by_role("button", name="Weigh the words of 60 texts").click(timeout=60_000)
    page.get_by_text("What drives each category").first.wait_for(timeout=_WAIT)
    settled(page)


def _topic(page):
    """Sample papers: one of them, why it is in its topic and not in the next one."""
    _chosen(page, "Topics")
    page.get_by_role("button", name="Find the topics of the sample papers").click(timeout=30_000)
    sentence = page.get_by_text(re.compile("It is in .+ not in ")).first
    sentence.wait_for(timeout=2 * _WAIT)
    settled(page)
    assert page.locator("mark").count() > 2


def _chosen(page, view):
    page.get_by_role("radio", name=view, exact=True).or_(
        page.get_by_role("button", name=view, exact=True)
    ).first.click()
    settled(page)
