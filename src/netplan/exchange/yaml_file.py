"""Writes topologies and scenarios as YAML that people like to read: one line for each thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from netplan.exchange.words import topology_in_words
from netplan.input.loader.yaml_text import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netplan.input.loader.written import Plain
    from netplan.input.scenario.network import TopologySpec

__all__ = ["comment", "spell", "topology_yaml"]

_ONE_LINE = 10**9
_PARTS = ("nodes", "spans", "links")


class _Dumper(yaml.SafeDumper):
    """Quotes the texts that the YAML 1.2 of the loader would take for something else."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(scalar(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def spell(value: Plain) -> str:
    """Spell a value as one line of YAML.

    Examples
    --------
    >>> spell({"ends": ["a", "b"], "note": "1e3"})
    "{ends: [a, b], note: '1e3'}"
    """
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=True,
        allow_unicode=True,
        sort_keys=False,
        width=_ONE_LINE,
    )
    return text.strip().removesuffix("...").strip()


def comment(lines: Iterable[str]) -> list[str]:
    """Make lines of comment, whatever stands in the text."""
    words = (" ".join(line.split()) for line in lines)
    return [f"# {''.join(c if c.isprintable() else '?' for c in line)}".rstrip() for line in words]


def topology_yaml(spec: TopologySpec, header: Iterable[str] = ()) -> str:
    """Spell a topology as YAML, below a header of comments."""
    words = topology_in_words(spec)
    lines = [*comment(header), f"netplan: {spell(words['netplan'])}"]
    lines += [f"{key}: {spell(words[key])}" for key in ("name", "description") if key in words]
    lines += _defaults(words)
    for part in _PARTS:
        entries = words.get(part)
        if isinstance(entries, dict) and entries:
            lines += ["", f"{part}:", *_entries(entries)]
    return "\n".join(lines) + "\n"


def _defaults(words: Mapping[str, Plain]) -> list[str]:
    defaults = words.get("defaults")
    if not isinstance(defaults, dict) or not defaults:
        return []
    return ["", "defaults:", *(f"  {key}: {spell(value)}" for key, value in defaults.items())]


def _entries(entries: Mapping[str, Plain]) -> list[str]:
    """One line for each entry; a comment where the role changes."""
    lines: list[str] = []
    above: Plain = None
    for name, entry in entries.items():
        role = entry.get("role") if isinstance(entry, dict) else None
        if role is not None and role != above:
            lines.append(f"  # {role}")
        above = role
        lines.append(f"  {spell(name)}: {spell(entry)}")
    return lines
