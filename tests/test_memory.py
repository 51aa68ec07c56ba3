"""Memory that is kept for nothing is not: fewer arenas, fewer kernels, holes given back."""

import os
import platform
import subprocess
import sys

import pytest

from engine.memory import few_arenas, few_kernels

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


# Small blocks with one of eight kept between them: nothing of it is at the end of the heap, where
# malloc gives back by itself.
HOLES = """
import sys
from engine.memory import few_arenas, give_back
import ctypes
few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
blocks = [libc.malloc(60_000) for _ in range(2000)]
for place in blocks: ctypes.memset(place, 1, 60_000)
full = held()
for n, place in enumerate(blocks):
    if n % 8: libc.free(place)
before = held()
assert give_back()
sys.stdout.write(f"{full} {before} {held()}")
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_holes_go_back_to_the_system():
    told = subprocess.run(
        [sys.executable, "-c", HOLES], check=True, capture_output=True, text=True
    ).stdout
    full, before, after = map(int, told.split())
    assert before > full - 30_000_000, "else malloc gave it back by itself"
    assert after < full - 80_000_000


def test_ones_own_number_of_kernels_stays(monkeypatch):
    name = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
    monkeypatch.setenv(name, "7")
    few_kernels()
    assert os.environ[name] == "7"
    monkeypatch.delenv(name)
    few_kernels()
    assert 0 < int(os.environ[name]) < 1024
