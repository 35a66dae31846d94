"""Who among the recipients of a mail is outside: what goes to our own people is no send."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.member.models import Member

# At these everybody has a mailbox: a member's address there makes nobody else's ours.
ANYBODYS_DOMAINS = frozenset(
    (  # noqa: SIM905 - a list of words, not of one word a line
        "aol.com fastmail.com gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com "
        "icloud.com live.com mac.com mail.com mail.ru me.com msn.com outlook.com pm.me proton.me "
        "protonmail.com qq.com t-online.de web.de yahoo.com yandex.ru zoho.com 163.com"
    ).split()
)


def outside(session: Session, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those addresses that are neither a member's nor at a domain of our members, lower-cased,
    once each, in their order. One statement.

    Domains of active members are ours but for those where everybody has a mailbox.
    """
    wanted = tuple(dict.fromkeys(address.strip().lower() for address in addresses))
    if not wanted:
        return ()
    rows = session.execute(select(Member.email, Member.active)).all()
    emails = {email for email, _ in rows}
    domains = {_domain(email) for email, active in rows if active} - ANYBODYS_DOMAINS
    return tuple(a for a in wanted if a not in emails and _domain(a) not in domains)


def _domain(address: str) -> str:
    return address.rsplit("@", 1)[-1]
