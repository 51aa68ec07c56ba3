"""From a started server to a painted first page, and what `import engine` costs.

    python benchmarks/first_paint.py --rounds 5

Each round starts a fresh server, waits for its health endpoint, opens the first page in a fresh
headless Chromium and waits until the first button can be pressed. The last line printed is one JSON
object; seconds and milliseconds are medians.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "duckdb", "pandas", "sklearn", "transformers")


def once(chromium: str) -> dict[str, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        began = time.perf_counter()
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless",
             "true", "--server.port", str(port), "--server.fileWatcherType", "none"],
            cwd=ROOT, env={**os.environ, "LIMN_CACHE": cache},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not healthy(url):
                time.sleep(0.02)
            up = time.perf_counter()
            page.goto(url)
            page.get_by_role("button", name="Try news").wait_for()
            painted = time.perf_counter()
            maps = Path(f"/proc/{server.pid}/maps").read_text()
            loaded = [name for name in HEAVY if f"/{name}/" in maps]
            if loaded:
                raise SystemExit(f"The first page loaded {', '.join(loaded)}.")
        finally:
            server.terminate()
            server.wait()
        browser.close()
    return {"server_up_s": up - began, "painted_s": painted - up}


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return answer.read() == b"ok"
    except OSError:
        return False


def python_ms(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    args = parser.parse_args()
    once(args.chromium)  # fills the disk cache
    rounds = [once(args.chromium) for _ in range(args.rounds)]
    pairs = [(python_ms("import engine"), python_ms("pass")) for _ in range(20)]
    figures = {name: round(statistics.median(r[name] for r in rounds), 2) for name in rounds[0]}
    figures["painted_worst_s"] = round(max(r["painted_s"] for r in rounds), 2)
    figures["import_engine_ms"] = round(statistics.median(a - b for a, b in pairs), 1)
    for name, value in figures.items():
        print(f"{name:<18}{value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
