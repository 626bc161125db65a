"""Whatever is done to good files, they load or what is wrong with them is named."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from netplan.ground.errors import InputError, Problem
from netplan.input.loader import load

ROOT = Path(__file__).parent.parent
SCENARIO = "scenarios/two-cities.yaml"
MUTATED = (SCENARIO, "topologies/two-cities.yaml", "scenarios/demands.csv")
TOKENS = [
    *b"null [] {} -1 .nan .inf 1e999 0x &a *a <<: \t \xff \x00 ' \" | > ? : - # !!set % ---".split(
        b" "
    ),
    *b"... , { [ ] } ~ true access transit nearest_compute poisson g652 1_000 2025-01-01".split(),
    *(b"\xef\xbb\xbf", b" ", b"\r\n", b"\xe2\x80\xa8", b"9" * 400),
]
LIBRARY_WORDS = re.compile(r"pydantic|Input should|https?:|dict\[|function-|\bNoneType\b")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Copy the smallest shipped scenario, with its topology, and add a demand file."""
    for name in ("scenarios", "topologies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    text = Path(SCENARIO).read_text("utf-8")
    name = re.search(r"^    (\w+): *\{|^    (\w+):$", text[text.index("classes:") :], re.MULTILINE)
    entry = f"  demands:\n    - {{class: {name[1] or name[2]}, file: demands.csv}}"
    Path(SCENARIO).write_text(text.replace("  demands:", entry, 1), "utf-8")
    ends = re.findall(r"^  ([\w-]+):.*role: (?:core|compute)", _text("topologies"), re.MULTILINE)
    rows = "".join(f"{a},{b},0.5\n" for a, b in pairwise(ends))
    Path("scenarios/demands.csv").write_text(f"source,target,rate_gbps\n{rows}")
    return tmp_path


def _text(folder: str) -> str:
    return Path(f"{folder}/two-cities.yaml").read_text("utf-8")


def _mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Delete, repeat or replace some bytes, a line or a word."""
    lines = content.split(b"\n")
    words = [match.span() for match in re.finditer(rb"[\w.~-]+", content)]
    at, line = int(rng.integers(len(content))), int(rng.integers(len(lines)))
    token = TOKENS[int(rng.integers(len(TOKENS)))]
    start, end = words[int(rng.integers(len(words)))]
    other = slice(*words[int(rng.integers(len(words)))])
    ways = (
        lambda: content[:at] + content[at + int(rng.integers(1, 5)) :],
        lambda: content[:at] + token + content[at:],
        lambda: content[:at] + bytes([int(rng.integers(256))]) + content[at + 1 :],
        lambda: b"\n".join(lines[:line] + lines[line + 1 :]),
        lambda: b"\n".join([*lines[:line], lines[line], *lines[line:]]),
        lambda: content[:start] + token + content[end:],
        lambda: content[:start] + content[other] + content[end:],
    )
    return ways[int(rng.integers(len(ways)))]()


def test_the_file_that_is_mutated_is_good(folder):
    assert len(load(SCENARIO).traffic.demands) > 1


@pytest.mark.parametrize("file", MUTATED)
def test_a_mutated_file_loads_or_has_problems_with_places(folder, file):
    rng = np.random.default_rng(20260101)
    good = Path(file).read_bytes()
    wrong = 0
    for _ in range(200):
        content = good
        for _ in range(int(rng.integers(1, 4))):
            content = _mutated(content, rng)
        Path(file).write_bytes(content)
        found = _problems()
        wrong += bool(found)
        for problem in found:
            assert problem.place is not None, problem
            assert problem.place.line > 0, problem
            assert not LIBRARY_WORDS.search(problem.message), problem
    assert 20 < wrong <= 200


def _problems() -> tuple[Problem, ...]:
    try:
        load(SCENARIO)
    except InputError as error:
        return error.problems or (Problem((), "an error without problems"),)
    return ()
