from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest

from netplan.ground.errors import InputError
from netplan.judge.document import to_document, to_json
from netplan.judge.evaluation import evaluate
from netplan.judge.results import load_results, save_results, write_text
from netplan.measure.samples import NETWORK, VARIABLE

TOPOLOGY = """
    defaults:
      nodes: {core: {processing_us: 20}, compute: {processing_us: 10}}
      links: {capacity_gbps: 0.1, buffer: {packets: 30}}
    nodes:
      a: {role: core, city: x}
      b: {role: core, city: y}
      near: {role: compute, city: x}
    links:
      a--b: {ends: [a, b], length_km: 40}
      near--a: {ends: [near, a], length_km: 1}
"""
SCENARIO = """
    years: [2024, 2025]
    traffic:
      classes: {best: {arrivals: poisson, sizes: imix}}
      demands: [{class: best, from: a, to: b, rate_gbps: 0.04}]
      growth_per_year: {best: 0.5}
    targets:
      - {name: {en: simulated, zh: 仿真}, between: {from: core, to: core}, layer: network,
         direction: one_way, statistic: p90, below_ms: 2}
      - {name: impossible, between: {pairs: [[a, b]]}, layer: network, direction: one_way,
         statistic: p90, below_ms: 0.1}
      - {name: near, between: {from: core, to: nearest_compute, within: city}, layer: optical,
         direction: one_way, statistic: max, below_ms: 1}
    simulation: {seed: 5, packets: {at_least: 1000, at_most: 100000}}
"""
FILES = {"results.json", "pairs.csv", "links.csv", "samples.npz", "inputs.json"}


@pytest.fixture
def evaluation(write):
    return evaluate(write(TOPOLOGY, SCENARIO), engine="fast")


@pytest.fixture
def results(evaluation, tmp_path):
    save_results(evaluation, tmp_path / "out")
    return load_results(tmp_path / "out")


def test_results_call_targets_by_their_english_names_and_tell_the_chinese_ones(results):
    names = {(t["name"], t["name_zh"]) for t in results.document["targets"]}
    assert names == {("simulated", "仿真"), ("impossible", None), ("near", None)}


