from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netplan.show.tables.columns import WIDTH, columns, padded, wrapped

TEXT = "the links liaoyang--anshan and anshan--haicheng wait for a second way to Shenyang and back"


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("ms", 2), ("时延", 4), ("é", 1), ("e\u0301", 1)]
)
def test_chinese_takes_two_columns_and_an_accent_none(text, width):
    assert columns(text) == width


@given(st.text("ab 沈阳，-", max_size=40), st.integers(4, 20))
def test_a_padded_text_is_exactly_as_wide_as_its_column(text, width):
    """A column that ends between the halves of a Chinese character is filled up."""
    assert columns(padded(text, width)) == width


def test_english_breaks_as_the_standard_library_does():
    standard = textwrap.wrap(
        TEXT, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )
    assert wrapped(TEXT, indent=2) == standard
    assert len(standard) > 1


@given(st.text("ab 沈阳，。（）“”-", max_size=300))
def test_no_line_is_wider_than_the_terminal_and_no_character_gets_lost(text):
    lines = wrapped(text)
    assert all(columns(line) <= WIDTH for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_chinese_punctuation():
    lines = wrapped("时延，" * 60)
    assert len(lines) > 3
    assert not any(line.lstrip().startswith("，") for line in lines)


def test_a_word_longer_than_a_line_is_cut():
    assert [line.strip() for line in wrapped("x" * 100)] == ["x" * 76, "x" * 24]
