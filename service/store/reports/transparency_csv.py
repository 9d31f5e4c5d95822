"""The transparency report as CSV files, in the form of Annex I of Implementing Regulation (EU) 2024/2835 (RFC 4180, UTF-8).

Rows that only very large platforms fill in are left out. The rows are those of the Commission's templates, in `dsa_templates`.
"""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from service.domain.reported.dsa_categories import Category
from service.store.reports.transparency import Complaints, Measures, Notices, Transparency, median_of

_TEMPLATES = Path(__file__).parent / "dsa_templates"
Cells = list[str]


def report_files(figures: Transparency, *, published: date) -> dict[str, str]:
    """The files of the report: name and content."""
    period = f"{figures.year}-01-01/{figures.year}-12-31"
    filled = {
        "part_1_summary": lambda _at, row: _summary(row, figures, published),
        "part_4_notices": _by_category(lambda category: _notice_cells(figures, category)),
        "part_5_own_initiative_illegal": _by_category(lambda category: _measure_cells(figures.illegal, category)),
        "part_6_own_initiative_tc": _by_category(lambda category: _measure_cells(figures.terms, category)),
        "part_7_appeals_and_recidivism": lambda _at, row: [*row[:6], _complaint_value(figures, row[4], row[5]), ""],
        "part_8_automated_means": lambda _at, row: [*row[:6], *_automated_value(figures, row[4].strip(), row[5].strip())],
    }
    return {f"{name}.csv": _filled(name, figures.site, period, fill) for name, fill in filled.items()}


def _filled(name: str, site: str, period: str, fill: Callable[[int, Cells], Cells]) -> str:
    with (_TEMPLATES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    for at, row in enumerate(rows):
        cells = [period if cell == "YYYY-MM-DD/YYYY-MM-DD" else cell for cell in row]
        cells[1] = site
        writer.writerow(fill(at, cells))
    return written.getvalue()


def _summary(row: Cells, figures: Transparency, published: date) -> Cells:
    values = {
        "Name of the service provider": figures.site,
        "Date of the publication of the report": published.isoformat(),
        "Starting date of reporting period": f"{figures.year}-01-01",
        "Ending date of reporting period": f"{figures.year}-12-31",
    }
    return [*row[:3], values.get(row[2], "")]


def _by_category(values_of: Callable[[Category], Cells]) -> Callable[[int, Cells], Cells]:
    """Fills rows of categories and their sub-categories: a sub-category belongs to the category above it."""
    current = ""

    def fill(_at: int, row: Cells) -> Cells:
        nonlocal current
        code = row[3]
        current = current if code.startswith("KEYWORD") else code
        values = values_of((current, code if code.startswith("KEYWORD") else ""))
        return [*row[:4], "", *values, *[""] * (len(row) - 5 - len(values))]

    return fill


def _of(figures: Mapping[Category, object], category: Category) -> list[object]:
    """The entries of a category: all for TOTAL, those of its sub-categories for a category, else its own."""
    name, keyword = category
    if name == "TOTAL":
        return list(figures.values())
    return [value for (its, key), value in figures.items() if its == name and (not keyword or key == keyword)]


def _notice_cells(figures: Transparency, category: Category) -> Cells:
    every: list[Notices] = _of(figures.notices, category)  # type: ignore[assignment]
    trusted: list[Notices] = _of(figures.trusted, category)  # type: ignore[assignment]

    def both(value: Callable[[list[Notices]], object]) -> Cells:
        return [str(value(every)), str(value(trusted))]

    return [
        *both(lambda some: sum(one.received for one in some)),
        *both(lambda some: len({comment for one in some for comment in one.comments})),
        *both(lambda some: median_of(hour for one in some for hour in one.hours)),
        *both(lambda some: sum(one.by_law for one in some)),
        *both(lambda some: sum(one.by_terms for one in some)),
    ]


def _measure_cells(measures: Mapping[Category, Measures], category: Category) -> Cells:
    some: list[Measures] = _of(measures, category)  # type: ignore[assignment]
    removed, hidden = sum(one.removed for one in some), sum(one.hidden for one in some)
    taken, automated = sum(one.taken for one in some), sum(one.automated for one in some)
    # Removal, disabling, demotion, age restriction, interaction restriction, label, other; the rest does not exist here.
    return [str(number) for number in (taken, automated, removed, hidden, 0, 0, 0, 0, 0, *[0] * 7)]


def _complaint_value(figures: Transparency, indicator: str, scope: str) -> str:
    kinds = figures.complaints
    about = {
        "Number of complaints submitted to the internal-complaints mechanism": [
            kinds["restriction"],
            kinds["ban"],
            kinds["report"],
        ],
        "Complaint regarding a decision to remove or disable access to or restrict visibility of information": [
            kinds["restriction"]
        ],
        "Complaint regarding a decision to suspend or terminate the provision of the service": [kinds["ban"]],
        "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16": [
            kinds["report"]
        ],
        "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in accordance with Article 16": [
            kinds["trusted"]
        ],
    }
    if indicator.startswith("Number of restrictions newly imposed"):
        return str(kinds["report"].reversed)
    if indicator.startswith("Number of suspensions enacted"):
        # A reporter is suspended for their reports, never for complaints alone.
        suspended = {"illegal content": figures.suspensions, "unfounded notices": figures.reporters_suspended}
        return str(next((number for kind, number in suspended.items() if kind in indicator), 0))
    if indicator not in about:
        return ""
    return _outcome(about[indicator], scope)


def _outcome(some: list[Complaints], scope: str) -> str:
    received, denied, turned = sum(c.received for c in some), sum(c.denied for c in some), sum(c.reversed for c in some)
    values = {
        "Total number": str(received),
        "Decisions upheld": str(denied),
        "Decisions partially reversed": "0",
        "Decisions reversed": str(turned),
        "Median time": median_of(hour for one in some for hour in one.hours),
        "Decision omitted": str(received - denied - turned),
    }
    return values.get(scope, "")


def _automated_value(figures: Transparency, indicator: str, scope: str) -> tuple[str, str]:
    """The value and its contextual information."""
    sample = figures.sample
    drawn = f"Of {sample.rejected + sample.approved} automatic decisions drawn by chance that a person decided instead"
    notices = figures.notices if scope == "NAM Total" else figures.trusted
    values = {
        "Number of measures solely taken by automated means": str(figures.measures_automated),
        "Number of measures not taken by automated means": str(figures.measures_by_people),
        "Number of notices solely processed by automated means": "0",
        "Number of notices not processed by automated means": str(sum(len(one.hours) for one in notices.values())),
    }
    if indicator in values:
        return values[indicator], ""
    if scope.startswith("NAM"):
        return "", "No notice is processed by automated means"
    if indicator.endswith("- Accuracy") and sample.error_rate is not None:
        return f"{1 - sample.error_rate:.4f}", f"{drawn}; error rate {sample.error_rate:.4f}"
    if indicator.endswith("- Precision") and sample.precision is not None:
        return f"{sample.precision:.4f}", f"Of {sample.rejected} removals drawn by chance"
    return "", "" if not indicator.endswith("- Recall") else "Not measured: only automatic decisions are drawn"
