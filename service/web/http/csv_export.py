"""CSV lines that are safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence


def csv_line(cells: Sequence[str]) -> str:
    """One line of a CSV file. A cell that a spreadsheet would run as a formula (CSV injection) gets a leading quote."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return line.getvalue()
