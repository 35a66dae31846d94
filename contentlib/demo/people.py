"""The demo's vocabulary, members, accounts and deals."""

import csv
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.crm import importing as crm
from contentlib.member import service as members
from contentlib.member.models import Member
from contentlib.taxonomy import service as taxonomy
from contentlib.taxonomy.models import Term

PASSWORD = "demo password"  # noqa: S105 - printed by `contentlib demo`, for a library of inventions


def add_vocabulary(session: Session, source: Path) -> None:
    """Facets and terms of `vocabulary.toml`, in its order."""
    told = tomllib.loads((source / "vocabulary.toml").read_text(encoding="utf-8"))
    for position, facet in enumerate(told["facet"]):
        row = taxonomy.put_facet(
            session,
            key=facet["key"],
            label=facet["label"],
            many=facet.get("many", True),
            position=position,
            description=facet.get("description", ""),
        )
        known: dict[str, Term] = {}
        for term in facet["term"]:
            known[term["key"]] = taxonomy.put_term(
                session,
                facet=row,
                key=term["key"],
                label=term["label"],
                definition=term["definition"],
                synonyms=tuple(term.get("synonyms", ())),
                parent=known.get(term.get("parent", "")),
                review_months=term.get("review_months"),
                internal=term.get("internal", False),
                from_employees=term.get("from_employees"),
            )


def add_members(session: Session, source: Path, *, joined_at: datetime) -> None:
    """Teams with managers and reps, marketers and the admin of `people.toml`."""
    told = tomllib.loads((source / "people.toml").read_text(encoding="utf-8"))
    password_hash: str | None = None
    for person, role, team in _people(told):
        member = members.add(
            session,
            actor="demo",
            email=person["email"],
            name=person["name"],
            role=role,
            team=team,
            password=PASSWORD if password_hash is None else None,
            now=joined_at,
        )
        # hashing is slow on purpose; one hash serves all, for the password is printed anyway
        password_hash = password_hash or member.password_hash
        member.password_hash = password_hash
        if role == "manager" and team is not None:
            members.lead(session, team=members.team_named(session, team), manager=member)


def _people(told: dict[str, Any]) -> list[tuple[dict[str, str], str, str | None]]:
    found: list[tuple[dict[str, str], str, str | None]] = []
    for team in told["team"]:
        found.append((team["manager"], "manager", team["name"]))
        found += [(rep, "rep", team["name"]) for rep in team["reps"]]
    marketers = told.get("marketer") or told.get("marketers") or []
    found += [(person, "marketer", None) for person in marketers]
    admins = told.get("admin") or told.get("admins") or []
    found += [(p, "admin", None) for p in (admins if isinstance(admins, list) else [admins])]
    return found


def add_deals(session: Session, source: Path, *, today: datetime) -> tuple[int, int]:
    """Accounts and opportunities of the two CSV files; days ago become dates."""
    accounts = crm.import_accounts(
        session, _rows(source / "accounts.csv"), now=today - timedelta(days=400)
    )
    deals = crm.import_opportunities(
        session,
        [_dated(row, today) for row in _rows(source / "opportunities.csv")],
        now=today,
    )
    return accounts.added, deals.added


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _dated(row: dict[str, str], today: datetime) -> dict[str, str]:
    dated = dict(row)
    for column in ("created", "closed", "stage_changed"):
        days = row.get(f"{column}_days_ago", "")
        if days:
            dated[f"{column}_at"] = (today - timedelta(days=int(days))).isoformat()
    return dated


def reps(session: Session) -> list[Member]:
    """The demo's reps in a stable order. One statement."""
    return list(session.scalars(select(Member).where(Member.role == "rep").order_by(Member.email)))


def logins(source: Path) -> list[tuple[str, str]]:
    """One address of each role, to sign in with."""
    told = tomllib.loads((source / "people.toml").read_text(encoding="utf-8"))
    first: dict[str, str] = {}
    for person, role, _ in _people(told):
        first.setdefault(role, person["email"])
    return sorted(first.items())
