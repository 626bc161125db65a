"""The command line: arguments, exit codes, and the one place that prints errors."""

import gc
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C while the program is still being loaded ends it as well."""
    # Hardly anything here refers to itself: looking for it every 700 objects takes 5 % of the time,
    # and more while all is loaded.
    gc.set_threshold(300_000, 20, 100)
    # Simulating threads need Python for moments between blocks; by default they would wait for it
    # ten times as long, 5 ms.
    sys.setswitchinterval(0.0005)
    # To look for plugins pydantic would read what every installed package says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # No matrix here is large enough for a thread on every core, which OpenBLAS starts unasked.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from netplan.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        os._exit(130)
    run()
