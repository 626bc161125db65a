"""GeoJSON: fibre routes drawn on a map."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netplan.exchange import export, import_file
from netplan.exchange.geojson import line_km
from netplan.ground.errors import InputError
from netplan.input.loader import load_topology
from netplan.input.scenario.lengths import great_circle_km
from netplan.input.scenario.network import Confidence
from netplan.network.topology import is_estimate

ROOT = Path(__file__).parent.parent
SHENYANG, YINGKOU, DALIAN = [123.433, 41.792], [122.232, 40.665], [121.602, 38.912]


def feature(kind, coordinates, **properties):
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def brought_in(features, folder, name="net.geojson"):
    """Import features; return the topology and the notes."""
    document = {"type": "FeatureCollection", "features": features}
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    out = folder / "out.yaml"
    imported = import_file(folder / name, out)
    out.write_bytes(imported.files[out])
    return load_topology(out)[0], "\n".join(imported.notes)


def test_the_length_of_a_line_is_the_sum_of_its_great_circles():
    total = great_circle_km((41.792, 123.433), (40.665, 122.232))
    total += great_circle_km((40.665, 122.232), (38.912, 121.602))
    assert line_km([tuple(SHENYANG), tuple(YINGKOU), tuple(DALIAN)]) == pytest.approx(total)
    assert total > great_circle_km((41.792, 123.433), (38.912, 121.602))


def test_a_line_becomes_a_cable_whose_length_is_an_estimate_with_its_basis(tmp_path):
    sites = [
        feature("Point", SHENYANG, name="Shenyang", role="core"),
        feature("Point", DALIAN, name="Dalian"),
    ]
    line = feature("LineString", [SHENYANG, YINGKOU, DALIAN], name="trunk", capacity_gbps=400)
    spec, notes = brought_in([*sites, line], tmp_path)
    span = spec.spans["trunk"]
    assert span.ends == ("Shenyang", "Dalian")
    assert span.length_km == pytest.approx(line_km([SHENYANG, YINGKOU, DALIAN]), abs=1e-3)
    assert is_estimate(span)
    assert span.source.basis == "sum of great circles along the 3 points of the line in net.geojson"
    assert spec.links["Shenyang--Dalian"].over == ("trunk",)
    assert spec.links["Shenyang--Dalian"].capacity_gbps.forward == 400
    assert spec.nodes["Dalian"].source.confidence is Confidence.ASSUMED
    assert "length of 1 cables measured along their lines, without slack" in notes
    assert "each of 1 cables taken for a link" in notes


def test_lines_that_end_at_one_place_meet_at_one_site(tmp_path):
    close = [YINGKOU[0] + 0.001, YINGKOU[1]]
    lines = [
        feature("LineString", [SHENYANG, YINGKOU]),
        feature("MultiLineString", [[close, DALIAN], [DALIAN, [121.0, 38.0]]]),
    ]
    spec, notes = brought_in(lines, tmp_path)
    assert len(spec.nodes) == 4
    assert [span.ends for span in spec.spans.values()] == [
        ("site-1", "site-2"),
        ("site-2", "site-3"),
        ("site-3", "site-4"),
    ]
    assert "sites made where lines end: site-1, site-2, site-3, site-4" in notes


def test_no_link_ends_at_a_site_without_a_router(tmp_path):
    sites = [feature("Point", YINGKOU, name="hut", role="transit")]
    lines = [
        feature("LineString", [SHENYANG, YINGKOU]),
        feature("LineString", [SHENYANG, DALIAN]),
    ]
    spec, _ = brought_in([*sites, *lines], tmp_path)
    assert len(spec.spans) == 2
    assert len(spec.links) == 1


def test_two_cables_side_by_side_are_two_links(tmp_path):
    lines = [feature("LineString", [SHENYANG, DALIAN]), feature("LineString", [SHENYANG, DALIAN])]
    spec, _ = brought_in(lines, tmp_path)
    assert [link.over for link in spec.links.values()] == [(name,) for name in spec.spans]
    assert len(spec.spans) == 2


def test_maps_are_known_by_their_content_too(tmp_path):
    spec, _ = brought_in([feature("LineString", [SHENYANG, DALIAN])], tmp_path, "net.json")
    assert len(spec.spans) == 1


def test_a_line_drawn_anew_in_our_own_file_is_measured_once_its_length_is_gone(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    path = tmp_path / "net.geojson"
    document = json.loads(export(spec, path).files[path])
    (drawn,) = (
        f
        for f in document["features"]
        if f["properties"]["kind"] == "span" and f["id"] == "yingkou~dalian"
    )
    drawn["geometry"]["coordinates"] = [YINGKOU, [122.0, 39.5], DALIAN]
    path.write_text(json.dumps(document), encoding="utf-8")
    out = tmp_path / "out.yaml"
    out.write_bytes(import_file(path, out).files[out])
    assert load_topology(out)[0].spans["yingkou~dalian"].length_km == 230.3
    for key in ("length_km", "source.basis", "source.confidence"):
        del drawn["properties"][key]
    path.write_text(json.dumps(document), encoding="utf-8")
    out.write_bytes(import_file(path, out).files[out])
    span = load_topology(out)[0].spans["yingkou~dalian"]
    assert span.length_km == pytest.approx(line_km([YINGKOU, [122.0, 39.5], DALIAN]), abs=1e-3)
    assert is_estimate(span)


def test_a_map_shows_sites_as_points_and_links_along_their_cables(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    path = tmp_path / "net.geojson"
    document = json.loads(export(spec, path).files[path])
    shapes = {
        (f["properties"]["kind"], f["id"]): f["geometry"]["coordinates"]
        for f in document["features"]
    }
    assert shapes["node", "dalian"] == DALIAN
    assert shapes["link", "shenyang--dalian"] == [SHENYANG, YINGKOU, DALIAN]


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        ({"type": "Polygon", "coordinates": []}, r"features\[0\]: a Polygon; sites are Points"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "fewer than two points"),
        ({"type": "Point", "coordinates": [1]}, "not a GeoJSON feature"),
        ({"type": "Point", "coordinates": [443021, 4623021]}, "export as WGS 84"),
    ],
)
def test_shapes_that_mean_nothing_here_are_errors(geometry, message, tmp_path):
    with pytest.raises(InputError, match=message):
        brought_in([{"type": "Feature", "properties": {}, "geometry": geometry}], tmp_path)


def test_a_feature_of_our_own_without_its_kind_is_an_error(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    path = tmp_path / "net.geojson"
    document = json.loads(export(spec, path).files[path])
    del document["features"][0]["properties"]["kind"]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="shenyang: the property kind must be node, span or link"):
        import_file(path, tmp_path / "out.yaml")
