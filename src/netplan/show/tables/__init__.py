"""What the planning commands print and write: text within 80 columns, JSON documents."""
