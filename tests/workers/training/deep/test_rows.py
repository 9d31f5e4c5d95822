"""The rows that the transformer learns from: what is held out is never among them, and the news set never is."""

import json
from pathlib import Path

from workers.training.deep.rows import SETS, calm_news, held_out, measures, training_rows


def lay_down(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def sets(folder: Path) -> Path:
    lay_down(folder, "surge_toxicity", [{"text": f"word number {n}", "label": n % 2} for n in range(200)])
    lay_down(folder, "ucc_news", [{"text": f"news number {n}", "label": 0, "healthy": 1} for n in range(100)])
    votes = {f"n_{name}": 0 for name in ("insult", "threat", "identity", "profane", "nottoxic")}
    calm = {"label": 0, "n": 3, **votes, "n_nottoxic": 3}
    lay_down(folder, "civil_toxic_spans", [{"text": f"calm number {n}", **calm} for n in range(200)])
    own = {"a": None, "h": 1, "label": 1, "source": "hatemoji"}
    lay_down(folder, "abuse_en", [{"text": f"other number {n}", **own} for n in range(50)])
    return folder


def test_what_is_held_out_and_the_news_set_are_never_trained_on(tmp_path: Path) -> None:
    folder = sets(tmp_path)
    trained = [row for row in training_rows(folder) if row.source != "templates"]
    assert {row.source for row in trained} == {"surge_toxicity", "civil_toxic_spans", "hatemoji"} <= SETS.keys()
    assert not [row for row in trained if held_out(row.text) or row.text.startswith("news")]


def test_limits_come_from_texts_that_neither_train_nor_measure(tmp_path: Path) -> None:
    folder = sets(tmp_path)
    trained = {row.text for row in training_rows(folder)}
    found = calm_news(folder)
    assert found
    assert not trained & set(found)
    assert not [text for text in found if measures(text)]


def test_a_source_that_does_not_say_leaves_the_label_open(tmp_path: Path) -> None:
    rows = training_rows(sets(tmp_path))
    assert {(row.attack, row.hate) for row in rows if row.source == "hatemoji"} == {(None, 1)}
    assert {(row.attack, row.hate) for row in rows if row.source == "surge_toxicity"} == {(1, None), (0, 0)}
