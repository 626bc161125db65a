import subprocess
import sys
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import netplan
from netplan.measure.samples import COMPONENTS
from netplan.show.plots.labels import write_names
from netplan.show.plots.reach import RINGS
from netplan.show.plots.style import COMPONENT_STYLES, LINE_STYLES, OUTCOME_STYLES
from netplan.show.plots.subject import percent


def luma(colour):
    """Return how light a colour is in grey: luma of ITU-R BT.601, as grey printing uses."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))


def test_outcomes_components_and_curves_differ_by_more_than_colour():
    assert len({look.marker for look in OUTCOME_STYLES.values()}) == 3
    assert len({look.hatch for look in OUTCOME_STYLES.values()}) == 3
    assert len({look.hatch for look in COMPONENT_STYLES.values()}) == len(COMPONENTS)
    assert len({look.dashes for look in LINE_STYLES}) == len(LINE_STYLES)


def test_outcomes_differ_in_grey():
    greys = sorted(luma(look.colour) for look in OUTCOME_STYLES.values())
    assert min(np.diff(greys)) > 0.1


def test_neighbouring_latency_circles_differ_by_symbol_and_in_grey():
    assert len({ring.marker for ring in RINGS}) == len(RINGS)
    assert min(abs(np.diff([luma(ring.colour) for ring in RINGS]))) > 0.15


def sides_of(places):
    """Return on which side of its symbol each name stands, on a map of 10 degrees."""
    axes = Figure(figsize=(5, 5)).subplots()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 10)
    write_names(axes, places)
    return {text.get_text(): (text.get_ha(), text.get_va()) for text in axes.texts}


def test_a_name_with_room_stands_above_to_the_right():
    assert sides_of({"alone": (5, 5)}) == {"alone": ("left", "bottom")}


def test_names_of_near_places_stand_on_different_sides():
    sides = sides_of({"west": (5, 5), "east": (5.1, 5.05), "far": (9, 1)})
    assert sides["west"] != sides["east"]
    assert sides["far"] == ("left", "bottom")


def test_a_name_does_not_cover_the_symbol_of_another_place():
    assert sides_of({"here": (5, 5), "there": (5.5, 5.25)})["here"] != ("left", "bottom")


def test_what_falls_short_of_everything_never_reads_one_hundred_percent():
    assert percent(0.99999) == "99.9 %"
    assert percent(1.0) == "100 %"


def test_only_the_plots_room_imports_matplotlib():
    source = Path(netplan.__file__).parent
    users = {
        "/".join(file.relative_to(source).parts[:2])
        for file in source.rglob("*.py")
        if "import matplotlib" in (text := file.read_text(encoding="utf-8"))
        or "from matplotlib" in text
    }
    assert users == {"show/plots"}


def test_judging_loads_no_pictures():
    code = (
        "import sys, netplan\n"
        "netplan.Evaluation.plot, netplan.load_results\n"
        "print('matplotlib' in sys.modules, 'netplan.show' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
