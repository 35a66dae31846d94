"""The lists of networks: what is on them, how they change, what follows."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.workspace import rules, service
from contentlib.workspace.models import MachineNetwork
from contentlib.workspace.queries import (
    KnownNetworks,
    MachineRange,
    Office,
    known_networks,
    machine_network_lines,
    rejudgements,
)
from tests.factories import statements


def _add_machines(library: Library, cidr: str = "198.51.100.0/24", **more: str) -> int:
    with library.database.unit_of_work() as session:
        return service.add_machine_network(
            session,
            actor="adam",
            cidr=cidr,
            label=more.get("label", "a test farm"),
            certainty=more.get("certainty", "certain"),
            now=library.clock.now(),
        ).id


def _add_office(library: Library, cidr: str = "203.0.113.7/26") -> int:
    with library.database.unit_of_work() as session:
        return service.add_own_network(
            session, actor="adam", cidr=cidr, label="HQ", now=library.clock.now()
        ).id


def test_both_lists_are_read_at_once(library: Library) -> None:
    _add_machines(library)
    _add_office(library)
    with library.database.reading() as session, statements(library) as seen:
        known = known_networks(session)
    assert len(seen) == 1
    assert known == KnownNetworks(
        offices=(Office(1, "203.0.113.0/26"),),
        machines=(MachineRange(1, "198.51.100.0/24", "a test farm", "certain"),),
    )


def test_what_is_taken_off_the_list_of_machines_is_kept_and_listed_no_more(
    library: Library,
) -> None:
    row_id = _add_machines(library)
    with library.database.unit_of_work() as session:
        service.remove_machine_network(
            session, actor="adam", network_id=row_id, now=library.clock.now()
        )
    with library.database.reading() as session:
        assert machine_network_lines(session) == []
        assert session.scalars(select(MachineNetwork.removed_at)).one() is not None
    assert _add_machines(library) != row_id


def test_a_network_stands_on_a_list_once(library: Library) -> None:
    for add in (_add_machines, _add_office):
        add(library)
        with pytest.raises(Conflict):
            add(library)


@pytest.mark.parametrize("remove", [service.remove_machine_network, service.remove_own_network])
def test_what_is_not_on_the_list_cannot_be_removed(
    library: Library, remove: Callable[..., str]
) -> None:
    with library.database.unit_of_work() as session, pytest.raises(NotFound):
        remove(session, actor="adam", network_id=9, now=library.clock.now())


def test_every_change_has_past_visits_judged_again(library: Library) -> None:
    row_id, office_id = _add_machines(library), _add_office(library)
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        service.remove_machine_network(session, actor="adam", network_id=row_id, now=now)
        service.remove_own_network(session, actor="adam", network_id=office_id, now=now)
    with library.database.reading() as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        assert rejudgements(session) == []
    assert [(job.reaction, job.payload["kind"]) for job in jobs] == [
        ("judge_listed", "machine"),
        ("judge_listed", "office"),
        ("judge_unlisted", "machine"),
        ("judge_unlisted", "office"),
    ]


@pytest.mark.parametrize("odd", ["", "likely", "CERTAIN"])
def test_how_sure_we_are_is_one_of_two_words(library: Library, odd: str) -> None:
    with pytest.raises(InvalidInput):
        _add_machines(library, certainty=odd)
    assert rules.checked_certainty("probable") == "probable"


def test_a_network_without_a_name_is_called_by_its_range(library: Library) -> None:
    _add_machines(library, label=" ")
    with library.database.reading() as session:
        assert machine_network_lines(session)[0].label == "198.51.100.0/24"
