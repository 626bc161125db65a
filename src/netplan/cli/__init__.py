"""The command line: arguments, exit codes, and the one place that prints errors."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C while the program is still being loaded ends it as well."""
    # To look for plugins pydantic would read what every installed package says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from netplan.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        os._exit(130)
    run()
