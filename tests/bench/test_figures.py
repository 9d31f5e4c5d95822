"""The tables of the benchmarks."""

from bench.figures import Figure, tables


def test_each_row_names_its_goal_and_says_reached_or_missed() -> None:
    printed = tables(
        [
            Figure("Rest", "processes", 3, "<= 3"),
            Figure("Rest", "memory", 121.4, "<= 120"),
            Figure("Rest", "posts a second", 4359, ">= 2500"),
            Figure("Rest", "processes", 5, who="Isso"),
        ]
    )
    assert printed.splitlines() == [
        "| Rest | goal | greenroom | Isso |",
        "| --- | --- | --- | --- |",
        "| processes | <= 3 | 3: reached | 5 |",
        "| memory | <= 120 | 121: **missed** |  |",
        "| posts a second | >= 2500 | 4,359: reached |  |",
    ]


def test_a_figure_that_could_not_be_measured_is_missed() -> None:
    assert tables([Figure("Ingest", "posts", None, ">= 1")]).endswith("| posts | >= 1 | not measured: **missed** |")
    assert tables([Figure("Ingest", "posts", None)]).endswith("| posts |  | not measured |")
