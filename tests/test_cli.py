"""The command line: exit codes, what goes where, and that nothing half-written stays behind."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.judge.evaluation import evaluate

GOLDEN = Path(__file__).parent / "golden"
TOPOLOGY = """\
netplan: topology/1
name: tiny
nodes:
  a: {name: {en: Alpha, zh: 沈阳}, role: core, city: x, processing_us: 20}
  b: {name: {en: Beta, zh: 大连}, role: core, city: y, processing_us: 20}
links:
  a--b: {ends: [a, b], length_km: 100, capacity_gbps: 0.1, buffer: {packets: 30}}
"""
SCENARIO = """\
netplan: scenario/1
name: {en: Tiny, zh: 小例}
topology: topology.yaml
years: [2024]
traffic:
  classes: {best: {arrivals: poisson, sizes: imix}}
  demands: [{class: best, from: a, to: b, rate_gbps: 0.05}]
targets:
  - name: near
    between: {pairs: [[a, b]]}
    layer: network
    direction: one_way
    statistic: p90
    below_ms: 1
simulation: {engine: simpy, seed: 5, packets: {at_least: 500, at_most: 4000}}
"""
OPTICAL = "targets[0].layer=optical"
"""Decided from the lengths alone, so nothing is simulated."""
IMPOSSIBLE = "targets[0].below_ms=0.2"
"""Light alone needs 0.49 ms."""
UNDER_WAY = rb"(?<![0-9])[1-9][0-9]*/[0-9]"
"""A progress bar counts finished runs."""
COMMAND = [sys.executable, "-m", "netplan"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topology.yaml").write_text(TOPOLOGY, encoding="utf-8")
    (tmp_path / "tiny.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def cli(*arguments):
    """Run the command line in this process, 80 columns wide."""
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "80"})


def set_to(*values):
    return [part for value in values for part in ("--set", value)]


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def assert_golden(name, text):
    golden = GOLDEN / name
    if "UPDATE_GOLDEN" in os.environ:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        (0, [OPTICAL]),
        (1, [OPTICAL, IMPOSSIBLE]),
        (2, ["targets[0].below_ms=-1"]),
        (2, ["targets=[]"]),
        (3, []),
    ],
)
def test_check_exits_0_met_1_missed_2_input_error_3_undecided(folder, code, settings):
    assert cli("check", "tiny.yaml", *set_to(*settings)).exit_code == code


def test_check_of_several_scenarios_exits_1_if_one_misses_and_another_is_undecided(folder):
    missed = SCENARIO.replace("below_ms: 1", "below_ms: 0.2")
    (folder / "missed.yaml").write_text(missed, encoding="utf-8")
    assert cli("check", "tiny.yaml", "missed.yaml").exit_code == 1


def test_check_simulates_nothing_if_one_of_several_scenarios_is_wrong(folder):
    done = cli("check", "tiny.yaml", "missing.yaml", "--json", "out.json")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "missing.yaml: no such file" in done.stderr
    assert files_in(folder) == {"tiny.yaml", "topology.yaml"}


def test_run_exits_0_whatever_the_verdict_and_2_on_an_input_error(folder):
    assert cli("run", "tiny.yaml", *set_to(OPTICAL, IMPOSSIBLE)).exit_code == 0
    assert cli("run", "tiny.yaml", *set_to("nonsense=1")).exit_code == 2


def test_run_without_a_target_tells_the_load_and_exits_0_but_check_wants_a_target(folder):
    done = cli("run", "tiny.yaml", *set_to("targets=[]"))
    assert done.exit_code == 0
    assert "Busiest links" in done.stdout
    assert "no target to check" in cli("check", "tiny.yaml", *set_to("targets=[]")).stderr


def test_validate_names_every_sound_file_and_exits_2_if_any_is_not(folder):
    done = cli("validate", "tiny.yaml", "topology.yaml")
    assert (done.exit_code, done.stdout) == (0, "tiny.yaml: sound\ntopology.yaml: sound\n")
    (folder / "bad.yaml").write_text(SCENARIO.replace("from: a", "from: c"), encoding="utf-8")
    done = cli("validate", "bad.yaml", "tiny.yaml")
    assert (done.exit_code, done.stdout) == (2, "tiny.yaml: sound\n")
    assert "bad.yaml:7:33: traffic.demands[0].from: unknown node 'c'" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
@pytest.mark.parametrize("words", ["--help", "run --help", "--version", "schema scenario"])
def test_a_full_disk_is_one_line_whatever_is_printed(words):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *words.split()], stdout=full, stderr=subprocess.PIPE, check=False
        )
    told = b"file: No space left on device; choose another place\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_a_span_too_short_to_be_true_is_noted_by_validate_and_once_in_a_report(folder):
    far = TOPOLOGY.replace("core, city: x", "core, at: [42, 123], city: x")
    far = far.replace("core, city: y", "core, at: [39, 123], city: y")
    (folder / "topology.yaml").write_text(far, encoding="utf-8")
    doubt = "spans shorter than the great circle between their ends: a--b 100 km < 333.6 km"
    for file in ("tiny.yaml", "topology.yaml"):
        done = cli("validate", file)
        told = f"{file}: sound, but doubtful {doubt}; check length_km and at"
        assert (done.exit_code, " ".join(done.stdout.split())) == (0, told)
    growth = "traffic.growth_per_year={best: 0.1}"
    done = cli("check", "tiny.yaml", *set_to(OPTICAL, "years=[2024, 2025]", growth))
    said = " ".join(done.stdout.split())
    assert said.count(f"Notes {doubt}; check length_km and at") == 1
    assert "大圆距离" in cli("validate", "tiny.yaml", "--lang", "zh").stdout


def test_plot_writes_the_picture_and_exits_2_without_results_or_with_an_unknown_kind(folder):
    cli("run", "tiny.yaml", "--out", "results", *set_to(OPTICAL))
    done = cli("plot", "results", "--kind", "heatmap", "--out", "heat.svg")
    assert (done.exit_code, done.stdout) == (0, "Picture is in heat.svg\n")
    assert (folder / "heat.svg").read_bytes().startswith(b"<?xml")
    assert cli("plot", "nothing", "--kind", "cdf").exit_code == 2
    done = cli("plot", "results", "--kind", "hetmap")
    assert done.exit_code == 2
    assert "did you mean 'heatmap'?" in done.stderr


def test_plot_compares_with_other_results_and_refuses_options_of_other_kinds(folder):
    for name in ("results", "other"):
        cli("run", "tiny.yaml", "--out", name, *set_to(OPTICAL))
    done = cli("plot", "results", "--kind", "difference", "--against", "other", "-o", "b-a.svg")
    assert (done.exit_code, (folder / "b-a.svg").exists()) == (0, True)
    done = cli("plot", "results", "--kind", "difference")
    assert done.exit_code == 2
    assert "against: no other results; name those to compare with" in done.stderr
    done = cli("plot", "results", "--kind", "cdf", "--circles", "a")
    assert done.exit_code == 2
    assert "circles: a picture of kind cdf has no such option, only map" in done.stderr


@pytest.mark.parametrize("kind", ["topology", "scenario"])
def test_schema_prints_json_and_nothing_else(kind):
    done = cli("schema", kind)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["properties"]["netplan"]["const"] == f"{kind}/1"


@pytest.mark.parametrize(
    "arguments",
    [["chekc"], ["check"], ["check", "tiny.yaml", "--jobs", "0"], ["schema", "network"],
     ["run", "tiny.yaml", "--engine", "ns3"], ["check", "tiny.yaml", "--json"]],
)  # fmt: skip
def test_a_wrong_use_of_the_command_line_exits_2_and_says_so_on_stderr(folder, arguments):
    done = cli(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_check_writes_the_same_bytes_again_and_with_more_jobs(folder):
    """SimPy runs in other processes with two jobs, in this one with one."""
    for name, jobs in (("one", 1), ("again", 1), ("two", 2)):
        cli("check", "tiny.yaml", "--json", f"{name}.json", "--jobs", jobs)
    one = (folder / "one.json").read_bytes()
    assert one == (folder / "again.json").read_bytes()
    assert one == (folder / "two.json").read_bytes()
    assert json.loads(one)["targets"][0]["pairs"][0]["packets"] > 0


def test_one_scenario_makes_a_json_document_and_several_make_a_list(folder):
    cli("check", "tiny.yaml", "--json", "one.json", *set_to(OPTICAL))
    cli("check", "tiny.yaml", "tiny.yaml", "--json", "two.json", *set_to(OPTICAL))
    one, two = (json.loads((folder / name).read_text()) for name in ("one.json", "two.json"))
    assert two == [one, one]


def test_seed_engine_and_set_override_what_the_scenario_says(folder):
    cli("check", "tiny.yaml", "--json", "out.json", "--seed", 77, "--engine", "fast",
        *set_to(OPTICAL, "targets[0].name=farther"))  # fmt: skip
    document = json.loads((folder / "out.json").read_text())
    assert (document["seed"], document["engine"]) == (77, "fast")
    assert document["targets"][0]["name"] == "farther"


def test_another_seed_gives_other_packets(folder):
    for seed in (1, 2):
        cli("check", "tiny.yaml", "--json", f"{seed}.json", "--seed", seed)
    first, second = (json.loads((folder / f"{seed}.json").read_text()) for seed in (1, 2))
    assert first["targets"][0]["pairs"] != second["targets"][0]["pairs"]


@pytest.mark.parametrize(
    "command",
    [["validate", "tiny.yaml"], ["run", "tiny.yaml", "--out", "results"],
     ["check", "tiny.yaml", "--json", "out.json"]],
)  # fmt: skip
def test_quiet_prints_nothing(folder, command):
    done = cli(*command, "--quiet", *set_to(OPTICAL))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_quiet_still_prints_errors(folder):
    assert "missing.yaml" in cli("check", "missing.yaml", "--quiet").stderr


def test_no_colour_and_no_progress_where_nobody_looks(folder):
    done = subprocess.run(
        [*COMMAND, "run", "tiny.yaml", "--jobs", "1"], capture_output=True, check=True
    )
    assert b"\033" not in done.stdout
    assert done.stderr == b""


@pytest.mark.parametrize("command", [["run", "--out", "taken/results"],
                                     ["check", "--json", "taken/out.json"],
                                     ["check", "--junit", "taken/out.xml"]])  # fmt: skip
def test_a_place_that_cannot_be_written_is_one_line_and_exit_2(folder, command):
    (folder / "taken").write_text("a file, not a folder")
    done = cli(command[0], "tiny.yaml", *command[1:], *set_to(OPTICAL))
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("taken")
    assert "choose another place" in line


def test_a_place_for_verdicts_is_tried_before_anything_is_simulated(folder):
    (folder / "taken").mkdir()
    done = cli("check", "tiny.yaml", "--json", "taken")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["taken: Is a directory; choose another place"]


@pytest.mark.parametrize("command", ["report", "plot --kind cdf", "judge tiny.yaml"])
def test_a_scenario_in_place_of_results_is_told_from_missing_results(folder, command):
    name, *others = command.split()
    done = cli(name, "tiny.yaml", *others)
    assert done.exit_code == 2
    assert done.stderr.startswith("tiny.yaml: is a file, not a results folder; write results with")


def test_a_closed_output_is_no_reason_to_fail(folder):
    command = f"exec {shlex.join([*COMMAND, 'validate', 'tiny.yaml'])} >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def read_until(terminal, pattern):
    """Return what a program writes to a terminal, up to a pattern or its end."""
    shown = b""
    while not re.search(pattern, shown) and select.select([terminal], [], [], 60)[0]:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # nobody holds the other end any more
            break
    return shown


def evaluations(monkeypatch):
    """Count how often a scenario is evaluated."""
    counted = []
    monkeypatch.setattr(
        "netplan.judge.evaluation.evaluate",
        lambda *given, **options: counted.append(1) or evaluate(*given, **options),
    )
    return counted


def test_an_unchanged_run_is_not_judged_again(folder, monkeypatch):
    counted = evaluations(monkeypatch)
    first, second = (cli("run", "tiny.yaml", "--out", "results") for _ in range(2))
    assert len(counted) == 1
    assert second.stdout == first.stdout
    assert "nothing has changed" in second.stderr
    assert "undecided" in cli("run", "tiny.yaml", "--out", "results", "--lang", "en").stdout
    assert "未判定" in cli("run", "tiny.yaml", "--out", "results", "--lang", "zh").stdout
    assert len(counted) == 1


@pytest.mark.parametrize("changed", ["option", "seed", "engine", "input", "results", "answer"])
def test_a_run_is_judged_again_when_anything_has_changed(folder, monkeypatch, changed):
    counted = evaluations(monkeypatch)
    cli("run", "tiny.yaml", "--out", "results")
    options = {
        "option": set_to("targets[0].below_ms=2"),
        "seed": ["--seed", "6"],
        "engine": ["--engine", "fast"],
    }
    file = {"input": "topology.yaml", "results": "results/pairs.csv"}.get(changed)
    if file is not None:
        (folder / file).write_text((folder / file).read_text(encoding="utf-8") + "\n")
    if changed == "answer":
        (folder / "results/runs/answer.json").write_text('{"key": ')
    assert cli("run", "tiny.yaml", "--out", "results", *options.get(changed, [])).exit_code == 0
    assert len(counted) == 2


def test_nothing_is_left_among_temporary_files(folder):
    """Matplotlib makes a folder there where it has no other, and removes it at the end."""
    assert cli("run", "tiny.yaml", "--out", "results").exit_code == 0
    (folder / "temporary").mkdir()
    places = {"TMPDIR": "temporary", "MPLCONFIGDIR": "tiny.yaml/none"}
    ended = subprocess.run(
        [*COMMAND, "plot", "results", "--kind", "cdf"],
        env=os.environ | {name: str(folder / place) for name, place in places.items()},
        capture_output=True,
        check=True,
    )
    assert b"temporary cache directory" in ended.stderr
    assert list((folder / "temporary").iterdir()) == []


@pytest.mark.parametrize("command", ["validate tiny.yaml", "schema scenario"])
def test_a_reader_that_has_seen_enough_is_no_verdict(folder, command):
    """As after `| head`: 1 would say that a target is missed."""
    nobody, output = os.pipe()
    os.close(nobody)
    with os.fdopen(output, "w") as closed:
        ended = subprocess.run(
            [*COMMAND, *command.split()], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("engine", "packets"),
    [("simpy", "{at_least: 40000, at_most: 80000}"),
     ("fast", "{at_least: 4000000, at_most: 8000000}")],
)  # fmt: skip
def test_an_interrupted_run_exits_130_and_leaves_nothing_half_written(folder, engine, packets):
    """The progress bar on a terminal tells when the simulation is under way; finished runs stay."""
    terminal, other_end = pty.openpty()
    many_runs = set_to(f"years={list(range(2024, 2064))}", f"simulation.packets={packets}",
                       "traffic.growth_per_year={best: 0}")  # fmt: skip
    running = subprocess.Popen(
        [*COMMAND, "run", "tiny.yaml", "--engine", engine, "--jobs", "2", "--out", "results",
         *many_runs],
        stdout=subprocess.PIPE,
        stderr=other_end,
        start_new_session=True,
        # Where the tests run in the background, a shell has them ignore SIGINT, and children with
        # them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    os.close(other_end)
    try:
        assert re.search(UNDER_WAY, read_until(terminal, UNDER_WAY))
        os.killpg(running.pid, signal.SIGINT)
        shown = read_until(terminal, rb"never")
        stdout, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.communicate()
        os.close(terminal)
    assert (running.returncode, stdout) == (130, b"")
    assert shown.rstrip().endswith(b"interrupted")
    assert b"Traceback" not in shown
    left = files_in(folder) - {"tiny.yaml", "topology.yaml"}
    assert {str(Path(name).parent) for name in left} <= {"results/runs"}
    for name in left:
        with zipfile.ZipFile(folder / name) as archive:
            assert archive.testzip() is None, name


def test_check_writes_every_form_that_pipelines_read(folder):
    files = [f"--{name}=gate.{name}" for name in ("json", "junit", "sarif", "markdown")]
    impossible = set_to(OPTICAL, IMPOSSIBLE)
    done = cli("check", "tiny.yaml", "--quiet", "--github", *impossible, *files)
    assert done.exit_code == 1
    first, *more = done.stdout.splitlines()
    assert first.startswith("::error file=tiny.yaml,line=9,col=5,title=near%3A missed::2024")
    assert [line.partition(" ")[0] for line in more] == ["::warning"]
    assert "topology.yaml,line=7" in more[0]
    assert len(list(folder.glob("gate.*"))) == 4


def test_the_language_comes_from_the_locale_unless_it_is_named(folder, monkeypatch):
    run = ("run", "tiny.yaml", *set_to(OPTICAL))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "总体结论：满足" in cli(*run).stdout
    assert "Result: MET" in cli(*run, "--lang", "en").stdout
    monkeypatch.setenv("LC_ALL", "C")
    assert "Result: MET" in cli(*run).stdout


def test_messages_are_chinese_as_well(folder):
    done = cli("validate", "tiny.yaml", "--lang", "zh")
    assert done.stdout == "tiny.yaml：无误\n"
    done = cli("run", "tiny.yaml", "--out", "results", "--lang", "zh", *set_to(OPTICAL))
    assert done.stdout.endswith("结果位于 results\n")


def test_results_do_not_depend_on_the_language(folder):
    for lang in ("en", "zh"):
        cli("check", "tiny.yaml", "--json", f"{lang}.json", "--lang", lang, *set_to(OPTICAL))
    assert (folder / "en.json").read_bytes() == (folder / "zh.json").read_bytes()


@pytest.mark.parametrize("command", ["", "validate", "run", "check", "plot", "schema"])
def test_help_reads_as_it_did(command):
    done = cli(*command.split(), "--help")
    assert done.exit_code == 0
    assert_golden(f"help{'-' if command else ''}{command}.txt", done.stdout)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_verdict_report_reads_as_it_did(folder, lang):
    done = cli("run", "tiny.yaml", "--jobs", 1, "--lang", lang, *set_to("years=[2024, 2025]"),
               *set_to("traffic.growth_per_year={best: 1.5}"))  # fmt: skip
    assert_golden(f"report-{lang}.txt", done.stdout)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_errors_read_as_they_did(folder, lang):
    wrong = SCENARIO.replace("below_ms", "below_s").replace("from: a", "from: c")
    (folder / "wrong.yaml").write_text(wrong, encoding="utf-8")
    done = cli("check", "wrong.yaml", "missing.yaml", "--lang", lang)
    assert_golden(f"errors-{lang}.txt", done.stderr)
    assert done.stdout == ""
