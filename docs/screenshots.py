"""Takes README's pictures of the app: ``python docs/screenshots.py [NEWS_FILE]``.

Starts the app on a cache of its own, with the sample sets or a file of news in it and a classifier
trained on it, looks at every page in headless Chromium and writes docs/*.png, each below 300 kB.
Needs requirements-dev.txt and Chromium; takes a minute or two.
"""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MOST_BYTES = 300_000
HEADLINE = "Chip maker's shares jump after record quarter, and the outlook is bright"

REVIEW = (
    "The packaging is lovely and it came a day early. But the coffee tastes of soap, and after two "
    "cups I threw the rest away. Not worth the money."
)

log = logging.getLogger("screenshots")


def main(news: Path) -> None:
    """Prepare a cache, serve it, take the pictures."""
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "LIMN_CACHE": cache, "HF_HUB_OFFLINE": "1"}
        added = engine(env, "data", "add", str(news), "--preset", "news", "--name", "news")
        engine(env, "data", "add", str(ROOT / "samples" / "reviews.csv"), "--preset", "reviews",
               "--name", "reviews")  # fmt: skip
        engine(env, "data", "add", str(ROOT / "samples" / "papers.jsonl"), "--preset", "papers",
               "--name", "papers")  # fmt: skip
        topics = engine(env, "topics", "papers", "--name", "papers-topics")["topics"]
        model = engine(env, "train", "news", "--name", "news-quick")["model"]
        reviews = engine(env, "explain", "reviews-starter", "--text", REVIEW)["model"]
        with served(env) as url, sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-dev-shm-usage"],
            )

            def look(name: str, path: str, *, width: int = 1440, height: int = 900,
                     dark: bool = False, do=lambda page: None) -> None:  # noqa: ANN001  # fmt: skip
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if dark else "light",
                )
                page.goto(url + path)
                settled(page)
                do(page)
                settled(page)
                keep(name, page.screenshot())
                page.close()

            look("home", "/")
            look("data", f"/data?dataset={added['dataset']}")
            look("train", f"/train?model={model}", height=1280)
            look("predict", f"/predict?model={model}", height=760, do=ask)
            look("topics", f"/topics?topics={topics}", height=1180)
            asked = urlencode({"model": reviews, "text": REVIEW})
            look("explain", f"/explain?{asked}", height=1240, do=explained)
            look("runs", "/runs?tab=Artifacts", height=760)
            look("train-dark", f"/train?model={model}", height=1280, dark=True)
            look("predict-phone", f"/predict?model={model}", width=390, height=844, do=ask)
            browser.close()


def ask(page: Page) -> None:
    """Type a headline and wait for its answer."""
    page.get_by_role("textbox", name="Text", exact=True).press_sequentially(HEADLINE, delay=5)
    page.get_by_text("tokens read in").wait_for(timeout=90_000)
    page.wait_for_timeout(1500)


def explained(page: Page) -> None:
    """Wait for the figures beside the words."""
    page.get_by_text("Better than chance").first.wait_for(timeout=120_000)
    settled(page)


def engine(env: dict[str, str], *words: str) -> dict:
    """The last line of a command of the engine."""
    log.info("python -m engine %s", " ".join(words))
    told = subprocess.run(
        [sys.executable, "-m", "engine", *words], cwd=ROOT, env=env, check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ).stdout  # fmt: skip
    return json.loads(told.strip().splitlines()[-1])


@contextmanager
def served(env: dict[str, str]):  # noqa: ANN201
    """The app's address, while it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port),
         "--server.headless", "true", "--server.fileWatcherType", "none"],
        cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def settled(page: Page) -> None:
    """Wait until the page is drawn."""
    app = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
    page.wait_for_selector(f"{app}[data-test-script-state=notRunning]", timeout=90_000)
    page.wait_for_timeout(2000)


def keep(name: str, png: bytes) -> None:
    """Write docs/NAME.png with as many colours as the size allows."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64):
        image.quantize(colours, dither=Image.Dither.NONE).save(DOCS / f"{name}.png", optimize=True)
        if (DOCS / f"{name}.png").stat().st_size < MOST_BYTES:
            break
    log.info("docs/%s.png, %d kB", name, (DOCS / f"{name}.png").stat().st_size // 1000)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "samples" / "news.csv")
