"""A store of finished replications, so that none is ever run twice.

An entry is a file named by the SHA-256 of everything that determines a replication: the job, down
to the last bit of its arrays, the source code that simulates it, and the version of NumPy, which
draws the random numbers. So entries never go stale: what has changed has another name.

An entry is written beside its place, forced to the disk and renamed, so a run may be killed at any
moment. It carries a checksum over its name and its content; one that is damaged all the same is
run again.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from netplan.measure.archive import DAMAGE, compressed, pack, unpack
from netplan.measure.replication import simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from netplan.measure.archive import Columns
    from netplan.measure.replication import Job, Workers
    from netplan.measure.samples import Samples

__all__ = ["Store", "code_digest", "key_of"]

SIMULATING = (
    "ground/distributions",
    "ground/rng",
    "ground/units",
    "measure/archive",
    "measure/histogram",
    "measure/recorder",
    "measure/replication",
    "measure/samples",
    "measure/tally",
)
"""Modules, besides the engines, that decide what a job measures and how an entry holds it."""
_CHECKSUM = "sha256"
_NO_YEAR = 0


def key_of(job: Job) -> str:
    """Return the SHA-256 of everything that determines the samples of a job [hex]."""
    digest = hashlib.sha256(code_digest())
    for part in _arrays(job.network):
        digest.update(part)
    rest = [getattr(job, field.name) for field in fields(job) if field.name != "network"]
    digest.update(_spelled(rest).encode())
    return digest.hexdigest()


@cache
def code_digest() -> bytes:
    """Return the SHA-256 of the code that a job runs through, and of the version of NumPy."""
    package = files("netplan")
    engines = package.joinpath("measure/engine").iterdir()
    modules = [package.joinpath(f"{name}.py") for name in SIMULATING]
    modules += sorted((m for m in engines if m.name.endswith(".py")), key=lambda m: m.name)
    digest = hashlib.sha256(f"numpy {np.__version__}\n".encode())
    for module in modules:
        digest.update(hashlib.sha256(module.read_bytes()).digest())
    return digest.digest()


def _arrays(value: object) -> Iterator[bytes]:
    """Yield arrays, and dataclasses and mappings of them, piece by piece."""
    if isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}\n".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif is_dataclass(value):
        for field in fields(value):
            yield f"{field.name}\n".encode()
            yield from _arrays(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield f"{name}\n".encode()
            yield from _arrays(item)
    else:
        yield _spelled(value).encode()


def _spelled(value: object) -> str:
    """Return what repr() tells of plain values, which is all there is, unlike that of an array."""
    text = repr(value)
    if "array(" in text or " object at 0x" in text:
        raise TypeError("a job holds an array where none is expected")
    return text


@dataclass(frozen=True)
class Store:
    """A folder of finished replications."""

    folder: Path

    def run(self, job: Job) -> Samples:
        """Return the samples of a job: those kept, or else simulated and kept."""
        key = key_of(job)
        samples = self.find(key)
        if samples is None:
            samples = simulate(job)
            self.keep(key, samples)
        return samples

    def around(self, run: Workers) -> Workers:
        """Return workers that run elsewhere, with what is kept looked up and kept here."""

        def kept(jobs: Sequence[Job]) -> Iterator[Samples]:
            keys = [key_of(job) for job in jobs]
            found = {key: self.find(key) for key in keys}
            missing = [(k, job) for k, job in zip(keys, jobs, strict=True) if found[k] is None]
            return self._kept(keys, found, run([job for _, job in missing]))

        return kept

    def _kept(
        self, keys: Sequence[str], found: dict[str, Samples | None], made: Iterator[Samples]
    ) -> Iterator[Samples]:
        for key in keys:
            samples = found.pop(key)
            if samples is None:
                samples = next(made)
                self.keep(key, samples)
            yield samples

    def find(self, key: str) -> Samples | None:
        """Return what is kept under a key; none if there is nothing, or it is damaged."""
        try:
            # Opened here, because NumPy leaves a damaged archive open.
            with self._entry(key).open("rb") as opened, np.load(opened) as archive:
                columns = {name: archive[name] for name in archive.files}
            said = columns.pop(_CHECKSUM).tobytes()
            return unpack(columns)[_NO_YEAR] if said == _checksum(key, columns) else None
        except DAMAGE:
            return None

    def keep(self, key: str, samples: Samples) -> None:
        """Keep samples under the key of their job."""
        columns = pack({_NO_YEAR: samples})
        checksum = np.frombuffer(_checksum(key, columns), dtype=np.uint8)
        write_through(self._entry(key), compressed({_CHECKSUM: checksum, **columns}))

    def _entry(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


def _checksum(key: str, columns: Columns) -> bytes:
    digest = hashlib.sha256(key.encode())
    for part in _arrays({name: columns[name] for name in sorted(columns)}):
        digest.update(part)
    return digest.digest()


def write_through(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and see it on the disk before it gets its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Threads and processes may finish the same job at the same time.
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with beside.open("wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
