"""A page or a process in, what can be seen of it out."""

from __future__ import annotations

from pathlib import Path


def settled(page, timeout_s: float = 60) -> None:
    """Wait until the app is connected and its script has run to the end."""
    app = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
    page.wait_for_selector(f"{app}[data-test-script-state=notRunning]", timeout=timeout_s * 1000)


def loaded(pid: int, package: str) -> bool:
    """Whether a process has a native part of a package in memory; False where /proc is missing."""
    maps = Path(f"/proc/{pid}/maps")
    return maps.exists() and f"/site-packages/{package}/" in maps.read_text()
