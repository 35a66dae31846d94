"""A fact is something that happened, recorded in the transaction in which it happened.

Recording one inserts a job for each reaction that `contentlib/reactions.py` names for it.
The kernel knows the names only through `session.info["reactions"]`, put there by wiring.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from contentlib.events.jobs import Job


@dataclass(frozen=True, slots=True)
class Fact:
    """The parent of facts: subclasses are frozen, in the past tense, and hold plain values."""

    name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # no super().__init_subclass__: a slotted dataclass is made twice, and its first
        # class is no longer the one that super() would look for
        cls.name = cls.__name__

    def payload(self) -> dict[str, Any]:
        """The fact's values as JSON can hold them."""
        return asdict(self)


def record(session: Session, fact: Fact, *, now: datetime) -> None:
    """Inserts one job per reaction of the fact; they run after this transaction commits."""
    for reaction in session.info.get("reactions", {}).get(fact.name, ()):
        session.add(Job.waiting(reaction, payload=fact.payload(), now=now))
