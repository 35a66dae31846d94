"""Stepping over the threshold of a share: who comes in, and the note taken of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from contentlib.engagement import service as engagement
from contentlib.ids import read_token
from contentlib.library import Library
from contentlib.share import codes
from contentlib.share.gates import NO_PROOF, Gate, Proof, gate_before
from contentlib.share.queries import Door, SharedItem, door
from web.viewer import guesses, proofs
from web.viewer.proofs import NOTHING, Carried
from web.viewer.recording import recorded
from web.viewer.visitor import Visitor, visitor

# What is looked for where a token is not ours: so that it takes as long as one that is.
_NOBODYS = "-"


def for_anybody(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view as open to the world, as `web.auth.public` does for members' pages."""
    view.ability = None  # type: ignore[attr-defined]
    return view


class Refused(Exception):
    """The link opens nothing: for whatever reason, the answer is the same page."""

    def __init__(self, status: int = 404) -> None:
        super().__init__()
        self.status = status


class Gated(Exception):
    """The link opens once the visitor has passed this gate."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self.gate = gate


@dataclass(frozen=True, slots=True)
class Entry:
    """A visitor who was let in, or who stands at a gate.

    `carried` is what their cookie says, `proof` what is true of it, and `code_id` the one-time
    code by which they proved `proof.address`.
    """

    library: Library
    door: Door
    visitor: Visitor
    now: datetime
    code_id: int | None = None
    carried: Carried = NOTHING
    proof: Proof = NO_PROOF

    @property
    def gate(self) -> Gate | None:
        return gate_before(self.door.rules, self.proof)

    def item(self, position: int) -> SharedItem:
        """The asset at a position of the share. Raises Refused."""
        for item in self.door.items:
            if item.position == position:
                return item
        raise Refused

    def record(
        self,
        kind: str,
        item: SharedItem | None = None,
        page: int | None = None,
        *,
        is_taken: bool = False,
        wait: bool = True,
    ) -> None:
        """Takes note of a request, and of a download where the file was taken."""
        _record(self, kind, item, page, is_taken=is_taken, wait=wait)


def enter(library: Library, session: Session, token: str) -> Entry:
    """Lets the visitor of a link in. Two statements; one more where visits are limited, and
    where an address was proved.

    Raises Refused for a token we did not make and for a share that is over, alike; Gated where
    the visitor has something to prove first.
    """
    entry = approach(library, session, token)
    if entry.gate is not None:
        entry.record("gate", wait=False)
        raise Gated(entry.gate)
    return entry


def approach(library: Library, session: Session, token: str) -> Entry:
    """The visitor of a link that is open, perhaps at one of its gates. Raises Refused.

    A wrong token costs the same reads as one of a share that is over. Not equal is what is
    written: the request on a genuine link is noted, by another thread that nobody waits for.
    """
    now = library.clock.now()
    share_public_id = read_token(token, key=library.signing_key, purpose="share")
    if share_public_id is None and guesses.is_one_too_many():
        raise Refused(429)
    found = door(session, share_public_id or _NOBODYS, today=now.date())
    who = visitor(library, session, share_public_id or _NOBODYS, now=now)
    if found is None:
        raise Refused
    entry = _with_proof(Entry(library, found, who, now), session)
    refusal = engagement.admit(
        session,
        found,
        now=now,
        visitor_key=who.key,
        gap=timedelta(minutes=library.settings.visit_gap_minutes),
    )
    if refusal is not None:
        entry.record("refused", wait=False)
        raise Refused
    return entry


def _with_proof(entry: Entry, session: Session) -> Entry:
    rules = entry.door.rules
    if not rules.has_gate:
        return entry
    carried = proofs.carried(entry.door.public_id, key=entry.library.signing_key, now=entry.now)
    address = None
    if rules.proves_address and carried.code_id is not None:
        address = codes.proven_address(
            session, share_id=entry.door.share_id, code_id=carried.code_id
        )
    return replace(
        entry,
        carried=carried,
        proof=Proof(carried.passcode, address),
        code_id=carried.code_id if address is not None else None,
    )


def _record(
    entry: Entry,
    kind: str,
    item: SharedItem | None,
    page: int | None,
    *,
    is_taken: bool,
    wait: bool,
) -> None:
    hit = engagement.hit_row(
        share_id=entry.door.share_id,
        asset_id=item.asset_id if item else None,
        version_id=item.version_id if item else None,
        page=page,
        kind=kind,
        now=entry.now,
        code_id=entry.code_id,
        **entry.visitor.hit(),
    )
    hits = entry.library.hits
    writes = [lambda: engagement.record_hits(hits, [hit])]
    if is_taken and item is not None:
        taken = engagement.download_row(
            share_id=entry.door.share_id,
            asset_id=item.asset_id,
            version_id=item.version_id,
            visitor_key=entry.visitor.key,
            by_colleague=entry.visitor.by_colleague,
            now=entry.now,
            code_id=entry.code_id,
            is_private=entry.visitor.is_private,
        )
        writes.append(lambda: engagement.record_download(hits, taken))
    recorded(*writes, wait=wait)
