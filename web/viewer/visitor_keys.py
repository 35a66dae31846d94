"""The key by which a visitor is told apart for a day, and how a visit crosses midnight (UTC)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from contentlib.engagement import queries, rules
from contentlib.engagement import service as engagement
from contentlib.library import Library

# Visitors whose sitting goes on under yesterday's key; more than this begin a new visit instead.
_MOST_CROSSINGS = 5000


@dataclass(slots=True)
class VisitorKeys:
    """What one process remembers: the salts of today and yesterday, and who crossed midnight.

    `_crossed` is today's key -> (yesterday's key, when it was last used).
    """

    _salts: dict[date, bytes] = field(default_factory=dict)
    _crossed: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    _today: date | None = None

    def key_of(
        self,
        library: Library,
        session: Session,
        *,
        network: str,
        user_agent: str,
        share_public_id: str,
        now: datetime,
    ) -> str:
        """The key of a visitor of a share.

        In the first `visit_gap_minutes` of a day who has no sitting under the new key and one
        under the old keeps the old one: two statements, of which one is the first time only.
        Afterwards they keep it in this process, as long as the sitting goes on.
        """
        self._turn_the_day(now)

        def keyed(salt: bytes) -> str:
            return rules.visitor_key(
                salt=salt,
                network=network,
                user_agent=user_agent,
                share_public_id=share_public_id,
            )

        key = keyed(self._salt_of_today(library, session, now))
        gap = timedelta(minutes=library.settings.visit_gap_minutes)
        old, used_at = self._crossed.get(key, ("", now))
        if old and now - used_at <= gap:
            self._crossed[key] = (old, now)
            return old
        if now - datetime.combine(now.date(), time(), now.tzinfo) > gap:
            return key
        salt = self._salt_of_yesterday(session, now)
        old = keyed(salt) if salt is not None else key
        sitting = queries.keys_sitting(session, share_public_id, {key, old}, since=now - gap)
        if key in sitting or old not in sitting or len(self._crossed) >= _MOST_CROSSINGS:
            return key
        self._crossed[key] = (old, now)
        return old

    def _turn_the_day(self, now: datetime) -> None:
        if self._today != now.date():
            self._today = now.date()
            self._crossed.clear()
            kept = {self._today, self._today - timedelta(days=1)}
            self._salts = {day: salt for day, salt in self._salts.items() if day in kept}

    def _salt_of_today(self, library: Library, session: Session, now: datetime) -> bytes:
        known = self._salts.get(now.date())
        if known is not None:
            return known
        if _is_writing(session):
            # a second unit of work would wait for the lock that this one holds; should this one
            # be rolled back, its salt is gone, so it is not remembered
            return engagement.salt_of_day(session, now=now)
        made = engagement.known_salt(session, now.date())
        if made is not None:  # another process came first: no need to wait for the write lock
            return self._salts.setdefault(now.date(), made)
        with library.database.unit_of_work() as writing:
            made = engagement.salt_of_day(writing, now=now)
        return self._salts.setdefault(now.date(), made)

    def _salt_of_yesterday(self, session: Session, now: datetime) -> bytes | None:
        day = now.date() - timedelta(days=1)
        if day not in self._salts:
            found = engagement.known_salt(session, day)
            if found is None:
                return None
            self._salts[day] = found
        return self._salts[day]


def _is_writing(session: Session) -> bool:
    options = session.get_bind().get_execution_options()
    return options.get("contentlib_access") == "write"
