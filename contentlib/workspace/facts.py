"""Facts about what holds for the whole installation."""

from dataclasses import dataclass
from typing import Literal

from contentlib.events import Fact


@dataclass(frozen=True, slots=True)
class NetworkListed(Fact):
    """A network was put on a list. `kind` is whose it is, `row_id` its row on that list."""

    kind: Literal["office", "machine"]
    row_id: int
    cidr: str


@dataclass(frozen=True, slots=True)
class NetworkUnlisted(Fact):
    """A network was taken off its list."""

    kind: Literal["office", "machine"]
    row_id: int
    cidr: str
