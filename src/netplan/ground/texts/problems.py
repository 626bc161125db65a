"""What is wrong with an input, said in Chinese.

The loader makes its messages in English, of parts: what must be there, what was found, what to do.
Here each part is known by its shape, and so are the phrases inside of it. A part that is not known
stays in English.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from netplan.ground.texts.file_messages import FILE_MESSAGES
from netplan.ground.texts.messages import MESSAGES, PHRASES

if TYPE_CHECKING:
    from netplan.ground.errors import Problem
    from netplan.ground.texts.language import Language

__all__ = ["is_translated", "message_in_language", "problem_in_language"]

# Compiled where they are first used: who reads English needs none of them.
_BREAK = r"; (?=(?:[^']*'[^']*')*[^']*$)"
"""Between the parts of a message, not inside quotes."""
_HAN = "[\u4e00-\u9fff]"
_PUNCTUATION = r"[\s，。；：、（）？]"
_YEAR = r"(?s:(.*) \(in (\d{4})\))"
_FILE = r"(?s:(\S+): ((?:no such|is a folder|cannot|larger).*))"
"""A message about another file than the one it stands in."""


def problem_in_language(problem: Problem, language: Language) -> str:
    """Return a problem as one line in a language: where, what, and what to do about it."""
    return str(replace(problem, message=message_in_language(problem.message, language)))


def message_in_language(message: str, language: Language) -> str:
    """Return a message without a place in a language.

    Examples
    --------
    >>> message_in_language("must be greater than 0, got the text '-5'", "zh")
    "应大于 0，实为文本 '-5'"
    >>> message_in_language("unknown key; did you mean 'below_ms'?", "zh")
    "未知的键；是否应为 'below_ms'？"
    """
    return message if language == "en" else _message(message)


def is_translated(message: str) -> bool:
    """Whether every part of a message has a Chinese form."""
    year = re.fullmatch(_YEAR, message)
    parts = re.split(_BREAK, message if year is None else year[1])
    return all(_known(part) is not None for part in parts)


def _message(message: str) -> str:
    year = re.fullmatch(_YEAR, message)
    if year is not None:
        return f"{_message(year[1])}（{year[2]} 年）"
    parts = [(part, _known(part)) for part in re.split(_BREAK, message)]
    text = ""
    for part, chinese in parts:
        text += ("；" if chinese else "; ") * bool(text) + (chinese or part)
    return text


def _known(part: str) -> str | None:
    """Return a part of a message in Chinese, none if its shape is not known."""
    file = re.fullmatch(_FILE, part)
    if file is not None:
        inner = _known(file[2])
        return None if inner is None else f"{file[1]}：{inner}"
    for pattern, chinese in (*MESSAGES, *FILE_MESSAGES):
        found = re.fullmatch(pattern, part, re.DOTALL)
        if found is not None:
            return _filled(found, chinese)
    return None


def _filled(found: re.Match[str], chinese: str) -> str:
    """Put the groups into the places of a template, each said in Chinese if it is a phrase."""
    parts = re.split(r"\\(\d)", chinese)
    parts[1::2] = [_phrase(found[int(number)]) for number in parts[1::2]]
    return reduce(_joined, parts)


def _joined(left: str, right: str) -> str:
    """Set a space between Chinese and anything else, as between words."""
    beside = f"{left[-1:]}{right[:1]}"
    is_han = {re.match(_HAN, sign) is not None for sign in beside}
    parted = len(is_han) == 2 and not re.search(_PUNCTUATION, beside)
    return f"{left} {right}" if parted else left + right


def _phrase(words: str) -> str:
    for pattern, chinese in PHRASES:
        found = re.fullmatch(pattern, words, re.DOTALL)
        if found is not None:
            return _filled(found, chinese)
    return words
