"""Near-copies share most of their wording; siblings of one template do not."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contentlib.asset import service as assets
from contentlib.asset.copies import NEAR_COPY, near_copies, overlap, shingles
from contentlib.asset.models import Asset
from contentlib.library import Library
from contentlib.ports import ExtractedPage
from indexer.passages import split
from tests.factories import content, make_asset, statements

TEXT = (
    "Carriers waited two hours at the dock, and detention fell by half once each truck had "
    "a slot. The yard team sees who is late before they arrive, and moves the slot. "
)
TEMPLATE = "Why now. What changes. What it costs. Who else did it. What to do next. "
WORDS = st.lists(st.sampled_from(["dock", "gate", "yard", "slot", "late", "fee"]), max_size=40)


def _found(library: Library, *public_ids: str) -> dict[tuple[int, int], float]:
    with library.database.reading() as session:
        id_of = dict(session.execute(select(Asset.public_id, Asset.id)).all())
        ids = [id_of[public_id] for public_id in public_ids]
        return near_copies(session, list(combinations(ids, 2)))


def _with_notes(library: Library, text: str, notes: str) -> str:
    pages = (ExtractedPage(1, text, notes=notes),)
    made = content(library, text)
    spoken = replace(made, document=replace(made.document, pages=pages), passages=split(pages))
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        return assets.create(session, title=text, owner_id=None, content=spoken, now=now).public_id


def test_a_leave_behind_made_of_a_datasheet_is_a_copy_of_it(library: Library) -> None:
    sheet = make_asset(library, "Dock scheduling", TEXT + "Book a call with us.")
    leaflet = make_asset(library, "For after the meeting", TEXT + "Ask me anything by mail.")
    ((_, share),) = _found(library, sheet, leaflet).items()
    assert NEAR_COPY < share < 1


def test_two_texts_of_one_template_are_no_copies(library: Library) -> None:
    docks = make_asset(library, "Docks", TEMPLATE + TEXT)
    prawns = make_asset(
        library,
        "Prawns",
        TEMPLATE + "Frozen prawns travel at minus eighteen, and each pallet tells its own "
        "temperature all the way from the harbour to the freezer of the shop.",
    )
    assert _found(library, docks, prawns) == {}


def test_speaker_notes_are_no_wording(library: Library) -> None:
    one = _with_notes(library, "Said by nobody else.", TEXT)
    other = _with_notes(library, "Never said before by us.", TEXT)
    assert _found(library, one, other) == {}


def test_a_screenful_of_pairs_costs_one_statement(library: Library) -> None:
    for number in range(6):
        make_asset(library, f"Docks {number}", TEXT)
    pairs = list(combinations(range(1, 7), 2))
    with library.database.reading() as session, statements(library) as seen:
        assert len(near_copies(session, pairs)) == 15
    assert len(seen) == 1
    with library.database.reading() as session, statements(library) as seen:
        assert near_copies(session, []) == {}
    assert seen == []


@given(WORDS, WORDS)
def test_overlap_is_a_share_and_the_same_both_ways(one: list[str], other: list[str]) -> None:
    a, b = shingles(" ".join(one)), shingles(" ".join(other))
    assert 0 <= overlap(a, b) <= 1
    assert overlap(a, b) == overlap(b, a)
    assert overlap(a, a) == (1 if one else 0)


@given(WORDS)
def test_case_and_marks_are_no_difference(words: list[str]) -> None:
    assert shingles(" ".join(words)) == shingles("; ".join(words).upper() + "!")
