"""``python -m netplan`` is ``netplan-sim``."""

from netplan.cli import main

main()
