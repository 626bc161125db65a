"""Other formats in and out: spreadsheets, tables, graphs, maps, network design instances."""

from netplan.exchange.assumptions import Assumptions
from netplan.exchange.formats import Format
from netplan.exchange.incoming import Imported, import_file
from netplan.exchange.outgoing import Exported, export

__all__ = ["Assumptions", "Exported", "Format", "Imported", "export", "import_file"]
