"""The people in our stories.

Mira markets, Adam administers. Rosa and Ravi sell in team North under Nora; Wes sells in team
West under Walt. Bea buys and has no account.
"""

from dataclasses import dataclass

from contentlib.library import Library
from contentlib.member import queries, service
from contentlib.member.rules import Viewer

PASSWORD = "correct horse battery"
_HASHED: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Cast:
    """Each person as the viewer they are when signed in."""

    mira: Viewer
    adam: Viewer
    nora: Viewer
    rosa: Viewer
    ravi: Viewer
    walt: Viewer
    wes: Viewer

    def everybody(self) -> tuple[Viewer, ...]:
        return (self.mira, self.adam, self.nora, self.rosa, self.ravi, self.walt, self.wes)


_ROLES = (
    ("mira", "marketer", None),
    ("adam", "admin", None),
    ("nora", "manager", "North"),
    ("rosa", "rep", "North"),
    ("ravi", "rep", "North"),
    ("walt", "manager", "West"),
    ("wes", "rep", "West"),
)


def hire(library: Library) -> Cast:
    """Adds everybody with the same password; the managers lead their teams."""
    found: dict[str, Viewer] = {}
    with library.database.unit_of_work() as session:
        for name, role, team in _ROLES:
            member = service.add(
                session,
                actor="test",
                email=f"{name}@contentlib.example",
                role=role,
                name=name.title(),
                team=team,
                now=library.clock.now(),
            )
            member.password_hash = _hash_once()
            if role == "manager" and team is not None:
                service.lead(session, team=service.team_named(session, team), manager=member)
                session.flush()
            found[name] = queries.viewer_of(session, member)
    return Cast(**found)


def _hash_once() -> str:
    """Hashing is slow on purpose; this hash costs little to make and, all day, to check."""
    if PASSWORD not in _HASHED:
        from argon2 import PasswordHasher

        _HASHED[PASSWORD] = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    return _HASHED[PASSWORD]
