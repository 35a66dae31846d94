"""Accounts and opportunities from rows of a CRM's export; importing again changes only news."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contentlib.crm.models import Account, Opportunity, OpportunityChange
from contentlib.errors import InvalidInput
from contentlib.ids import public_id
from contentlib.member.models import Member
from contentlib.taxonomy.models import Term
from contentlib.taxonomy.queries import Vocabulary, vocabulary

_ACCOUNT_FACETS = ("industry", "region", "size")
_DEAL_FACETS = ("product", "competitor", "persona", "use_case")


@dataclass(slots=True)
class Imported:
    """What an import did, for the page and the terminal."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def kind_of(columns: Iterable[str]) -> str:
    """`opportunities` or `accounts`, by the columns. Raises InvalidInput for neither."""
    have = set(columns)
    if "external_id" in have and have & {"stage", "amount", "account_external_id"}:
        return "opportunities"
    if {"external_id", "name"} <= have:
        return "accounts"
    raise InvalidInput(
        "The file needs the columns external_id and name (accounts), or external_id, name, "
        "account_external_id and stage (opportunities); use --map to rename columns."
    )


def import_accounts(
    session: Session, rows: Iterable[Mapping[str, str]], *, now: datetime
) -> Imported:
    """Adds or updates accounts by external id. A row without id or name is refused."""
    words = vocabulary(session)
    known = {
        account.external_id: account
        for account in session.scalars(select(Account).options(selectinload(Account.terms)))
    }
    terms = {term.id: term for term in session.scalars(select(Term))}
    done = Imported()
    for number, row in enumerate(rows, start=2):
        external_id, name = _cell(row, "external_id"), _cell(row, "name")
        if not external_id or not name:
            done.refused.append(f"Line {number}: external_id and name are needed.")
            continue
        account = known.get(external_id)
        if account is None:
            account = Account(
                public_id=public_id(), external_id=external_id, name=name[:300], created_at=now
            )
            session.add(account)
            known[external_id] = account
            done.added += 1
        else:
            done.changed += 1
        account.name = name[:300]
        account.employees = _whole(_cell(row, "employees"), done, number)
        account.country = (_cell(row, "country") or None) and _cell(row, "country")[:80]
        ids = _term_ids(words, row, _ACCOUNT_FACETS, done, number)
        account.terms = [terms[i] for i in ids]
    session.flush()  # opportunities of the same transaction look accounts up
    return done


def import_opportunities(
    session: Session, rows: Iterable[Mapping[str, str]], *, now: datetime
) -> Imported:
    """Adds or updates deals by external id; what differs becomes events of the deal."""
    words = vocabulary(session)
    accounts = dict(session.execute(select(Account.external_id, Account.id)).all())
    owners = dict(session.execute(select(Member.email, Member.id)).all())
    known = {
        deal.external_id: deal
        for deal in session.scalars(select(Opportunity).options(selectinload(Opportunity.terms)))
    }
    terms = {term.id: term for term in session.scalars(select(Term))}
    done = Imported()
    changes: list[tuple[Opportunity, OpportunityChange]] = []
    for number, row in enumerate(rows, start=2):
        external_id, name = _cell(row, "external_id"), _cell(row, "name")
        account_id = accounts.get(_cell(row, "account_external_id"))
        if not external_id or not name or account_id is None:
            done.refused.append(
                f"Line {number}: external_id, name and a known account_external_id are needed."
            )
            continue
        stage = words.term("stage", _cell(row, "stage"))
        if stage is None and _cell(row, "stage"):
            done.warnings.append(
                f"Line {number}: stage {_cell(row, 'stage')!r} is not in the vocabulary."
            )
        amount = _amount(_cell(row, "amount"), done, number)
        created_at = _moment(_cell(row, "created_at"), done, number) or now
        closed_at = _moment(_cell(row, "closed_at"), done, number)
        outcome = _cell(row, "outcome").casefold() or None
        if outcome not in (None, "won", "lost"):
            done.warnings.append(f"Line {number}: outcome {outcome!r} is neither won nor lost.")
            outcome = None
        deal = known.get(external_id)
        is_new = deal is None
        if deal is None:
            deal = Opportunity(
                public_id=public_id(),
                external_id=external_id,
                name=name[:300],
                currency="EUR",
                notes="",
                created_at=created_at,
            )
            session.add(deal)
            known[external_id] = deal
            done.added += 1
            changes.append((deal, _event("opportunity_created", created_at, None, None, amount)))
        before = (deal.stage_id, deal.amount, deal.outcome)
        after = (stage.id if stage else None, amount, outcome)
        stage_moved_at = _moment(_cell(row, "stage_changed_at"), done, number)
        if is_new or before[0] != after[0]:
            at = stage_moved_at or (created_at if is_new else now)
            old = words.by_id(before[0]) if before[0] else None
            names = (old.key if old else None, stage.key if stage else None)
            changes.append((deal, _event("stage_changed", at, *names, None)))
        if not is_new and before[1] != after[1]:
            changes.append(
                (deal, _event("amount_changed", now, str(before[1]), str(amount), amount))
            )
        if outcome is not None and before[2] != outcome:
            changes.append((deal, _event("closed", closed_at or now, None, outcome, amount)))
        if not is_new:
            if before == after and deal.name == name[:300]:
                done.unchanged += 1
            else:
                done.changed += 1
        deal.name, deal.account_id = name[:300], account_id
        deal.stage_id, deal.amount, deal.outcome = after
        deal.closed_at = (closed_at or deal.closed_at or now) if outcome else None
        deal.currency = (_cell(row, "currency") or deal.currency).upper()[:3]
        deal.notes = _cell(row, "notes") or deal.notes
        owner = _cell(row, "owner_email").lower()
        deal.owner_id = owners.get(owner)
        if owner and deal.owner_id is None:
            done.warnings.append(f"Line {number}: no member has the address {owner}.")
        ids = _term_ids(words, row, _DEAL_FACETS, done, number)
        deal.terms = [terms[i] for i in ids]
    session.flush()  # the events below need the deals' ids
    for deal, change in changes:
        change.opportunity_id = deal.id
        session.add(change)
    return done


def _event(
    kind: str, at: datetime, before: str | None, after: str | None, amount: Decimal | None
) -> OpportunityChange:
    return OpportunityChange(kind=kind, at=at, before=before, after=after, amount=amount)


def _cell(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _term_ids(
    words: Vocabulary,
    row: Mapping[str, str],
    facets: tuple[str, ...],
    done: Imported,
    number: int,
) -> list[int]:
    ids: dict[int, None] = {}
    for facet in facets:
        for name in _cell(row, facet).replace("|", ";").split(";"):
            if not name.strip():
                continue
            term = words.term(facet, name)
            if term is None:
                done.warnings.append(
                    f"Line {number}: {facet} {name.strip()!r} is not in the vocabulary."
                )
            else:
                ids[term.id] = None
    return list(ids)


def _whole(text: str, done: Imported, number: int) -> int | None:
    if not text:
        return None
    try:
        return int(text.replace(",", "").replace(" ", ""))
    except ValueError:
        done.warnings.append(f"Line {number}: {text!r} is not a whole number.")
        return None


def _amount(text: str, done: Imported, number: int) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", ""))
        if amount.is_finite() and abs(amount) < Decimal("1e12"):
            return amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        pass
    done.warnings.append(f"Line {number}: {text!r} is not an amount.")
    return None


def _moment(text: str, done: Imported, number: int) -> datetime | None:
    if not text:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        done.warnings.append(f"Line {number}: {text!r} is not a date such as 2026-03-31.")
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
