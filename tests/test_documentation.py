"""What the documentation shows: pipelines parse, commands exist, the example works as told."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.input.loader import load, schema
from netplan.judge.evaluation import evaluate

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "docs" / "pipelines.md", ROOT / "README.zh.md", ROOT / "README.md"]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
FEW = "simulation.packets.at_most=3000000"
PIPELINES = re.findall(r"```yaml\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL)


def commands_in(text):
    """Return every netplan-sim command line of a page, as words."""
    found = re.findall(r"netplan-sim ((?:[^\n`|;#]|\n {10}(?=--))+)", text)
    return [words for line in found if (words := shlex.split(line)) and words[0].isalpha()]


def test_every_pipeline_is_yaml():
    github, gitlab, pre_commit = map(yaml.safe_load, PIPELINES)
    assert "steps" in github["jobs"]["check"]
    assert gitlab["latency"]["artifacts"]["reports"]["junit"] == "latency.xml"
    assert pre_commit["repos"][0]["hooks"][0]["id"] == HOOKS[0]["id"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists_with_its_options(page):
    known = get_command(app).commands
    for name, *words in commands_in(page.read_text(encoding="utf-8")):
        if not name.islower() or name == "or":
            continue
        assert name in known, name
        options = {option for part in known[name].params for option in part.opts}
        used = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert used <= options, (name, used - options)


def test_files_that_pipelines_name_are_shipped():
    for name in re.findall(r"scenarios/[\w-]+\.yaml", PAGES[0].read_text(encoding="utf-8")):
        assert (ROOT / name).is_file(), name


def test_a_line_over_several_lines_is_read_as_one_command():
    [check] = [words for words in commands_in(PIPELINES[0]) if words[0] == "check"]
    assert "--sarif" in check
    assert "summary.md" in check


def test_the_hook_runs_a_command_on_the_files_that_this_repository_ships():
    [hook] = HOOKS
    program, command = hook["entry"].split()
    assert program == "netplan-sim"
    assert command in get_command(app).commands
    pattern = re.compile(hook["files"])
    shipped = [path.relative_to(ROOT).as_posix() for path in (ROOT / "scenarios").glob("*.yaml")]
    assert all(pattern.search(path) for path in shipped)
    assert not pattern.search("scenarios/tables/city-content.csv")
    assert not pattern.search("docs/example.yaml")


def keys_of(shape):
    """Return every key that a JSON Schema allows somewhere."""
    if isinstance(shape, list):
        return {key for one in shape for key in keys_of(one)}
    if not isinstance(shape, dict):
        return set()
    return {*shape.get("properties", ()), *(key for one in shape.values() for key in keys_of(one))}


@pytest.mark.parametrize("kind", ["topology", "scenario"])
def test_the_readme_names_every_key_that_a_file_may_have(kind):
    page = PAGES[2].read_text(encoding="utf-8")
    fields = page.partition("### The fields\n")[2].partition("\n## ")[0]
    named = {word for code in re.findall(r"`([^`]+)`", fields) for word in re.findall(r"\w+", code)}
    # What a short form stands for: `fibre: g652` is `fibre: {kind: g652}`.
    longhand = {"kind", "limit", "technology", "medium"}
    assert keys_of(schema(kind)) - longhand <= named


@pytest.fixture
def guide(tmp_path, monkeypatch):
    """Write the two files of the Chinese guide."""
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    for name, rest in re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(f"# {name}\n{rest}", encoding="utf-8")
    return tmp_path


def test_the_example_of_the_chinese_guide_breaks_in_2026_and_is_cured_as_it_says(guide):
    outcomes = [str(v.outcome) for v in evaluate(load("scenario.yaml", overrides=[FEW])).verdicts]
    assert outcomes == ["met", "missed"]
    cure = (
        "expansion=[{by: 2026, set: {link: shenyang--dalian, members: 4}},"
        " {by: 2026, set: {link: ai--shenyang, members: 4}}]"
    )
    cured = evaluate(load("scenario.yaml", overrides=[FEW, cure]))
    assert [str(verdict.outcome) for verdict in cured.verdicts] == ["met", "met"]


def test_the_python_of_the_readme_runs_as_it_stands(tmp_path, monkeypatch):
    for folder in ("scenarios", "topologies"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    few = ["--set", "simulation.packets={at_least: 1000, at_most: 2000}"]
    done = CliRunner().invoke(app, ["run", "scenarios/two-cities.yaml", "--out", "results", *few])
    assert done.exit_code == 0
    [block] = re.findall(r"^```python\n(.*?)^```", PAGES[2].read_text("utf-8"), re.M | re.S)
    exec(compile(block, "README.md", "exec"), {})


def test_the_mistake_of_the_chinese_guide_gives_the_line_that_it_shows(guide):
    file = guide / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("rate_gbps: 120", "rate_gbsp: 120"), encoding="utf-8")
    done = CliRunner().invoke(app, ["validate", "scenario.yaml", "--lang", "zh"])
    assert done.exit_code == 2
    assert done.stderr.splitlines()[0] in (ROOT / "README.zh.md").read_text(encoding="utf-8")
