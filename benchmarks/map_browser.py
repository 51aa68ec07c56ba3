"""The Topics page in headless Chromium: a map painted, a lasso turned into numbers, a title shown.

Topics of made-up documents are put into a store of their own, the app is served on it, and the
page is opened, cold (first visit of a fresh server) and again. "painted" is from asking for the
address to two frames after all points are drawn; "lasso" from letting go of the mouse to the number
of chosen documents on the page, "list" to their list; "hover" from the pointer to a title; "still"
is a frame with all points, "frame" one while zooming. With --peer the same points go through
st.echarts_chart as well, one series a topic, `large`, as Streamlit's own charts do it.

    python benchmarks/map_browser.py --documents 100000 1000000 --rounds 3

The last line printed is one JSON object. Needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402

from engine.store import Store  # noqa: E402
from engine.store.artifact import Manifest  # noqa: E402
from engine.topics.topics import Topic, Topics, save_topics  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
TOPICS = 100
WIDE, HIGH = 1440, 900
PEER = """
import numpy as np, pandas as pd, streamlit as st
@st.cache_resource
def read(path):
    points, groups = np.load(path + "/points.npy"), np.load(path + "/assigned.npy")
    frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1]})
    return [frame[groups == number] for number in range(-1, int(groups.max()) + 1)]
axis = {"show": False, "scale": True}
parts = read(st.query_params["path"])
series = [{"type": "scatter", "datasetIndex": n, "large": True, "symbolSize": 2,
           "encode": {"x": "x", "y": "y"}} for n in range(len(parts))]
brush = {"xAxisIndex": "all", "yAxisIndex": "all", "toolbox": ["polygon"]}
spec = {"dataset": [{"source": part} for part in parts], "series": series, "xAxis": axis,
        "yAxis": axis, "brush": brush, "toolbox": {}, "animation": False}
