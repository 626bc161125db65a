"""Reads files, and keeps what has to be said about them until all of it can be said at once."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path as FilePath

from netplan.ground.errors import InputError, Path, Place, Problem

__all__ = ["LARGEST_FILE", "Reading"]

LARGEST_FILE = 50_000_000
"""Size limit of one input file [byte]."""
_UTF16 = "encoded in UTF-16; save it as UTF-8"


class Reading:
    """One loading: the digest of all files read so far, and every problem found so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.is_partial = False
        """A base or a table could not be read, so that what seems missing may be there."""
        self._sha256 = hashlib.sha256()
        self._files: dict[str, None] = {}

    @property
    def digest(self) -> str:
        """SHA-256 over everything read, in the order of reading [hex]."""
        return self._sha256.hexdigest()

    def note(self, content: bytes) -> None:
        """Let something count towards the digest."""
        self._sha256.update(content)

    def complain(self, place: Place, path: Path, message: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(path, message, place))

    def error(self) -> InputError:
        """Make one error of all problems, in the order of reading and of the lines."""
        order = {file: index for index, file in enumerate(self._files)}
        return InputError(sorted(self.problems, key=lambda problem: _position(problem, order)))

    def text(self, file: str, said_at: Place | None = None, path: Path = ()) -> str | None:
        """Read a UTF-8 text file.

        Parameters
        ----------
        file
            Its name, relative to the working directory.
        said_at, path
            Where another file names it; left out: the user named it.

        Returns
        -------
        str or None
            The text with line ends as newlines and no byte order mark; None after a problem.
        """
        self._files[file] = None
        content = self._bytes(file, said_at or Place(file), path)
        if content is None:
            return None
        self.note(content)
        try:
            text = content.decode("utf-8-sig")
            if text.count("\0") > len(text) // 4:
                # Two bytes a character, and no mark at the beginning that says so.
                self.complain(Place(file, 1, 1), (), _UTF16)
                return None
        except UnicodeDecodeError as error:
            self.complain(_byte_place(file, content, error.start), (), _encoding_remedy(content))
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _bytes(self, file: str, place: Place, path: Path) -> bytes | None:
        target = FilePath(file)
        named = "" if place.file == file else f"{file}: "
        try:
            if target.is_dir():
                self.complain(place, path, f"{named}is a folder; name a file in it")
                return None
            with target.open("rb") as stream:
                # A pipe or a device does not say how large it is.
                content = stream.read(LARGEST_FILE + 1)
            if len(content) <= LARGEST_FILE:
                return content
            limit = f"{LARGEST_FILE / 1e6:.0f} MB"
            self.complain(place, path, f"{named}larger than {limit}; split it, or use tables")
        except FileNotFoundError:
            self.complain(place, path, f"{named}no such file{_nearby(target)}")
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "not a file name"
            self.complain(place, path, f"{named}cannot be read ({why.lower()})")
        return None


def _position(problem: Problem, order: dict[str, int]) -> tuple[int, int, int]:
    place = problem.place or Place("")
    return order.get(place.file, len(order)), place.line, place.column


def shown_name(file: str | os.PathLike[str]) -> str:
    """Spell a file as the user would: relative to the working directory where it lies below it."""
    path = FilePath(file)
    if path.is_absolute() and path.is_relative_to(FilePath.cwd()):
        return str(path.relative_to(FilePath.cwd()))
    return os.fspath(file)


def named_from(place: Place, file: str) -> str:
    """Name a file, that the file of `place` mentions, relative to the working directory."""
    folder = FilePath(place.file).parent if place.line else FilePath()
    raw = folder / file
    short = FilePath(os.path.normpath(raw))
    # Taking out ".." is only right where no symbolic link lies on the way.
    try:
        is_there = raw.exists()
        same = is_there and short.exists() and short.samefile(raw)
    except OSError:  # no file can have such a name
        return str(raw)
    return str(short if same or not is_there else raw)


def _nearby(target: FilePath) -> str:
    from difflib import get_close_matches

    try:
        names = [entry.name for entry in target.parent.iterdir()]
    except OSError:
        return f"; the folder {target.parent} does not exist either"
    close = get_close_matches(target.name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _byte_place(file: str, content: bytes, position: int) -> Place:
    before = content[:position]
    return Place(file, before.count(b"\n") + 1, position - before.rfind(b"\n"))


def _encoding_remedy(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _UTF16
    return "not UTF-8; save it as UTF-8"
