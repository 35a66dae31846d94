"""What is known about the sending of a link. Pure."""

from collections.abc import Iterable
from typing import Literal

# The stored kinds of evidence, and two that are derived for a link.
Sending = Literal[
    "mail_confirmed", "mailbox", "app_mail", "crm", "inferred", "declared", "copied only"
]


def sending_of(stored: str | None, *, human_visits: int) -> str:
    """The evidence that a link was sent: the strongest stored, else what reading implies.

    METRICS, "Send evidence": a link that nobody reported as sent and that somebody outside read
    is `inferred`, which is more than its maker's word; one that was only made or copied is no send.

    >>> sending_of(None, human_visits=1), sending_of("declared", human_visits=0)
    ('inferred', 'declared')
    >>> sending_of("declared", human_visits=1), sending_of("mailbox", human_visits=1)
    ('inferred', 'mailbox')
    """
    if stored not in (None, "declared"):
        return stored
    if human_visits > 0:
        return "inferred"
    return stored or "copied only"


def domains_of(addresses: Iterable[str]) -> list[str]:
    """The recipients' domains: all that a send keeps of its recipients.

    >>> domains_of(["ann@x.example", "bob@y.example", "cy@x.example"])
    ['x.example', 'y.example']
    """
    return sorted({address.rsplit("@", 1)[-1].lower() for address in addresses})
