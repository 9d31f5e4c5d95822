"""The lists of words and domains that the admins of a site edit."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class WordListRow(Record):
    """The entries of one list of a site, as they were typed. The policy of the site names the digest of the entries in force."""

    __tablename__ = "word_list"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    entries: Mapped[list[str]]
