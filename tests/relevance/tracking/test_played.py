"""The replay once more, all the way: real requests at the application, real folding.

What the other replay states as values - user agents, addresses, headers, moments - comes in here
as it does in life, and the class is read from the visit.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contentlib.library import Library
from contentlib.reactions import fold_beats
from tests.cast import hire
from tests.factories import make_library
from tests.relevance.tracking import people, programs
from tests.relevance.tracking.playing import Link, Stage
from tests.relevance.tracking.stage import Scenario
from tests.web.viewing import viewer_app

pytestmark = pytest.mark.slow

# A code is entered at a gate, which has its own test. OPTIONS is answered before any view of ours
# and leaves nothing.
PLAYED = tuple(
    scenario
    for scenario in (*people.SCENARIOS, *programs.SCENARIOS)
    if not scenario.verified and not any(asked.method == "OPTIONS" for asked in scenario.asked)
)
HEADLINE = ("verified", "human")


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory, new_sqlite
) -> Iterator[tuple[Stage, dict[str, Link]]]:  # type: ignore[no-untyped-def]
    folder: Path = tmp_path_factory.mktemp("played")
    new_sqlite(folder)
    library: Library = make_library(folder)
    stage = Stage(library, viewer_app(library), hire(library).rosa)
    links = {scenario.name: stage.play(scenario) for scenario in PLAYED}
    fold_beats(library)
    yield stage, links
    library.close()


@pytest.mark.parametrize("scenario", PLAYED, ids=lambda scenario: scenario.name)
def test_the_visitor_of_a_real_link_is_taken_for(
    played: tuple[Stage, dict[str, Link]], scenario: Scenario
) -> None:
    stage, links = played
    taken = stage.taken_for(links[scenario.name])
    assert [visitor_class for visitor_class, _ in taken] == [scenario.expected], taken


def test_no_program_is_in_the_headline_and_nobody_who_must_count_is_left_out(
    played: tuple[Stage, dict[str, Link]],
) -> None:
    stage, links = played
    for scenario in PLAYED:
        counted = [c for c, _ in stage.taken_for(links[scenario.name]) if c in HEADLINE]
        if scenario.truth == "machine":
            assert not counted, scenario.name
        if scenario.expected in HEADLINE:
            assert len(counted) == 1, scenario.name
