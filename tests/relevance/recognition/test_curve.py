"""What is recognised, and what is wrongly so, at each threshold; and at the shipped ones."""

from collections.abc import Iterable

import pytest

from contentlib.recognition.queries import met_by_version, recognise
from contentlib.recognition.rules import Recognition
from contentlib.recognition.weighing import SHIPPED, Met, Thresholds, weigh
from tests.relevance.recognition.conftest import ALTERATIONS, Attached, Shelf

COPIES = ("saved again", *ALTERATIONS)
SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
PAGE_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
NO_PAGE_ALONE = 2.0


@pytest.fixture(scope="module")
def met(shelf: Shelf) -> list[tuple[Attached, list[Met]]]:
    with shelf.library.database.reading() as session:
        return [(a, met_by_version(session, a.known)) for a in shelf.attached]


def _is_right(shelf: Shelf, attached: Attached, found: Recognition) -> bool:
    return found.best is not None and found.best.asset_id == shelf.ids[attached.of or ""]


def _false(shelf: Shelf, attached: Attached, found: Recognition) -> int:
    """Candidates that name an asset which the file was not made of."""
    true = shelf.ids[attached.of] if attached.of else None
    return sum(candidate.asset_id != true for candidate in found.candidates)


def _share(right: Iterable[bool]) -> float:
    values = list(right)
    return sum(values) / len(values)


def test_the_curve_of_whole_copies(shelf: Shelf, met: list[tuple[Attached, list[Met]]]) -> None:
    kinds = (*COPIES, "page pasted")
    print("\n| threshold | " + " | ".join(kinds) + " | false matches |")
    print("|---" * (len(kinds) + 2) + "|")
    false_at = {}
    for share in SHARES:
        at = Thresholds(edited_copy=share, pages_of=share, page=NO_PAGE_ALONE)
        found = [(attached, weigh(versions, at)) for attached, versions in met]
        recall = [
            _share(_is_right(shelf, a, f) for a, f in found if a.kind == kind) for kind in kinds
        ]
        false_at[share] = sum(_false(shelf, a, f) for a, f in found)
        print(f"| {share:.2f} | " + " | ".join(f"{r:.3f}" for r in recall), end="")
        print(f" | {false_at[share]} |")
    assert false_at[SHIPPED.pages_of] == false_at[SHIPPED.edited_copy] == 0


def test_the_curve_of_single_pages(shelf: Shelf, met: list[tuple[Attached, list[Met]]]) -> None:
    print("\n| page's share | of 8 or more | false | 12 | false | 16 | false | 24 | false |")
    print("|---" * 9 + "|")
    for share in PAGE_SHARES:
        cells = []
        for fewest in (8, 12, 16, 24):
            at = Thresholds(page=share, fewest_of_page=fewest)
            found = [(a, weigh(versions, at)) for a, versions in met]
            named = _share(
                _is_right(shelf, a, f) and f.best is not None and a.page in f.best.pages
                for a, f in found
                if a.kind == "page pasted"
            )
            cells += [f"{named:.3f}", str(sum(_false(shelf, a, f) for a, f in found))]
        print(f"| {share:.1f} | " + " | ".join(cells) + " |")
        assert share < SHIPPED.page or cells[1::2] == ["0"] * 4


def test_how_near_the_nearest_wrong_asset_comes(
    shelf: Shelf, met: list[tuple[Attached, list[Met]]]
) -> None:
    foreign = [v.containment for a, versions in met if a.kind == "none of ours" for v in versions]
    print(f"\nunrelated: {len(foreign)} pairs with anything in common, at most {max(foreign):.3f}")
    for kind in (*COPIES, "page pasted"):
        own = sorted(
            max((v.containment for v in versions if v.asset_id == shelf.ids[a.of or ""]), default=0)
            for a, versions in met
            if a.kind == kind
        )
        print(f"{kind}: least {own[0]:.2f}, a tenth below {own[len(own) // 10]:.2f}")
    assert max(foreign) < SHIPPED.pages_of / 2


@pytest.mark.parametrize(
    ("kind", "recall"),
    [
        ("saved again", 0.95),
        ("one word changed", 0.95),
        ("page dropped", 0.95),
        ("two pages added", 0.95),
        ("25 % rewritten", 0.9),
    ],
)
def test_a_changed_copy_is_recognised_with_certainty(
    shelf: Shelf, kind: str, recall: float
) -> None:
    with shelf.library.database.reading() as session:
        found = [(a, recognise(session, a.known)) for a in shelf.of_kind(kind)]
    certain = [_is_right(shelf, a, f) and f.is_certain for a, f in found]
    print(f"\n{kind}: {_share(certain):.3f} of {len(certain)}, certain")
    assert len(certain) >= 60 and _share(certain) >= recall


def test_a_copy_saved_again_is_known_by_its_text(shelf: Shelf) -> None:
    with shelf.library.database.reading() as session:
        verdicts = [recognise(session, a.known).verdict for a in shelf.of_kind("saved again")]
    assert set(verdicts) == {"same text"}


def test_nothing_is_taken_for_what_it_is_not(shelf: Shelf) -> None:
    with shelf.library.database.reading() as session:
        false = [
            (attached.kind, attached.of, candidate)
            for attached in shelf.attached
            for candidate in recognise(session, attached.known).candidates
            if attached.of is None or candidate.asset_id != shelf.ids[attached.of]
        ]
    assert false == []


def test_a_page_of_ours_in_anothers_document_is_named_for_a_person_to_look_at(
    shelf: Shelf,
) -> None:
    with shelf.library.database.reading() as session:
        found = [(a, recognise(session, a.known)) for a in shelf.of_kind("page pasted")]
    named = [
        f.best is not None and f.best.verdict == "pages of" and a.page in f.best.pages
        for a, f in found
    ]
    assert not any(f.is_certain for _, f in found)
    assert _share(named) >= 0.9


def test_an_outdated_copy_is_named_as_outdated(shelf: Shelf) -> None:
    with shelf.library.database.reading() as session:
        numbers = [
            (best.version_number, a.kind)
            for a in shelf.attached
            if a.of and a.of.endswith("overview for executives") and a.kind in COPIES[:4]
            and (best := recognise(session, a.known).best) is not None
        ]  # fmt: skip
    assert len(numbers) == 48 and {number for number, _ in numbers} == {1}
