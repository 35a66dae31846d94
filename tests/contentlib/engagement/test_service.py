"""Who may enter, and the salts by which visitors are told apart for a day."""

import threading
from datetime import timedelta

from sqlalchemy import func, select

from contentlib.engagement import service
from contentlib.engagement.models import VisitorSalt
from contentlib.library import Library
from tests.factories import MONDAY


def _salt(library: Library, days: int = 0) -> bytes:
    with library.database.unit_of_work() as session:
        return service.salt_of_day(session, now=MONDAY + timedelta(days=days))


def test_a_day_has_one_salt_and_the_next_another(either_library: Library) -> None:
    assert _salt(either_library) == _salt(either_library)
    assert _salt(either_library) != _salt(either_library, days=1)
    assert len(_salt(either_library)) == 16


def test_processes_that_meet_at_midnight_agree_on_the_salt(either_library: Library) -> None:
    found: set[bytes] = set()
    ready = threading.Barrier(6)

    def ask() -> None:
        ready.wait()
        found.add(_salt(either_library))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_salts_are_forgotten_after_two_days(either_library: Library) -> None:
    _salt(either_library)
    _salt(either_library, days=2)
    with either_library.database.unit_of_work() as session:
        service.forget_old_salts(session, now=MONDAY + timedelta(days=2, minutes=1))
    with either_library.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(VisitorSalt)) == 1
