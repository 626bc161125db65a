"""Excel workbooks and CSV folders, as people fill them in."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from netplan.cli.app import app
from netplan.exchange import export, import_file
from netplan.ground.errors import InputError
from netplan.input.loader import load, load_topology
from netplan.network.demand import flows_of, offered_load, pair_demands
from netplan.network.routing import Router
from netplan.network.topology import build_topology

ROOT = Path(__file__).parent.parent
LINK = "shenyang-a--beijing"
"""A link of Liaoning that the tests change."""
SMALL = {
    "nodes": [
        ["id", "role", "latitude", "longitude", "processing_us", "population"],
        ["a", "core", 41.5, 123.25, 20, None],
        ["b", "access", 41, 124, 20.5, 1200],
    ],
    "links": [
        ["id", "ends", "length_km", "capacity_gbps", "members"],
        ["a--b", "a;b", 12.5, 100, 4],
    ],
}


@pytest.fixture
def fill(tmp_path):
    """Write a workbook with these sheets, rows of cells each."""

    def write(sheets, name="net.xlsx"):
        book = Workbook()
        book.remove(book.worksheets[0])
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def brought_in(path, **options):
    """Import a file beside itself and load the topology."""
    out = path.with_name("out.yaml")
    put(import_file(path, out, **options).files)
    return load_topology(out)[0]


def put(files):
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def problems_of(path):
    with pytest.raises(InputError) as caught:
        import_file(path, path.with_name("out.yaml"))
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def offered(scenario, link):
    """Offered load over capacity of a link in the first year, the busier direction."""
    topology = build_topology(scenario, scenario.years[0])
    router = Router(topology, scenario.routing)
    flows = [
        flow
        for demand in pair_demands(scenario, router, scenario.years[0])
        for flow in flows_of(router, demand, scenario.traffic.classes[demand.traffic_class])
    ]
    load_ = offered_load(topology, flows)
    return max(
        load_.of_channel(c) / (c.capacity * c.members) for c in topology.channels if c.link == link
    )


# --- edited in a spreadsheet program --------------------------------------------------------


def test_a_capacity_changed_in_excel_changes_the_offered_load(tmp_path):
    before = load(ROOT / "scenarios" / "liaoning-2024.yaml")
    book_file = tmp_path / "net.xlsx"
    put(export(before, book_file).files)
    book = load_workbook(book_file)
    sheet = book["links"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(cell.row for cell in sheet["A"] if cell.value == LINK)
    sheet.cell(row, columns["capacity_gbps"]).value *= 2
    book.save(book_file)
    after = scenario_of(book_file, tmp_path)
    assert offered(after, LINK) == pytest.approx(offered(before, LINK) / 2, rel=1e-6)


def test_a_capacity_cut_down_in_excel_turns_a_verdict(tmp_path):
    """By commands alone: export, check, edit, import, check. 50 Gbit/s do not pass through 40."""
    written = (ROOT / "scenarios" / "two-cities.yaml").read_text(encoding="utf-8")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(written.replace("../topologies/two-cities", "new"), encoding="utf-8")
    book_file = tmp_path / "net.xlsx"

    def run(*arguments):
        return CliRunner().invoke(app, [*map(str, arguments), "--quiet"]).exit_code

    def check():
        assert run("import", book_file, "-o", tmp_path / "new.yaml") == 0
        return run("check", scenario, "--set", "years=[2024]", "--jobs", "1")

    assert run("export", ROOT / "topologies" / "two-cities.yaml", "-o", book_file) == 0
    assert check() == 0
    book = load_workbook(book_file)
    sheet = book["links"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    row = next(cell.row for cell in sheet["A"] if cell.value == "shenyang--dalian")
    sheet.cell(row, columns["capacity_gbps"]).value = 40
    book.save(book_file)
    assert check() == 1


def test_a_capacity_changed_in_a_csv_file_changes_the_offered_load(tmp_path):
    before = load(ROOT / "scenarios" / "liaoning-2024.yaml")
    put(export(before, tmp_path / "net").files)
    path = tmp_path / "net" / "links.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    for row in rows:
        if row["id"] == LINK:
            row["capacity_gbps"] = str(float(row["capacity_gbps"]) * 2)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    after = scenario_of(tmp_path / "net", tmp_path)
    assert offered(after, LINK) == pytest.approx(offered(before, LINK) / 2, rel=1e-6)


def scenario_of(path, folder):
    """Import a file with demands for the classes of Liaoning 2024, and load the scenario."""
    base = ROOT / "scenarios" / "liaoning-2024.yaml"
    put(import_file(path, folder / "new.yaml", extends=base).files)
    return load(folder / "new-scenario.yaml")


# --- filled in by hand ----------------------------------------------------------------------


def test_two_sheets_make_a_topology(fill):
    spec = brought_in(fill(SMALL))
    assert spec.nodes["a"].at == (41.5, 123.25)
    assert spec.nodes["b"].population == 1200
    assert spec.links["a--b"].members == 4
    assert spec.name.en == "net"


def test_sheets_go_by_their_names_whatever_their_case_and_others_are_listed(fill, tmp_path):
    sheets = {"Nodes": SMALL["nodes"], "LINKS ": SMALL["links"], "Remarks": [["hello"]]}
    imported = import_file(fill(sheets), tmp_path / "out.yaml")
    assert imported.notes == ("sheets not used: Remarks",)
    assert b"a--b" in imported.files[tmp_path / "out.yaml"]


def test_numbers_that_are_names_become_names(fill):
    sheets = {
        "nodes": [["id", "role", "processing_us"], [101, "core", 1], [102.0, "core", 1]],
        "links": [
            ["id", "ends", "length_km", "capacity_gbps", "members"],
            [7, "101;102", 5.0, 100.0, 2.0],
        ],
    }
    spec = brought_in(fill(sheets))
    assert set(spec.nodes) == {"101", "102"}
    assert spec.links["7"].members == 2


def test_empty_rows_and_columns_are_passed_over(fill):
    nodes = [[*row, None, None] for row in SMALL["nodes"]]
    sheets = {"nodes": [nodes[0], [None], *nodes[1:], [None, " "]], "links": SMALL["links"]}
    assert set(brought_in(fill(sheets)).nodes) == {"a", "b"}


def test_demands_without_a_class_get_one(fill, tmp_path):
    demands = [["source", "target", "rate_gbps", "route"], ["a", "b", 1.5, "a--b"]]
    put(import_file(fill({**SMALL, "demands": demands}), tmp_path / "out.yaml").files)
    scenario = load(tmp_path / "out-scenario.yaml")
    assert [
        (d.traffic_class, d.source, d.target, d.rate_gbps, d.route)
        for d in scenario.traffic.demands
    ] == [("traffic", "a", "b", 1.5, ("a--b",))]


# --- errors ---------------------------------------------------------------------------------


def test_every_problem_is_said_at_once_with_its_sheet_and_cell(fill):
    sheets = {
        "topology": [
            ["key", "value"],
            ["defaults.links.bufer.ms", 5],
            ["defaults.spans.fibre", "g65"],
        ],
        "nodes": [
            ["id", "role", "latitude", "longitude", "processing_us", "popluation"],
            ["a", "coer", 41.5, 123.25, 20, 1],
            ["b", "access", 141, 124, "fast", 1],
            [None, "core", 1, 2, 3, 4],
            ["a", "core", 1, 2, 3, 4],
            ["d", "core", 1, 2, 3, None],
        ],
        "links": [
            ["id", "ends", "length_km", "capacity_gbps", "members"],
            ["a--b", "a;b", 12.5, -100, 4.5],
            ["b--c", "b;c", 12.5, 100, 4],
        ],
        "demands": [["source", "target", "rate_gbps"], ["a", "q", 0]],
    }
    problems = problems_of(fill(sheets))
    expected = [
        "topology!B2: defaults.links.bufer.ms: unknown key; did you mean 'buffer'?",
        "topology!B3: defaults.spans.fibre: must be one of g652, g654, hollow_core",
        "nodes!F1: popluation: unknown key; did you mean 'population'?",
        "nodes!B2: nodes.a.role: must be one of access,",
        "nodes!C3: nodes.b.at[0]: must be at most 90, got 141",
        "nodes!E3: nodes.b.processing_us: must be a number in µs, got the text 'fast'",
        "nodes!A4: nodes.id: missing; every row needs an id",
        "nodes!A5: nodes.a: written twice; first at",
        "links!D2: links.a--b.capacity_gbps: must be greater than 0, got -100",
        "links!E2: links.a--b.members: must be a whole number, got 4.5",
        "links!B3: links.b--c.ends[1]: unknown node 'c'",
        "demands!C2: rate_gbps: must be greater than 0, got 0",
    ]
    for wanted in expected:
        assert any(problem.startswith(wanted) for problem in problems), (wanted, problems)
    assert len(problems) == len(expected)


def test_dates_errors_and_formulas_without_values_are_problems_of_their_cells(fill):
    nodes = [
        ["id", "role", "latitude", "longitude", "processing_us"],
        [datetime.datetime(2024, 5, 1), "core", 1, 2, 20],
        ["b", "core", 3, 4, "=10+10"],
        ["c", "core", 3, 4, "#REF!"],
    ]
    problems = problems_of(fill({"nodes": nodes}))
    assert any(one.startswith("nodes!A2: a date or time (2024-05-01") for one in problems)
    assert any(one.startswith("nodes!E3: a formula without a value") for one in problems)
    assert any(one.startswith("nodes!E4: the formula gives #REF!") for one in problems)


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"sites": [["id"]]}, "no sheet nodes; found sites"),
        ({"nodes": [["name", "role"], ["a", "core"]]}, "nodes!A1: no column id"),
        ({"nodes": [["id", "id"], ["a", "b"]]}, "nodes!B1: column 'id' stands twice"),
        ({"nodes": [["id"]], "demands": [["from"]]}, "no column source and no column target"),
        ({"nodes": [["id", "latitude"], ["a", 1]]}, "nodes!B2: nodes.a.at: must be a list of 2"),
    ],
)
def test_tables_of_another_layout_are_errors(fill, sheets, message):
    assert any(message in problem for problem in problems_of(fill(sheets)))


def test_problems_in_csv_files_name_file_line_and_column(tmp_path):
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "nodes.csv").write_text("id,role,processing_us\na,core,x\nb,kern,1\n", "utf-8")
    with pytest.raises(InputError) as caught:
        import_file(folder, tmp_path / "out.yaml")
    assert [str(problem) for problem in caught.value.problems] == [
        f"{folder}/nodes.csv:2:8: nodes.a.processing_us: must be a number in µs, got the text 'x'",
        f"{folder}/nodes.csv:3:3: nodes.b.role: must be one of access, aggregation, core, compute, "
        "hub, transit, got the text 'kern'",
    ]


# --- what Excel shows -----------------------------------------------------------------------


def test_the_workbook_is_one_that_people_can_work_in(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    put(export(spec, tmp_path / "net.xlsx").files)
    book = load_workbook(tmp_path / "net.xlsx")
    assert book.sheetnames == ["nodes", "spans", "links", "topology"]
    nodes = book["nodes"]
    assert [cell.value for cell in nodes[1]][:7] == [
        *("id", "name.en", "name.zh", "role", "city", "latitude", "longitude"),
    ]
    assert nodes["C2"].value == "沈阳"
    assert nodes["F2"].value == 41.792
    assert nodes.freeze_panes == "B2"
    assert nodes["A1"].font.bold
    assert nodes.auto_filter.ref.startswith("A1:")


def test_texts_that_look_like_formulas_stay_texts(write, tmp_path):
    scenario = write("""
        nodes: {a: {role: core, processing_us: 1, name: "=1+1"}}
    """)
    put(export(scenario.topology, tmp_path / "net.xlsx").files)
    cell = load_workbook(tmp_path / "net.xlsx")["nodes"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_csv_files_begin_with_the_mark_that_excel_needs_for_chinese(tmp_path):
    spec, _ = load_topology(ROOT / "topologies" / "two-cities.yaml")
    files = export(spec, tmp_path / "net").files
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())


def test_what_a_table_cannot_hold_is_listed_and_left_out(write, tmp_path):
    scenario = write("""
        nodes:
          a: {role: core, processing_us: 1, name: " padded ", weights: {"x.y": 1, z: 2}}
    """)
    exported = export(scenario.topology, tmp_path / "net.xlsx")
    assert exported.losses == (
        "nodes: the weight x.y, for the dot in its name",
        "nodes: white space around a text in name.en",
    )
    put(exported.files)
    assert brought_in(tmp_path / "net.xlsx").nodes["a"].weights == {"z": 2}


def test_characters_that_excel_does_not_take_are_an_input_error(write, tmp_path):
    scenario = write("""
        nodes: {a: {role: core, processing_us: 1, name: "bell \\x07"}}
    """)
    with pytest.raises(InputError, match="sheet nodes: Excel cannot hold the control characters"):
        export(scenario.topology, tmp_path / "net.xlsx")
