"""The networks that say who asks: listed ranges, ranges of the operator's, our own offices.

What a request's whole address lay in is stored with it as ids: `<entry>:<range>` of the project's
list, `op:<row>:<range>` of an operator's, `own:<range>` of an office. A range as wide as what is
kept of an address (/24, /48) holds past requests too; a narrower one only those that came with its
id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import cast

from sqlalchemy.orm import Session

from contentlib.engagement.machines import ListedRange, NetworkTable, listed_ranges
from contentlib.engagement.sitting import Certainty, Network
from contentlib.workspace.queries import KnownNetworks, known_networks
from contentlib.workspace.rules import holds


def machine_id(row_id: int) -> str:
    """How a request names the operator's range that it matched."""
    return f"op:{row_id}"


def office_id(cidr: str) -> str:
    """How a request names the office that it came from; rows of offices are deleted, so that
    their numbers may come again."""
    return f"own:{cidr}"


def is_office(stored_id: str) -> bool:
    """Whether an id that came with a request is an office's."""
    return stored_id.startswith("own:")


@dataclass(frozen=True)
class Networks:
    """All known networks at one time. A removed one says nothing any more, of no request."""

    known: KnownNetworks
    table: NetworkTable

    def ids_of(self, address: str) -> tuple[str, ...]:
        """What is stored of a whole address: offices, then listed ranges, narrowest first."""
        own = [office_id(o.cidr) for o in self.known.offices if holds([o.cidr], address)]
        return (*own, *self.table.of(address).ids)

    def verdict(self, ids: Sequence[str], network: str) -> Network:
        """Who asks, by the ids stored with a request and what is kept of its address."""
        return self.table.of_request(ids, network)

    def is_ours(self, ids: Iterable[str], network: str = "") -> bool:
        """Whether a request came from an office of ours, by its ids or by its network."""
        stored = set(ids)
        if any(office_id(office.cidr) in stored for office in self.known.offices):
            return True
        return bool(network) and any(_holds(o.cidr, network) for o in self.known.offices)


def networks_now(session: Session) -> Networks:
    """The networks known at present. One statement; the look-up table is built when they change."""
    return networks_of(known_networks(session))


@lru_cache(maxsize=4)
def networks_of(known: KnownNetworks) -> Networks:
    added = [
        ListedRange(
            machine_id(range_.id),
            ip_network(range_.cidr),
            range_.label,
            cast(Certainty, range_.certainty),
        )
        for range_ in known.machines
    ]
    return Networks(known, NetworkTable(listed_ranges(), added))


def reaches_back(cidr: str) -> bool:
    """Whether past requests can be matched to it: they are kept by /24 or /48.

    >>> reaches_back("203.0.113.0/24"), reaches_back("203.0.113.64/26")
    (True, False)
    """
    network = ip_network(cidr)
    return network.prefixlen <= (24 if network.version == 4 else 48)


@lru_cache(maxsize=4096)
def _holds(cidr: str, network: str) -> bool:
    outer, inner = _parsed(cidr), _parsed(network)
    if outer is None or inner is None or outer.version != inner.version:
        return False
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _parsed(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None
