"""Search that ignores case, accents and spelling variants, with the same results on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import func, literal_column
from sqlalchemy.sql.functions import GenericFunction

from service.domain.text.folded import ACCENTS, SAME, fold

#: The name of `fold` as a function of SQLite; every connection registers it.
FOLD = "greenroom_fold"


class folded(GenericFunction[str]):
    """A column, folded as `service.domain.text.folded.fold` folds a string."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **kwargs: Any) -> str:
    return f"{FOLD}({compiler.process(element.clauses, **kwargs)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **kwargs: Any) -> str:
    [column] = element.clauses
    bare = func.regexp_replace(func.normalize(column, literal_column("NFKD")), f"[{ACCENTS}]", "", "g")
    plain: Any = func.lower(func.normalize(bare, literal_column("NFKC")))
    for letters, other in SAME:
        plain = func.replace(plain, letters, other)
    return str(compiler.process(plain, **kwargs))


def mentions(column: Any, words: str) -> ColumnElement[bool]:
    """A condition: the column contains these words, however they are spelt. `%` and `_` are plain characters."""
    return folded(column).contains(fold(words), autoescape=True)
