"""From shingles met to a verdict."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contentlib.recognition.rules import Candidate, exact
from contentlib.recognition.weighing import SHIPPED, Met, pages_met, weigh


def _met(
    asset_id: int,
    shingles: range,
    *,
    size: int = 200,
    version: int = 1,
    pages: int = 4,
    every: int = 1,
) -> Met:
    """A version of `size` distinctive shingles on its pages, of which these are in the file."""
    of_page = dict.fromkeys(range(1, pages + 1), size // pages)
    return Met(
        asset_id,
        asset_id * 100 + version,
        version,
        every,
        of_page,
        {s: 1 + (s - shingles.start) * pages // size for s in shingles},
    )


def test_most_of_an_asset_is_an_edited_copy_of_it() -> None:
    found = weigh([_met(1, range(150))])
    assert (found.verdict, found.is_certain) == ("edited copy", True)
    assert found.candidates == (Candidate(1, 101, 1, "edited copy", 0.75, (1, 2, 3)),)


def test_a_part_of_an_asset_is_for_a_person_to_look_at() -> None:
    found = weigh([_met(1, range(50))])
    assert (found.verdict, found.is_certain) == ("pages of", False)
    assert found.best is not None and found.best.pages == (1,)


def test_a_single_page_of_a_long_deck_is_named_by_its_number() -> None:
    found = weigh([_met(1, range(25), size=1000, pages=40)])
    assert found.best is not None and found.best.score == 0.025
    assert (found.verdict, found.is_certain, found.best.pages) == ("pages of", False, (1,))


def test_a_few_words_of_many_pages_are_nothing() -> None:
    scattered = replace(_met(1, range(40), size=1000, pages=40), met={s: s for s in range(40)})
    assert weigh([scattered]).verdict == "none"


def test_a_short_text_is_known_by_nothing_but_equality() -> None:
    assert weigh([_met(1, range(38), size=38, pages=1)]).verdict == "none"
    assert weigh([_met(1, range(40), size=40, pages=1)]).verdict == "edited copy"


def test_two_assets_that_the_file_is_as_much_of_are_for_a_person_to_tell_apart() -> None:
    found = weigh([_met(1, range(150)), _met(2, range(160))])
    assert not found.is_certain
    assert [c.asset_id for c in found.candidates] == [2, 1]


def test_two_assets_put_into_one_file_are_both_named() -> None:
    found = weigh([_met(1, range(200)), _met(2, range(1000, 1080))])
    assert [(c.asset_id, c.verdict) for c in found.candidates] == [
        (1, "edited copy"),
        (2, "pages of"),
    ]
    assert found.is_certain


def test_a_datasheet_that_stands_in_a_brochure_is_not_named_beside_it() -> None:
    brochure, datasheet = _met(1, range(800), size=900), _met(2, range(60), size=60, pages=1)
    found = weigh([datasheet, brochure])
    assert found.is_certain
    assert [c.asset_id for c in found.candidates] == [1]


def test_nor_the_brochure_where_the_file_is_the_datasheet() -> None:
    brochure, datasheet = _met(1, range(60), size=240), _met(2, range(60), size=60, pages=1)
    found = weigh([brochure, datasheet])
    assert found.is_certain
    assert [c.asset_id for c in found.candidates] == [2]


def test_an_outdated_copy_is_the_outdated_version_though_the_new_one_has_all_of_it() -> None:
    old, new = _met(1, range(195)), _met(1, range(195), size=240, version=2)
    found = weigh([new, old])
    assert found.best is not None and found.best.version_number == 1


def test_a_copy_of_the_new_version_is_of_the_new_one_though_the_old_one_is_whole_in_it() -> None:
    old, new = _met(1, range(200)), _met(1, range(230), size=240, version=2)
    found = weigh([old, new])
    assert found.best is not None and found.best.version_number == 2


def test_of_versions_that_are_alike_the_newest_is_named() -> None:
    found = weigh([_met(1, range(150), version=v) for v in (2, 3, 1)])
    assert found.best is not None and found.best.version_number == 3


def test_a_sample_tells_the_same_as_the_whole() -> None:
    whole = _met(1, range(0, 1200), size=1600)
    half = replace(
        whole,
        every=2,
        stored={page: count // 2 for page, count in whole.stored.items()},
        met={s: p for s, p in whole.met.items() if s % 2 == 0},
    )
    assert weigh([half]) == weigh([whole])


def test_what_is_stored_outside_the_sample_is_not_counted() -> None:
    sampled = _met(1, range(0, 400, 2), size=200, every=2)
    more = replace(sampled, met={**sampled.met, **dict.fromkeys(range(1, 100, 2), 1)})
    assert weigh([more]) == weigh([sampled])


VERSIONS = st.builds(
    _met,
    st.integers(1, 6),
    st.integers(0, 180).flatmap(lambda n: st.integers(n, 200).map(lambda m: range(n, m))),
    version=st.integers(1, 3),
)


@given(st.lists(VERSIONS, max_size=8, unique_by=lambda v: v.version_id), st.randoms())
def test_the_order_in_which_versions_are_met_decides_nothing(
    versions: list[Met], chance: object
) -> None:
    shuffled = list(versions)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert weigh(shuffled) == weigh(versions)


@given(st.lists(VERSIONS, max_size=8, unique_by=lambda v: v.version_id))
def test_the_best_comes_first_and_each_asset_once(versions: list[Met]) -> None:
    found = weigh(versions)
    ranks = [(c.verdict != "edited copy", -c.score) for c in found.candidates]
    assert ranks == sorted(ranks)
    assert len({c.asset_id for c in found.candidates}) == len(found.candidates)
    assert found.verdict == (found.best.verdict if found.best else "none")
    for candidate in found.candidates:
        assert (candidate.verdict == "edited copy") == (candidate.score >= SHIPPED.edited_copy)
        assert 0 <= candidate.score <= 1


@given(st.lists(VERSIONS, max_size=8, unique_by=lambda v: v.version_id))
def test_certain_is_only_what_no_other_asset_comes_near(versions: list[Met]) -> None:
    found = weigh(versions)
    if found.is_certain:
        best, *others = found.candidates
        assert best.verdict == "edited copy"
        assert all(other.score < best.score - SHIPPED.rival for other in others)


@given(st.integers(3, 6), st.integers(1, 200))
def test_what_stands_in_more_than_two_assets_never_decides(assets: int, count: int) -> None:
    alike = [_met(asset_id, range(count)) for asset_id in range(1, assets + 1)]
    assert weigh(alike).verdict == "none"


@given(st.integers(3, 6), st.integers(0, 100), st.integers(0, 100))
def test_common_wording_leaves_the_verdict_as_it_would_be_without(
    assets: int, common: int, own: int
) -> None:
    others = [_met(n, range(1000, 1000 + common)) for n in range(2, assets + 1)]
    plain = Met(1, 100, 1, 1, {1: 100}, dict.fromkeys(range(own), 1))
    mixed = Met(
        1,
        100,
        1,
        1,
        {1: 100 + common},
        {**plain.met, **dict.fromkeys(range(1000, 1000 + common), 1)},
    )
    assert weigh([mixed, *others]) == weigh([plain])


def test_a_page_counts_when_most_of_its_own_words_are_there() -> None:
    version = Met(1, 1, 1, 1, {1: 10, 2: 10, 3: 0}, {**dict.fromkeys(range(6), 1), 99: 2})
    assert pages_met(version) == (1,)


def test_equal_bytes_in_two_assets_are_for_a_person_to_tell_apart() -> None:
    rows = [Candidate(a, v, n, "same file", 1.0, ()) for a, v, n in [(2, 9, 1), (1, 3, 1)]]
    found = exact("same file", rows, is_enough=True)
    assert not found.is_certain
    assert [c.asset_id for c in found.candidates] == [1, 2]


def test_equal_bytes_in_two_versions_are_the_newest() -> None:
    rows = [Candidate(1, v, n, "same file", 1.0, ()) for v, n in [(3, 1), (9, 3), (5, 2)]]
    found = exact("same file", rows, is_enough=True)
    assert found.is_certain and [c.version_number for c in found.candidates] == [3]
