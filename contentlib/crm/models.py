"""Accounts, contacts, opportunities and the events the CRM told us."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Numeric, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.db import Base, BigId, Id, Key, Moment, Name, Prose, PublicId
from contentlib.taxonomy.models import Term

account_terms = Table(
    "account_terms",
    Base.metadata,
    Column("account_id", BigId, ForeignKey("accounts.id"), primary_key=True),
    Column("term_id", BigId, ForeignKey("terms.id"), primary_key=True),
)

opportunity_terms = Table(
    "opportunity_terms",
    Base.metadata,
    Column("opportunity_id", BigId, ForeignKey("opportunities.id"), primary_key=True),
    Column("term_id", BigId, ForeignKey("terms.id"), primary_key=True),
)


class Account(Base):
    """A customer or prospect."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    external_id: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[Name]
    employees: Mapped[int | None]
    country: Mapped[Key | None]
    created_at: Mapped[Moment]

    terms: Mapped[list[Term]] = relationship(secondary=account_terms)


class Contact(Base):
    """A person at an account."""

    __tablename__ = "contacts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[Name]
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    created_at: Mapped[Moment]


class Opportunity(Base):
    """A deal; its stage is a term of the vocabulary."""

    __tablename__ = "opportunities"
    __table_args__ = (
        CheckConstraint("outcome IS NULL OR outcome IN ('won', 'lost')", name="outcome"),
        # a rep's open deals
        Index("ix_opportunities_owner_id", "owner_id", "outcome"),
        Index("ix_opportunities_account_id", "account_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    external_id: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[Name]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    currency: Mapped[str] = mapped_column(String(3))
    notes: Mapped[Prose]
    created_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    outcome: Mapped[str | None] = mapped_column(String(4))

    account: Mapped[Account] = relationship()
    stage: Mapped[Term | None] = relationship()
    terms: Mapped[list[Term]] = relationship(secondary=opportunity_terms)


class OpportunityChange(Base):
    """Events `opportunity_created`, `stage_changed`, `amount_changed`, `closed`. Append-only."""

    __tablename__ = "opportunity_changes"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('opportunity_created', 'stage_changed', 'amount_changed', 'closed')",
            name="kind",
        ),
        # the history of a deal
        Index("ix_opportunity_changes_opportunity_id", "opportunity_id", "at"),
    )

    id: Mapped[Id]
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunities.id"))
    kind: Mapped[Key]
    at: Mapped[datetime]
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
