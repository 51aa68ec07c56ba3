"""Threads share malloc's arenas where the system has them."""

import os
import platform
import subprocess
import sys

import pytest

from engine.memory import few_arenas

# Each thread frees all it took, so what stays in the process is what its arena keeps.
THREADS = """
import re, sys, threading
from engine.memory import few_arenas
if sys.argv[1] == "few":
    assert few_arenas()
held, together = [], threading.Barrier(8)
def work():
    together.wait()
    held.append([bytes(50_000) for _ in range(200)])
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
import ctypes
from pathlib import Path
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
sys.stdout.write(str(len(re.findall("<heap nr", Path(sys.argv[2]).read_text()))))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_eight_threads_share_two_arenas(tmp_path):
    def arenas(how):
        told = subprocess.run(
            [sys.executable, "-c", THREADS, how, str(tmp_path / "info.xml")],
            check=True, capture_output=True, text=True,
            env={name: v for name, v in os.environ.items() if name != "MALLOC_ARENA_MAX"},
        )  # fmt: skip
        return int(told.stdout)

    assert arenas("few") <= 2
    assert arenas("as it is") > 2


def test_a_choice_of_ones_own_stays(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not few_arenas()


def test_it_says_whether_it_could(monkeypatch):
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert few_arenas() == (platform.libc_ver()[0] == "glibc")
