"""The app served on a cache of its own, and a page of headless Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.settings import ROOT

_CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
_START_S = 60


@dataclass(frozen=True)
class Server:
    """A running app: where it answers, its process, and where it keeps things."""

    url: str
    pid: int
    cache: Path

    @property
    def health(self) -> str:
        """The address that answers "ok" once the server is up."""
        return f"{self.url}/_stcore/health"


def _chromium() -> str:
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), "")
    if not found:
        why = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") or os.environ.get("LIMN_REQUIRE_BROWSER"):
            pytest.fail(f"{why}, and here the browser tests must run")
        pytest.skip(why)
    return found


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; the test is skipped where there is none, and fails in CI."""
    executable = _chromium()
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def serve(tmp_path):
    """``serve()`` starts the app and returns once its health endpoint answers."""
    processes = []

    def start(**variables: str) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        cache = tmp_path / f"cache-{port}"
        log = (tmp_path / f"server-{port}.log").open("wb")
        words = [
            "streamlit", "run", "streamlit_app.py", "--server.port", str(port),
            "--server.address", "127.0.0.1", "--server.headless", "true",
            "--server.fileWatcherType", "none",
        ]  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**os.environ, "LIMN_CACHE": str(cache), "HF_HUB_OFFLINE": "1", **variables},
            stdout=log,
            stderr=log,
        )
        processes.append(process)
        server = Server(f"http://127.0.0.1:{port}", process.pid, cache)
        _wait(server, process, Path(log.name))
        return server

    yield start
    for process in processes:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def server(serve):
    """The app, served."""
    return serve()


@pytest.fixture
def look(browser):
    """``look(width=390, dark=True)``: a fresh page of that width and colour scheme."""
    contexts = []

    def new(*, width: int = 1440, height: int = 900, dark: bool = False):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        return context.new_page()

    yield new
    for context in contexts:
        context.close()


def _wait(server: Server, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"The server ended: {log.read_text(errors='replace')[-2000:]}")
        try:
            with urllib.request.urlopen(server.health, timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The server did not answer: {log.read_text(errors='replace')[-2000:]}")
