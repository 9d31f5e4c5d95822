"""What is true of the installation as a whole: by which secret it is known, and whether it rests after a restore."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.db.column_types import Record


class InstallationFact(Record):
    """One fact by its name (`service.store.lifecycle.installation.Fact`)."""

    __tablename__ = "installation_fact"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
