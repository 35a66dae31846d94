"""What is known about the sending of a link. Pure."""

from typing import Literal

# The stored kinds of evidence, and two that are derived for a link.
Sending = Literal[
    "mail_confirmed", "mailbox", "app_mail", "crm", "inferred", "declared", "copied only"
]


def sending_of(stored: str | None, *, human_visits: int) -> str:
    """The evidence that a link was sent: the strongest stored, else what reading implies.

    METRICS, "Send evidence": a link that nobody reported as sent and that somebody outside read
    is `inferred`; one that was only made or copied is no send.

    >>> sending_of(None, human_visits=1), sending_of("declared", human_visits=1)
    ('inferred', 'declared')
    """
    if stored is not None:
        return stored
    return "inferred" if human_visits > 0 else "copied only"
