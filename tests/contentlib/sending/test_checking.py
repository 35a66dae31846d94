"""`contentlib check --metrics`: the sends are what their events say, or it is told."""

import pytest
from sqlalchemy import delete, select

from contentlib.checking import check_metrics
from contentlib.library import Library
from contentlib.sending.models import Send, SendReport, SendReportItem
from tests.cast import Cast, hire
from tests.contentlib.sending.telling import item_of, message, told
from tests.factories import make_asset


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def sent(library: Library, cast: Cast) -> None:
    for number in range(3):
        asset = make_asset(library, f"Paper {number}")
        told(library, message(library, cast.rosa, item_of(library, asset), key=str(number)))


@pytest.mark.usefixtures("sent")
def test_what_is_as_it_was_told_agrees(library: Library) -> None:
    assert check_metrics(library) == []


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("damage", ["altered", "lost"])
def test_a_send_that_was_altered_or_lost_is_found_and_mended(library: Library, damage: str) -> None:
    with library.database.unit_of_work() as session:
        send = session.scalars(select(Send)).first()
        assert send is not None
        if damage == "altered":
            send.evidence = "declared"
        else:
            session.delete(send)
    (finding,) = check_metrics(library, repair=True)
    assert "not what was told" in finding.sentence and finding.repairable
    assert check_metrics(library) == []
    with library.database.reading() as session:
        assert set(session.scalars(select(Send.evidence))) == {"mail_confirmed"}
        assert len(session.scalars(select(Send)).all()) == 3


@pytest.mark.usefixtures("sent")
def test_sends_of_which_nothing_tells_are_found(library: Library) -> None:
    with library.database.unit_of_work() as session:
        session.execute(delete(SendReportItem))
        session.execute(delete(SendReport))
    (finding,) = check_metrics(library)
    assert finding.sentence.startswith("3 sends stand there")