def test_a_results_folder_holds_its_five_files_and_nothing_half_written(evaluation, tmp_path):
    save_results(evaluation, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def test_the_same_input_gives_the_same_bytes_of_every_file(write, tmp_path):
    for name in ("one", "two"):
        save_results(evaluate(write(TOPOLOGY, SCENARIO), engine="fast"), tmp_path / name)
        os.utime(tmp_path / name / "results.json", (1, 1))  # times of files must not matter
    for name in FILES:
        first, second = ((tmp_path / folder / name).read_bytes() for folder in ("one", "two"))
        assert first == second, name


def test_what_was_not_simulated_has_no_measured_loss(evaluation, write):
    losses = {
        target["name"]: {pair["loss"] is None for pair in target["pairs"]}
        for target in to_document(evaluation)["targets"]
    }
    assert losses == {"simulated": {False}, "impossible": {True}, "near": {True}}
    optical = SCENARIO.replace("layer: network", "layer: optical")
    for use in to_document(evaluate(write(TOPOLOGY, optical), engine="fast"))["links"]:
        assert (use["loss"], use["mean_queueing_ms"], use["max_queueing_ms"]) == (None, None, None)


def test_the_document_holds_the_keys_that_pipelines_read(evaluation):
    document = to_document(evaluation)
    assert document["netplan"] == "results/1"
    assert {"scenario", "version", "seed", "engine", "inputs_sha256", "targets", "links"} <= set(
        document
    )
    target, link = document["targets"][0], document["links"][0]
    assert {"name", "year", "state", "outcome", "reason", "coverage", "pairs"} <= set(target)
    assert set(target["pairs"][0]) >= {
        "source", "target", "outcome", "reason", "estimate_ms", "low_ms", "high_ms", "floor_ms",
        "limit_ms", "loss", "packets", "components_ms", "route",
    }  # fmt: skip
    assert set(link) >= {
        "link", "from", "to", "utilisation", "loss", "mean_queueing_ms", "max_queueing_ms",
    }  # fmt: skip


def test_the_document_names_the_scenario_in_both_languages(write):
    named = write(TOPOLOGY, SCENARIO, overrides=["name={en: Plan, zh: 方案}", "targets=[]"])
    document = to_document(evaluate(named))
    assert (document["scenario"], document["scenario_zh"]) == ("Plan", "方案")


def test_the_document_is_json_without_not_a_number(evaluation):
    text = to_json(to_document(evaluation))
    assert json.loads(text) == to_document(evaluation)
    assert "NaN" not in text
    assert "Infinity" not in text


def test_the_document_says_nothing_about_when_and_where(evaluation, tmp_path):
    text = to_json(to_document(evaluation))
    assert str(tmp_path) not in text
    assert os.uname().nodename not in text


def test_components_of_a_simulated_pair_add_up_to_its_mean_to_the_picosecond(results):
    """The mean from the histogram's exact sums is the sum of the components in the document."""
    for year, stream in results.streams:
        [pair] = [
            pair
            for target in results.document["targets"]
            for pair in target["pairs"]
            if (target["name"], target["year"]) == ("simulated", year)
            and stream.name.startswith(f"probe/{pair['source']}>{pair['target']}/")
        ]
        mean = (stream.sums.sum() / stream.delivered + stream.base) / 1e9
        assert sum(pair["components_ms"].values()) == pytest.approx(mean, abs=5e-9)
        assert list(pair["components_ms"]) == list(NETWORK)


def test_samples_come_back_as_they_were(evaluation, results):
    written = [(y, s) for y, found in evaluation.samples.items() for s in found.streams.values()]
    assert [(year, s.name) for year, s in results.streams] == [(y, s.name) for y, s in written]
    for (_, before), (_, after) in zip(written, results.streams, strict=True):
        for name in before.__dataclass_fields__:
            one, two = getattr(before, name), getattr(after, name)
            if isinstance(one, tuple):
                assert all(map(np.array_equal, one, two)), name
            else:
                assert np.array_equal(one, two), name


def test_tables_have_a_row_for_each_target_pair_hop_and_link(results):
    assert len(results.targets) == 3 * 2
    assert len(results.pairs) == (2 + 1 + 2) * 2
    assert len(results.links) == 4 * 2
    assert set(results.hops["hop"]) == {0}
    assert (
        results.pairs.query("target_name == 'near' and source == 'b'")["reason"].tolist()
        == ["no_compute"] * 2
    )


def test_histograms_hold_every_delivered_packet_once_for_each_component(results):
    histograms = results.histograms
    for year, stream in results.streams:
        mine = histograms[(histograms["year"] == year) & (histograms["stream"] == stream.name)]
        packets = mine.groupby("component")["packets"].sum()
        assert packets.to_dict() == dict.fromkeys(["delay", *VARIABLE], stream.delivered)
        assert (mine["lower_ms"] < mine["upper_ms"]).all()
        assert mine["upper_ms"].max() <= (stream.maximum + 1) / 1e9 * (1 + 1e-12)


def test_csv_tables_agree_with_the_document(evaluation, tmp_path):
    save_results(evaluation, tmp_path)
    document = to_document(evaluation)
    with (tmp_path / "pairs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pairs = [pair for target in document["targets"] for pair in target["pairs"]]
    assert [row["outcome"] for row in rows] == [pair["outcome"] for pair in pairs]
    assert [row["estimate_ms"] for row in rows] == [
        "" if pair["estimate_ms"] is None else str(pair["estimate_ms"]) for pair in pairs
    ]
    with (tmp_path / "links.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(document["links"])


def test_results_without_any_simulation_come_back_too(write, tmp_path):
    text = SCENARIO.replace("below_ms: 2}", "below_ms: 0.1}")
    save_results(evaluate(write(TOPOLOGY, text)), tmp_path / "out")
    results = load_results(tmp_path / "out")
    assert results.streams == ()
    assert len(results.histograms) == 0
    assert len(results.pairs) == 10


def test_a_failed_write_leaves_the_old_file_and_no_part(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    write_text(path, "old")

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(path), "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not there; write results with netplan-sim run"),
        ("not json", "is not JSON"),
        ("[1]", "is not of the format results/1"),
        ('{"netplan": "results/0"}', "is not of the format results/1"),
        ('{"netplan": "results/1", "targets": 3}', "is damaged"),
    ],
)
def test_what_is_no_results_folder_is_an_input_error(tmp_path, content, message):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(InputError, match=message):
        load_results(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut short"])
def test_a_folder_without_sound_samples_is_an_input_error(evaluation, tmp_path, content):
    save_results(evaluation, tmp_path)
    (tmp_path / "samples.npz").unlink()
    if content is not None:
        (tmp_path / "samples.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"samples\.npz"):
        load_results(tmp_path)
