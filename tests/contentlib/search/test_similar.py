"""Assets like another: only those near enough, only those one may see, each with why."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.asset.queries import visible_asset
from contentlib.errors import IndexUnavailable
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.ports import Likeness, Neighbour, Permitted
from contentlib.search import similar
from contentlib.search.similar import in_words, nearness, similar_to
from tests.cast import hire
from tests.factories import MONDAY, WordIndex, make_asset, statements
from tests.web.browsing import index_everything

TODAY = MONDAY.date()
COSINES = st.floats(-1, 1)
LIKENESSES = st.builds(Likeness, COSINES, st.none() | COSINES)
ORDER = (
    "About different things",
    "Loosely related",
    "On the same subject",
    "Very much alike",
    "Nearly the same text",
)


def _similar(library: Library, viewer: Viewer, public_id: str) -> Sequence[similar.Similar]:
    with library.database.reading() as session:
        line = visible_asset(session, viewer, public_id, today=TODAY).line
        return similar_to(session, library.index, library.permitted, viewer, line, today=TODAY)


def test_what_is_near_is_shown_with_the_terms_that_both_carry(library: Library) -> None:
    cast = hire(library)
    terms = {"industry": ["Retail", "Parcel"], "stage": ["Evaluation"]}
    public_id = make_asset(library, "Dock waiting times", "Carriers wait.", terms=terms)
    near = {"industry": ["Parcel"], "stage": ["Evaluation"], "region": ["Europe"]}
    make_asset(library, "Dock waiting times again", "Carriers wait there.", terms=near)
    make_asset(library, "Frozen prawns", "Nothing in common.", terms=terms)
    index_everything(library)
    (found,) = _similar(library, cast.rosa, public_id)
    assert found.line.title == "Dock waiting times again"
    assert found.in_common == ("Parcel",)
    assert not found.is_copy


def test_the_same_text_under_another_title_is_told(library: Library) -> None:
    cast = hire(library)
    text = "Carriers waited two hours at the dock and detention fell by half."
    public_id = make_asset(library, "Dock waiting times", text)
    make_asset(library, "Dock waiting times, final", text)
    index_everything(library)
    (found,) = _similar(library, cast.rosa, public_id)
    assert found.is_copy


def test_what_one_may_not_see_is_not_similar(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Dock waiting times", "Carriers wait.")
    make_asset(library, "Dock waiting times", "Carriers wait.", publish=False)
    index_everything(library)
    assert _similar(library, cast.rosa, public_id) == ()
    assert len(_similar(library, cast.mira, public_id)) == 1


class _Silent(WordIndex):
    def like(self, asset_id: int, *, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        raise IndexUnavailable("The index is being built.")


def test_while_the_index_cannot_answer_nothing_is_similar(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Dock waiting times")
    make_asset(library, "Dock waiting times")
    index_everything(library)
    assert len(_similar(library, cast.rosa, public_id)) == 1
    monkeypatch.setattr(WordIndex, "like", _Silent.like)
    assert _similar(library, cast.rosa, public_id) == ()


def test_any_number_of_neighbours_costs_six_statements(library: Library) -> None:
    cast = hire(library)
    public_id = make_asset(library, "Dock waiting times")
    for _ in range(6):
        make_asset(library, "Dock waiting times", terms={"industry": ["Retail"]})
    index_everything(library)
    with library.database.reading() as session:
        line = visible_asset(session, cast.rosa, public_id, today=TODAY).line
        with statements(library) as seen:
            found = similar_to(
                session, library.index, library.permitted, cast.rosa, line, today=TODAY
            )
    assert len(found) == 4
    assert len(seen) == 6, seen


@given(LIKENESSES)
def test_likeness_in_words_grows_with_nearness(likeness: Likeness) -> None:
    word = ORDER.index(in_words(likeness, is_copy=False))
    assert word < 4
    assert in_words(likeness, is_copy=True) == ORDER[4]
    nearer = Likeness(
        min(1, likeness.card + 0.1), None if likeness.text is None else min(1, likeness.text + 0.1)
    )
    assert nearness(nearer) >= nearness(likeness)
    assert ORDER.index(in_words(nearer, is_copy=False)) >= word
