"""Facets and terms. Stages and content types are terms too: data, not an enum."""

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.db import Base, Id, Key, Name, Prose


class Facet(Base):
    """A question asked of each asset ("which industry?"); `many` allows several answers.

    `is_ordered`: its terms follow each other, so that neighbours are near (stages, sizes).
    """

    __tablename__ = "facets"

    id: Mapped[Id]
    key: Mapped[Key] = mapped_column(unique=True)
    label: Mapped[Name]
    description: Mapped[Prose] = mapped_column(default="")
    many: Mapped[bool]
    is_ordered: Mapped[bool] = mapped_column(server_default=false())
    position: Mapped[int]

    terms: Mapped[list["Term"]] = relationship(
        back_populates="facet", order_by="Term.position", cascade="all, delete-orphan"
    )


class Term(Base):
    """One answer, with its definition, parent and (for content types) review interval.

    `from_employees`: a size band begins at this many; it ends where the next one begins.
    """

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("facet_id", "key"),)

    id: Mapped[Id]
    facet_id: Mapped[int] = mapped_column(ForeignKey("facets.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    key: Mapped[Key]
    label: Mapped[Name]
    definition: Mapped[Prose]
    position: Mapped[int]
    review_months: Mapped[int | None]
    internal: Mapped[bool] = mapped_column(default=False)
    from_employees: Mapped[int | None]

    facet: Mapped[Facet] = relationship(back_populates="terms")
    parent: Mapped["Term | None"] = relationship(remote_side="Term.id")
    synonyms: Mapped[list["Synonym"]] = relationship(
        back_populates="term", cascade="all, delete-orphan", order_by="Synonym.id"
    )


class Synonym(Base):
    """Another word people type for a term."""

    __tablename__ = "synonyms"
    __table_args__ = (UniqueConstraint("term_id", "word"),)

    id: Mapped[Id]
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    word: Mapped[Name]

    term: Mapped[Term] = relationship(back_populates="synonyms")
