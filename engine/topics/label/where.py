"""The address of a language model in, which machine that is out."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The machine's name, as in "api.example.com"; the whole address where it has none."""
    return urlsplit(url).hostname or url


def is_here(url: str) -> bool:
    """Whether that is this machine, so that nothing leaves it."""
    host = host_of(url)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
