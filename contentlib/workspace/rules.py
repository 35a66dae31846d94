"""What counts as a network of ours, or of machines. Pure."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from contentlib.errors import InvalidInput

# What the audit log calls it when past visits were judged anew.
JUDGED_AGAIN = "visits judged again"

CERTAINTIES = ("certain", "probable")


def checked_network(text: str) -> str:
    """A network in its one written form. Raises InvalidInput.

    >>> checked_network(" 203.0.113.7/24 ")
    '203.0.113.0/24'
    """
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise InvalidInput(
            f"{text.strip()!r} is not a network.",
            {"cidr": "Write it like 203.0.113.0/24 or 2001:db8::/32."},
        ) from error
    if network.prefixlen < (8 if network.version == 4 else 16):
        raise InvalidInput(
            "That network is far too large to be one office's or one service's.",
            {"cidr": "Use a smaller network."},
        )
    return str(network)


def checked_certainty(text: str) -> str:
    """`certain` (nobody reads from there) or `probable`. Raises InvalidInput."""
    if text not in CERTAINTIES:
        raise InvalidInput(
            "Say how sure you are that machines ask from there.",
            {"certainty": "Choose certain or probable."},
        )
    return text


def holds(networks: Iterable[str], address: str) -> bool:
    """Whether the address lies in one of the networks."""
    try:
        parsed = ip_address(address.strip().split("%")[0])
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in ip_network(network) for network in networks)
