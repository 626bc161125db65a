from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from netplan.input.scenario.service import (
    ACCESS_TECHNOLOGIES,
    STORAGE_MEDIA,
    Access,
    Servers,
    Storage,
)
from netplan.network.laws import duration_law

NAMED = ACCESS_TECHNOLOGIES | STORAGE_MEDIA


@pytest.mark.parametrize("name", NAMED)
def test_a_named_law_says_where_its_figures_come_from(name):
    """One that is assumed says so where it stands."""
    law = NAMED[name]
    assert len(law.source) > 20
    assert ("assumed" in law.source) == (law.confidence in ("assumed", "low"))


@pytest.mark.parametrize(
    ("words", "table"), [(Access, ACCESS_TECHNOLOGIES), (Storage, STORAGE_MEDIA)]
)
def test_every_named_law_may_be_written_by_its_name_alone(words, table):
    for name, named in table.items():
        written = TypeAdapter(words).validate_python(name)
        assert duration_law(written) == duration_law(named.law)


@pytest.mark.parametrize(
    ("law", "mean", "least"),
    [
        ({"fixed_us": 30}, 30e-6, 30e-6),
        ({"fixed_ms": 2}, 2e-3, 2e-3),
        ({"uniform_ms": [1, 3]}, 2e-3, 1e-3),
        ({"exponential_ms": 5}, 5e-3, 0.0),
        ({"lognormal": {"mean_ms": 8, "cv": 0.3}}, 8e-3, 0.0),
    ],
)
def test_a_law_written_in_milliseconds_is_one_in_seconds(law, mean, least):
    found = duration_law(TypeAdapter(Access).validate_python(law))
    assert (found.mean, found.least) == pytest.approx((mean, least))


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ({}, "give exactly one of technology"),
        ({"technology": "gpon", "fixed_us": 3}, "give exactly one of technology"),
        ({"uniform_ms": [3, 1]}, "give the least first"),
        ({"lognormal": {"mean_ms": 1, "cv": 0}}, "greater than 0"),
        ("5g", "5g_urllc"),
    ],
)
def test_a_law_that_makes_no_sense_is_refused(law, message):
    with pytest.raises(ValidationError, match=message):
        TypeAdapter(Access).validate_python(law)


@pytest.mark.parametrize("servers", [0, 1.5, True])
def test_servers_are_a_whole_number_from_one_on(servers):
    with pytest.raises(ValidationError):
        TypeAdapter(Servers).validate_python({"servers": servers, "service": {"fixed_ms": 1}})