st.echarts_chart(spec, key="map", on_select="rerun", height=680)
"""
DRAWN = """() => [...document.querySelectorAll("canvas")].some((canvas) => {
  if (canvas.width < 300) return false;
  const small = document.createElement("canvas"); small.width = 64; small.height = 64;
  const context = small.getContext("2d"); context.drawImage(canvas, 0, 0, 64, 64);
  const seen = context.getImageData(0, 0, 64, 64).data;
  let filled = 0; for (let i = 3; i < seen.length; i += 4) filled += seen[i] > 0;
  return filled > 200; })"""
SETTLED = (
    "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
)


def make(store, n):
    """Topics of n made-up documents; returns the artifact's key and the folder of its points."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(n)
    middles = rng.normal(0, 8, (TOPICS, 2))
    shares = 1 / np.arange(1, TOPICS + 1) ** 0.6
    assigned = rng.choice(TOPICS, n, p=shares / shares.sum()).astype(np.int32)
    points = (
        middles[assigned] + rng.normal(size=(n, 2)) * rng.gamma(4, 0.25, TOPICS)[assigned, None]
    )
    assigned[rng.random(n) < 0.08] = -1
    words = [
        "river",
        "market",
        "robot",
        "cell",
        "galaxy",
        "novel",
        "proof",
        "vote",
        "engine",
        "song",
    ]

    def titled(folder):
        title = [
            f"On the {words[i % 10]} and the {words[i // 10 % 10]}, part {i}" for i in range(n)
        ]
        text = [f"{one}. A text about it, of the usual length of a headline." for one in title]
        table = pa.table(
            {
                "row": pa.array(range(n), pa.int64()), "text": text, "title": title,
                "label": [f"field {i % 12}" for i in range(n)],
                "date": pa.array(rng.integers(0, 10**9, n) * 10**6, pa.timestamp("us")),
                "split": ["train"] * n, "group": pa.array(range(n), pa.int64()),
            }
        )  # fmt: skip
        pq.write_table(table, folder / "rows.parquet", row_group_size=61_440)

    def clustered(folder):
        sizes = np.bincount(assigned[assigned >= 0], minlength=TOPICS)
        found = tuple(
            Topic(
                int(i),
                int(sizes[i]),
                ((words[i % 10], 1.0),),
                f"{words[i % 10]} {words[i // 10]} {i}",
            )
            for i in np.argsort(-sizes)
        )
        centroids = np.eye(TOPICS, 128, dtype=np.float32)
        save_topics(folder, Topics(assigned, np.full(n, 0.8, np.float32), found, centroids))

    labels = {f"field {i}": n // 12 for i in range(12)}
    dataset = _publish(
        store, "dataset", n, titled, {}, {"rows": n, "labels": labels, "has_dates": True}
    )
    flat = _publish(
        store, "projection", n, lambda folder: np.save(folder / "points.npy", points.astype("f4")),
        {}, {"dims": 2},
    )  # fmt: skip
    inputs = {"dataset": f"dataset/{dataset.key}", "projection": f"projection/{flat.key}"}
    made = _publish(store, "topics", n, clustered, inputs, {"documents": n, "n_topics": TOPICS})
    peer = store.root / f"peer-{n}"
    peer.mkdir()
    np.save(peer / "points.npy", points.astype("f4"))
    np.save(peer / "assigned.npy", assigned)
    return made.key, peer


def _publish(store, kind, n, fill, inputs, facts):
    with store.temporary() as folder:
        fill(folder)
        key = hashlib.sha256(f"{kind}-{n}".encode()).hexdigest()[:20]
        manifest = Manifest(
            kind=kind, key=key, stage=f"made-up {kind}", version=1, spec={}, inputs=inputs,
            facts=facts, command="", created=datetime.datetime.now(datetime.UTC), seconds=0,
            machine={}, files={},
        )  # fmt: skip
        return store.publish(folder, manifest)


class Server:
    """A script served by Streamlit on a port of its own while inside."""

    def __init__(self, script, cache):
        self.script, self.cache = script, cache

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [sys.executable, "-m", "streamlit", "run", str(self.script), "--server.port",
                 str(port), "--server.headless", "true", "--server.fileWatcherType",
                 "none"]  # fmt: skip
        env = {**os.environ, "LIMN_CACHE": str(self.cache), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)


def frames(page):
    """Two frames have been shown since."""
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")


def painted(page, address, n):
    """Seconds until every point is on the screen."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(f".stage[data-painted='{n}']", timeout=120_000)
    frames(page)
    return time.perf_counter() - began


def lasso(page):
    """Seconds from letting go to the number on the page, and to the list.

    The number must be the one that the map in the browser counts.
    """
    box = page.locator("canvas.over").bounding_box()
    x, y = box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5
    page.locator("[data-tool=lasso]").click()
    page.mouse.move(x - 150, y - 90)
    page.mouse.down()
    for across, up in ((0, -160), (150, -80), (170, 90), (0, 160), (-150, 110)):
        page.mouse.move(x + across, y + up, steps=8)
    began = time.perf_counter()
    page.mouse.up()
    page.wait_for_selector("text=in the shape you drew", timeout=60_000)
    took = time.perf_counter() - began
    page.wait_for_selector("[data-testid=stDataFrame]", timeout=60_000)
    listed = time.perf_counter() - began
    said = page.locator(".says").inner_text().split(" of ")[0]
    told = page.locator("text=in the shape you drew").first.inner_text().split(" ")[0]
    if said != told:
        raise RuntimeError(f"the map chose {said} documents, the server {told}")
    page.wait_for_selector(SETTLED)
    return took, listed


def round_of(browser, address, n):
    """One visit: every figure in seconds."""
    page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
    page.on("pageerror", lambda error: print(f"page error: {error}", file=sys.stderr))
    figures = {"painted": painted(page, address, n)}
    page.wait_for_selector(SETTLED, timeout=60_000)
    figures["still"] = float(page.locator(".stage").get_attribute("data-took")) / 1000
    box = page.locator("canvas.over").bounding_box()
    x, y = box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5
    page.mouse.move(x - 30, y)
    began = time.perf_counter()
    for move in range(40):
        page.mouse.move(x + move, y)
        if page.locator(".tip").is_visible():
            break
    page.wait_for_selector(".tip b:has-text('part')", timeout=30_000)
    figures["hover"] = time.perf_counter() - began
    page.mouse.wheel(0, -200)
    frames(page)
    figures["frame"] = float(page.locator(".stage").get_attribute("data-took")) / 1000
    page.locator("[data-do=whole]").click()
    page.wait_for_timeout(400)
    figures["lasso"], figures["list"] = lasso(page)
    page.close()
    return figures


def main() -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    asked = argparse.ArgumentParser()
    asked.add_argument("--documents", type=int, nargs="+", default=[100_000, 1_000_000])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--peer", action="store_true")
    asked.add_argument("--peer-wait", type=float, default=60)
    asked = asked.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    said = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        store = Store(Path(folder) / "cache")
        made = {n: make(store, n) for n in asked.documents}
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for n, (key, peer) in made.items():
            rounds = []
            for _ in range(asked.rounds):
                with Server(ROOT / "streamlit_app.py", store.root) as server:
                    address = f"{server.url}/topics?topics={key}"
                    cold = round_of(browser, address, n)
                    warm = round_of(browser, address, n)
                rounds.append(
                    {**cold, "painted_again": warm["painted"], "lasso_again": warm["lasso"]}
                )
                print(n, {k: round(v, 3) for k, v in rounds[-1].items()}, flush=True)
            middle = {k: round(statistics.median(r[k] for r in rounds), 3) for k in rounds[0]}
            said[str(n)] = middle
            if asked.peer:
                said[str(n)]["echarts_seen"] = _peer(browser, folder, peer, asked.peer_wait)
        browser.close()
    print(
        json.dumps({"benchmark": "map_browser", "topics": TOPICS, "cores": os.cpu_count(), **said})
    )


def _peer(browser, folder, points, wait):
    """Seconds until something of the points is seen in ECharts; None where not after `wait`."""
    from playwright.sync_api import TimeoutError as Late

    script = Path(folder) / "peer.py"
    script.write_text(PEER, encoding="utf-8")
    with Server(script, folder) as server:
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        began = time.perf_counter()
        page.goto(f"{server.url}/?path={points}")
        try:
            page.wait_for_function(DRAWN, timeout=wait * 1000)
            frames(page)
            return round(time.perf_counter() - began, 2)
        except Late:
            return None
        finally:
            page.close()


if __name__ == "__main__":
    main()
