"""Files coming in: what becomes of each, and that nothing is left half-done."""

from typing import Any

import pytest

from contentlib.asset import importing
from contentlib.asset.import_queries import ImportLine, import_lines
from contentlib.asset.queries import visible_asset
from contentlib.library import Library
from contentlib.member.rules import Viewer
from tests.cast import hire
from tests.factories import content

TODAY_TEXT = "The dock was full by nine. After six weeks the queue was gone."


def _import(
    library: Library,
    text: str,
    *,
    row: dict[str, Any] | None = None,
    name: str = "story.txt",
    member: Viewer | None = None,
    publish: bool = False,
) -> ImportLine:
    """Receives and admits one file, as the worker would."""
    made = content(library, text, file_name=name)
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        batch = importing.open_batch(
            session,
            member_id=member.member_id if member else None,
            source="test",
            publish=publish,
            rows=[row] if row else [],
            now=now,
        )
        item = importing.receive(
            session,
            batch_id=batch.id,
            position=0,
            incoming=importing.Incoming(name, row or {}, made.file),
            now=now,
        )
        item_id = item.id
    with library.database.unit_of_work() as session:
        importing.admit(session, item_id=item_id, content=made, now=now)
    with library.database.reading() as session:
        return import_lines(session, batch_id=batch.id)[0]


def test_a_new_file_becomes_a_draft_titled_after_the_file(either_library: Library) -> None:
    line = _import(either_library, TODAY_TEXT, name="dock_story_2026.txt")
    assert (line.state, line.asset_title, line.asset_state) == (
        "imported",
        "dock story 2026",
        "draft",
    )


def test_the_same_bytes_are_shown_as_a_twin_and_not_taken_in_twice(
    either_library: Library,
) -> None:
    first = _import(either_library, TODAY_TEXT)
    second = _import(either_library, TODAY_TEXT, name="copy of story.txt")
    assert second.state == "duplicate"
    assert second.asset_public_id == first.asset_public_id
    assert second.reason == "The same file is already here as “story”."


def test_the_same_words_in_another_wrapper_are_a_twin_too(library: Library) -> None:
    _import(library, TODAY_TEXT)
    other = _import(library, TODAY_TEXT.upper().replace(".", " !\n"), name="story.docx")
    assert (other.state, other.reason) == (
        "duplicate",
        "The same text is already here as “story”.",
    )


def test_a_row_with_an_external_id_of_its_own_is_another_asset_with_a_warning(
    library: Library,
) -> None:
    _import(library, TODAY_TEXT, row={"external_id": "a"})
    other = _import(library, TODAY_TEXT, row={"external_id": "b"})
    assert other.state == "imported"
    assert any("already here" in warning for warning in other.warnings)


def test_a_known_external_id_with_new_bytes_becomes_the_next_version(
    either_library: Library,
) -> None:
    cast = hire(either_library)
    first = _import(either_library, TODAY_TEXT, row={"external_id": "dock"}, publish=True)
    second = _import(either_library, TODAY_TEXT + " Now in May.", row={"external_id": "dock"})
    assert second.state == "imported"
    assert second.asset_public_id == first.asset_public_id
    with either_library.database.reading() as session:
        asset = visible_asset(
            session,
            cast.mira,
            first.asset_public_id or "",
            today=either_library.clock.now().date(),
        )
    assert [version.number for version in asset.versions] == [2, 1]
    assert asset.current is not None and asset.current.number == 2


def test_importing_the_same_manifest_row_again_changes_nothing(library: Library) -> None:
    _import(library, TODAY_TEXT, row={"external_id": "dock", "title": "Docks"})
    again = _import(library, TODAY_TEXT, row={"external_id": "dock", "title": "Docks"})
    assert (again.state, again.reason) == ("duplicate", "Already in the library, unchanged.")


def test_an_item_that_is_settled_is_not_settled_again_by_a_second_worker(
    library: Library,
) -> None:
    made = content(library, TODAY_TEXT)
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        batch = importing.open_batch(session, member_id=None, source="t", publish=False, now=now)
        item = importing.receive(
            session,
            batch_id=batch.id,
            position=0,
            incoming=importing.Incoming("a.txt", {}, made.file),
            now=now,
        )
    for _ in range(2):
        with library.database.unit_of_work() as session:
            importing.admit(session, item_id=item.id, content=made, now=now)
    with library.database.reading() as session:
        lines = import_lines(session)
    assert [line.state for line in lines] == ["imported"]


@pytest.mark.parametrize("choice", ["version", "separate"])
def test_the_uploader_decides_what_a_twin_becomes(library: Library, choice: str) -> None:
    cast = hire(library)
    first = _import(library, TODAY_TEXT, member=cast.mira)
    twin = _import(library, TODAY_TEXT + "!", member=cast.mira, name="again.txt")
    assert twin.state == "duplicate"
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        importing.decide_about_twin(
            session,
            item_public_id=twin.public_id,
            member_id=cast.mira.member_id,
            choice=choice,
            now=now,
        )
    made = content(library, TODAY_TEXT + "!", file_name="again.txt")
    with library.database.unit_of_work() as session:
        from contentlib.asset.models import ImportItem

        item = session.query(ImportItem).filter_by(public_id=twin.public_id).one()
        importing.admit(session, item_id=item.id, content=made, now=now)
    with library.database.reading() as session:
        line = import_lines(session, public_ids=[twin.public_id])[0]
    assert line.state == "imported"
    assert (line.asset_public_id == first.asset_public_id) is (choice == "version")


def test_facet_values_of_a_first_import_become_the_vocabulary_later_ones_do_not(
    library: Library,
) -> None:
    _import(library, TODAY_TEXT, row={"external_id": "a", "industry": "Cold storage"})
    second = _import(library, "Other words.", row={"external_id": "b", "industry": "Colt storage"})
    assert any("not in the vocabulary" in warning for warning in second.warnings)


def test_unknown_keys_and_senseless_values_are_kept_or_left_out_with_a_warning(
    library: Library,
) -> None:
    row = {"external_id": "a", "review_by": "soon", "production_cost": "-3", "colour": "red"}
    line = _import(library, TODAY_TEXT, row=row)
    assert line.state == "imported"
    told = " ".join(line.warnings)
    assert "review_by: 'soon'" in told
    assert "production_cost: '-3'" in told
    assert "Kept as custom properties: colour." in told
