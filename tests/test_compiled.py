"""Where compiled code is stored: Numba decides on import, so each case is a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netplan.measure.compilation import compile_apart, is_compiled

MODULE = """
from netplan.measure.engine.compiled import compiled, is_stored

@compiled
def double(number):
    return 2 * number

before = is_stored(double)
print(before, double(21), is_stored(double))
"""


@pytest.fixture
def installation(tmp_path):
    """Install a module into a folder in which nothing can be stored."""
    folder = tmp_path / "installation"
    folder.mkdir()
    (folder / "module.py").write_text(MODULE)
    (folder / "__pycache__").write_text("a file, where Numba wants a folder")
    return folder


def run(installation: Path, home: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if "NUMBA" not in name}
    result = subprocess.run(
        [sys.executable, "-B", "module.py"],
        cwd=installation,
        env={**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


def test_compiled_code_goes_to_the_users_cache_where_the_installation_is_read_only(
    installation, tmp_path
):
    home = tmp_path / "home"
    home.mkdir()
    assert run(installation, home) == "False 42 True"
    assert run(installation, home) == "True 42 True"


def test_a_stored_function_is_called_without_making_ready_to_compile(installation, tmp_path):
    asks = '\nimport sys\nprint("numba.np.arraymath" in sys.modules)\n'
    (installation / "module.py").write_text(MODULE + asks)
    assert run(installation, tmp_path).split() == ["False", "42", "True", "True"]
    assert run(installation, tmp_path).split() == ["True", "42", "True", "False"]


def test_code_is_compiled_again_when_any_module_beside_it_has_changed(installation, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    run(installation, home)
    (installation / "other.py").write_text("FACTOR = 3")
    (installation / "module.py").write_text(f"# The function has moved.\n{MODULE}")
    assert run(installation, home) == "False 42 True"
    assert run(installation, home) == "True 42 True"
    assert len(list(home.rglob("*.nbc"))) == 1


def test_code_is_compiled_even_where_nothing_can_be_stored(installation):
    assert run(installation, Path(os.devnull)) == "False 42 True"


def test_all_that_a_run_needs_is_compiled_in_a_process_of_its_own():
    compile_apart()
    assert is_compiled()
