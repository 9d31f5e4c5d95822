"""Lines of a table file (CSV) that a spreadsheet can be trusted with."""

import csv
import io
from collections.abc import Sequence


def csv_line(cells: Sequence[str]) -> str:
    """One line. A cell that a spreadsheet would take for a formula is made plain text."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return line.getvalue()
