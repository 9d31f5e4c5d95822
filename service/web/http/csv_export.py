"""CSV lines that are safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence

#: A spreadsheet takes a cell that begins with one of these for a formula, also in full width. Some skip white space first.
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def csv_line(cells: Sequence[str]) -> str:
    """One line of a CSV file. A cell that a spreadsheet would run as a formula (CSV injection) gets a leading quote."""
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if _is_formula(cell) else cell for cell in cells])
    return line.getvalue()


def _is_formula(cell: str) -> bool:
    return cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_FORMULA)
