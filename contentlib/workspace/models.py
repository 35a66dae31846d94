"""What an operator keeps for the whole installation."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Moment, Name


class OwnNetwork(Base):
    """A network of our own offices: visits from it are colleagues', not buyers'."""

    __tablename__ = "own_networks"

    id: Mapped[Id]
    cidr: Mapped[str] = mapped_column(String(50), unique=True)
    label: Mapped[Name]
    added_at: Mapped[Moment]


class MachineNetwork(Base):
    """A network that an operator knows to belong to machines: scanners, gateways, monitors.

    Rows are kept when taken off the list: a request refers to the one it matched by its id.
    """

    __tablename__ = "machine_networks"
    __table_args__ = (CheckConstraint("certainty IN ('certain', 'probable')", name="certainty"),)

    id: Mapped[Id]
    cidr: Mapped[str] = mapped_column(String(50), index=True)
    label: Mapped[Name]
    certainty: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[Moment]
    removed_at: Mapped[Moment | None]
