"""The map in a real browser: painted, pointed at, clicked, drawn on, searched, light and dark."""

from __future__ import annotations

import csv
import re

import pytest

from engine.store import Store
from tests.browser.seen import settled
from tests.topics.artifacts import topics_artifact

pytestmark = pytest.mark.browser

N = 3_000


@pytest.fixture
def cache(tmp_path):
    """A store with topics of papers on three subjects; every tenth names a walrus."""
    from engine.data.spec_dataset import DatasetSpec
    from engine.data.spec_source import SourceSpec
    from engine.work import run

    path = tmp_path / "papers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "title", "text", "kind"])
        for n in range(N):
            animal = "walrus" if n % 10 == 0 else "seal"
            text = f"Its text is number {n}. It lies on the ice and tells of the sea."
            out.writerow([f"2103.{n:05}", f"Paper {n} on a {animal}", text, f"kind {n % 3}"])
    store = Store(tmp_path / "cache")
    source = run(SourceSpec(path=str(path)), store=store, name="papers-file")
    spec = DatasetSpec(source=source.key, text=["text"], title="title", label="kind")
    topics = topics_artifact(store, run(spec, store=store, name="papers"), outliers=30)
    return store.root, topics.key


@pytest.fixture
def app(cache, serve):
    folder, key = cache
    server = serve(LIMN_CACHE=str(folder))
    return f"{server.url}/topics?topics={key}"


def _open(page, address):
    page.goto(address)
    page.wait_for_selector(f".stage[data-painted='{N}']", timeout=60_000)
    settled(page)


def _box(page):
    """Middle and size of the map."""
    box = page.locator("canvas.over").bounding_box()
    return box["x"], box["y"], box["width"], box["height"]


def _drag(page, *corners):
    left, top, wide, high = _box(page)
    page.mouse.move(left + corners[0][0] * wide, top + corners[0][1] * high)
    page.mouse.down()
    for across, down in corners[1:]:
        page.mouse.move(left + across * wide, top + down * high, steps=8)
    page.mouse.up()


def _chosen(page, what):
    """The number of documents that the page says were chosen."""
    line = page.locator(f"text={what}").first
    line.wait_for(timeout=20_000)
    settled(page)
    return int(line.inner_text().split(" ")[0].replace(",", ""))


def _seen(page):
    """The number of documents that the map shows."""
    return int(page.locator(".says").inner_text().split(" ")[0].replace(",", ""))


def _colours(page):
    """How many different colours are on the map, and how bright its corner is."""
    return page.evaluate(
        """() => { const c = document.querySelector("canvas.base") ||
          [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector("canvas.base"))
            .find(Boolean);
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, seen = new Set();
        for (let i = 0; i < d.length; i += 4) seen.add((d[i] << 16) + (d[i + 1] << 8) + d[i + 2]);
        return [seen.size, d[0]]; }"""
    )


def test_a_shape_and_the_list_choose_and_escape_lets_go(app, look):
    page = look(height=1300)
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    _open(page, app)
    assert _seen(page) == N
    assert _colours(page)[0] > 20

    page.get_by_role("button", name="Lasso").click()
    _drag(page, (0.02, 0.1), (0.98, 0.1), (0.98, 0.98), (0.02, 0.98))
    assert _chosen(page, "in the shape you drew") == _seen(page) == N

    page.get_by_role("button", name="Box").click()
    _drag(page, (0.5, 0.02), (0.99, 0.99))
    page.wait_for_function(f"!document.body.innerText.includes('{N:,} documents in the shape')")
    half = _chosen(page, "in the shape you drew")
    assert 0 < half < N
    assert half == _seen(page)

    page.get_by_role("button", name="Name 2").click()
    both = _chosen(page, "in the shape you drew, of Name 2")
    assert 0 < both < half
    assert both == _seen(page)

    page.mouse.move(5, 5)  # a name under the pointer shows its documents alone
    page.locator("canvas.over").focus()
    page.keyboard.press("Escape")
    page.get_by_text("Click a document to read it").wait_for(timeout=20_000)
    assert _seen(page) == N
    assert not failures


def test_pointing_shows_a_title_and_a_click_the_document_with_its_page(app, look):
    page = look(height=1300)
    _open(page, app)
    left, top, wide, high = _box(page)
    tip = page.locator(".tip b")
    for step in range(120):
        page.mouse.move(left + wide * (0.15 + 0.006 * step), top + high * 0.5)
        if page.locator(".tip").is_visible():
            break
    tip.filter(has_text=re.compile(r"^Paper \d+ on a ")).wait_for(timeout=20_000)
    title = tip.inner_text()
    page.mouse.down()
    page.mouse.up()
    number = int(title.split()[1])
    page.get_by_text(f"Its text is number {number}.").wait_for(timeout=20_000)
    link = page.get_by_role("link", name="Open its page")
    assert link.get_attribute("href") == f"https://arxiv.org/abs/2103.{number:05}"


def test_zoom_and_what_was_chosen_stay_when_the_colours_change(app, look):
    page = look(height=1300)
    _open(page, app)
    page.get_by_role("button", name="Box").click()
    _drag(page, (0.5, 0.02), (0.99, 0.99))
    half = _chosen(page, "in the shape you drew")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_test_id("stSelectbox").get_by_role("combobox").click()
    page.get_by_role("option", name="Label").click()
    page.get_by_role("button", name="kind 2").wait_for(timeout=20_000)
    settled(page)
    assert _chosen(page, "in the shape you drew") == _seen(page) == half


def test_a_word_lights_up(app, look):
    page = look(height=1300)
    _open(page, app)
    box = page.get_by_role("textbox", name="Find on the map")
    box.fill("walrus")
    box.press("Enter")
    assert _chosen(page, 'with "walrus"') == N // 10
    assert _seen(page) == N // 10


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone_in_light_and_dark(app, look, dark):
    page = look(width=390, height=844, dark=dark)
    _open(page, app)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _, _, wide, high = _box(page)
    assert wide <= 390
    assert high >= 300
    many, corner = _colours(page)
    assert many > 20
    assert (corner < 80) == dark
    assert page.get_by_role("button", name="Name 1").is_visible()
