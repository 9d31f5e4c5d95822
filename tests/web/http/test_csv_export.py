"""A cell of a CSV file is never a formula."""

from service.web.http.csv_export import csv_line


def test_a_cell_that_a_spreadsheet_would_run_gets_a_quote() -> None:
    for cell in ("=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1+1", " =1", "\u00a0=1", "＝1+1", "＋1", "－1", "＠a", " ＝1"):
        assert csv_line([cell]).lstrip('"').startswith("'"), cell


def test_other_cells_stay_as_they_are() -> None:
    assert csv_line(["a=b", "1-2", " words", "", "日本"]) == "a=b,1-2, words,,日本\r\n"
