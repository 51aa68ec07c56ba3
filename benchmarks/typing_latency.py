"""From a key to its answer on the screen: the Predict page with the reviews starter, in Chromium.

A word is typed, and the time taken from its last key until the page shows another count of tokens.
The app runs on a cache of its own. Needs requirements-dev.txt and Chromium.

    python benchmarks/typing_latency.py --words 30

The last line printed is one JSON object: milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docs.screenshots import served, settled  # noqa: E402

WORDS = "old city rain sun film phone bank water fire light team match goal paper model".split()
# The time of every change of the caption that counts the tokens, noted by the page itself.
WATCH = """() => {
  window.seen = []; let last = "";
  new MutationObserver(() => {
    const all = [...document.querySelectorAll('[data-testid="stCaptionContainer"]')];
    const told = all.map(e => e.textContent).find(t => /tokens? read in/.test(t)) || "";
    const count = told.split(" ")[0];
    if (count && count !== last) { last = count; window.seen.push(performance.now()); }
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def measure(url: str, words: int) -> list[float]:
    """Milliseconds of each word; an answer that does not come within five seconds is an error."""
    import shutil

    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{url}/predict")
        settled(page)
        page.evaluate(WATCH)
        page.get_by_role("textbox", name="Text", exact=True).click()
        for turn in range(words):
            if turn % 10 == 0:
                page.keyboard.press("Control+A")
                page.keyboard.type("tea")
                time.sleep(3)
            word = WORDS[turn % len(WORDS)]
            page.keyboard.type(f" {word[:-1]}")
            before = page.evaluate("window.seen.length")
            began = page.evaluate("performance.now()")
            page.keyboard.type(word[-1])
            page.wait_for_function(f"window.seen.length > {before}", timeout=5000)
            taken.append(page.evaluate("window.seen.at(-1)") - began)
            time.sleep(1.2)
        browser.close()
    return taken


def main() -> None:
    """Serve, measure, print."""
    import os
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "LIMN_CACHE": cache, "HF_HUB_OFFLINE": "1"}
        with served(env) as url:
            taken = measure(url, given.words)
    cuts = statistics.quantiles(taken, n=20)
    result = {"words": len(taken), "p50": round(statistics.median(taken)), "p95": round(cuts[-1])}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
