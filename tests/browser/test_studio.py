"""Two ways through the studio in a real browser: correct labels and see what it brought; type."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from engine.settings import ROOT
from tests.browser.seen import settled
from tests.browser.test_journey import IMPORT_S, TRAIN_S

pytestmark = pytest.mark.browser

_ROWS = 40
_HEADER = _LINE = 35  # pixels of the header and of a line of Streamlit's table


@pytest.fixture
def reviews():
    """The reviews to upload: the real ones where they are, else the sample set."""
    real = Path(os.environ.get("LIMN_REAL_DATA", "")) / "amazon_fine_food" / "Reviews.csv"
    if os.environ.get("LIMN_REAL_DATA") and real.is_file():
        return real
    return ROOT / "samples" / "reviews.csv"


def test_a_review_typed_on_the_first_visit_is_answered(server, look):
    page = look()
    page.goto(f"{server.url}/predict")
    box = page.get_by_role("textbox", name="Text", exact=True)
    box.click(timeout=120_000)
    _type(page, box, "Awful. It arrived broken, tastes terrible and they refuse a refund.")
    page.get_by_role("heading", name=re.compile(r"^negative, .*% sure$")).wait_for(timeout=60_000)
    _type(page, box, "Absolutely delicious, my whole family loves it. I will buy it again!")
    page.get_by_role("heading", name=re.compile(r"^positive, .*% sure$")).wait_for(timeout=60_000)
    assert page.locator("[data-testid=stException]").count() == 0


def test_labels_corrected_trained_again_compared_and_a_file_predicted(
    server, look, reviews, tmp_path
):
    page = look()
    _train(page, server, reviews)
    first = page.url.split("model=")[1].split("&")[0]

    _correct_three(page)
    page.get_by_role("button", name="Review and apply").first.click()
    page.get_by_role("button", name="Apply and train again").click(timeout=60_000)
    page.wait_for_url("**job=**", timeout=60_000)
    page.wait_for_url(lambda url: "model=" in url and first not in url, timeout=TRAIN_S * 1000)
    settled(page)

    page.get_by_role("button", name=re.compile("^Did it help")).click(timeout=60_000)
    page.get_by_role("button", name="Compare", exact=True).click(timeout=60_000)
    page.get_by_text(re.compile("paired bootstrap")).first.wait_for(timeout=IMPORT_S * 1000)
    settled(page)

    page.get_by_role("button", name="Try it on a text").click()
    page.get_by_text("A whole file", exact=True).click(timeout=60_000)
    table = _predicted(page, _some_rows(reviews, tmp_path / "some.csv"))
    before = list(csv.DictReader((tmp_path / "some.csv").open(encoding="utf-8", newline="")))
    assert [[row[name] for name in before[0]] for row in table] == [
        list(row.values()) for row in before
    ]
    assert {row["prediction"] for row in table} <= {"negative", "neutral", "positive"}
    for row in table:
        shares = [float(v) for name, v in row.items() if name.startswith("probability ")]
        assert abs(sum(shares) - 1) < 1e-3
        assert abs(max(shares) - float(row["confidence"])) < 1e-4
    assert page.locator("[data-testid=stException]").count() == 0


def _type(page, box, text):
    box.fill("")
    box.press_sequentially(text, delay=10)


def _train(page, server, file):
    page.goto(f"{server.url}/data")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_url("**source=**", timeout=IMPORT_S * 1000)
    page.get_by_role("button", name="Add the dataset").click(timeout=IMPORT_S * 1000)
    page.wait_for_url("**dataset=**", timeout=IMPORT_S * 1000)
    settled(page)
    page.get_by_role("link", name="Train on this dataset").click()
    page.get_by_role("radio", name="Quick").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**model=**", timeout=2 * TRAIN_S * 1000)
    page.get_by_role("tab", name="Mistakes").wait_for(timeout=60_000)
    settled(page)


def _correct_three(page):
    """The worst cell stands open: take three of its texts for what the classifier said."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    for line in range(3):
        box = table.bounding_box()
        page.mouse.click(box["x"] + 16, box["y"] + _HEADER + (line + 0.5) * _LINE)
        page.get_by_label(re.compile(f"^Why, for {line + 1} chosen")).wait_for(timeout=60_000)
        settled(page)
    page.get_by_role("button", name=re.compile("^Relabel to (negative|neutral|positive)")).click()
    page.get_by_text(re.compile("3 edits pending")).first.wait_for(timeout=30_000)
    settled(page)


def _some_rows(source, target):
    with source.open(encoding="utf-8", newline="") as file:
        rows = [row for row, _ in zip(csv.reader(file), range(_ROWS + 1), strict=False)]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return target


def _predicted(page, file):
    """The rows of the CSV that the page gives for the file it was given."""
    page.locator("input[type=file]").first.set_input_files(file)
    page.get_by_role("button", name=f"Predict {_ROWS} rows").click(timeout=IMPORT_S * 1000)
    button = page.get_by_role("button", name="Download CSV")
    button.wait_for(timeout=TRAIN_S * 1000)
    settled(page)
    with page.expect_download() as download:
        button.click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as made:
        return list(csv.DictReader(made))
