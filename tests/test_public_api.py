import subprocess
import sys

import netplan


def test_all_is_sorted_and_every_name_in_it_exists():
    assert netplan.__all__ == sorted(netplan.__all__)
    for name in netplan.__all__:
        assert getattr(netplan, name).__name__.split(".")[-1] == name


def test_public_names_are_no_more_than_a_dozen():
    assert len(netplan.__all__) <= 12


def test_help_loads_none_of_the_heavy_libraries():
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from netplan.cli.app import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "heavy = {'networkx', 'numpy', 'scipy', 'numba', 'simpy', 'matplotlib', 'pandas'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_the_loader_loads_none_of_the_computing_libraries():
    code = (
        "import sys, netplan.input.loader\n"
        "heavy = {'networkx', 'numpy', 'scipy', 'numba', 'simpy', 'matplotlib', 'pandas'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
