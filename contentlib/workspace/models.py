"""What an operator keeps for the whole installation."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Moment, Name


class OwnNetwork(Base):
    """A network of our own offices: visits from it are colleagues', not buyers'."""

    __tablename__ = "own_networks"

    id: Mapped[Id]
    cidr: Mapped[str] = mapped_column(String(50), unique=True)
    label: Mapped[Name]
    added_at: Mapped[Moment]
