"""Versions are made known and forgotten, and found again among others, on both databases."""

from io import BytesIO

import pytest
from sqlalchemy import func, select, text

from contentlib.asset import service as assets
from contentlib.asset.models import Asset, AssetVersion
from contentlib.library import Library
from contentlib.ports import ExtractedDocument, StoredFile
from contentlib.reacting.recognition import fingerprint_missing
from contentlib.recognition import service
from contentlib.recognition.models import CommonShingle, DistinctiveShingle, VersionFingerprint
from contentlib.recognition.queries import recognise, recognise_file
from contentlib.recognition.rules import Fingerprint, Recognition, fingerprint
from contentlib.worker import Worker
from tests.cast import hire
from tests.factories import document, statements

LEGAL = "This notice stands in every paper that we have ever printed for anybody at all"


def words(name: str, count: int = 60) -> str:
    """So many words that stand nowhere else."""
    return " ".join(f"{name}{n}" for n in range(count))


def shelve(library: Library, title: str, *pages: str) -> int:
    """An asset with its first version, not known yet; its id."""
    with library.database.unit_of_work() as session:
        return assets.create(
            session,
            title=title,
            owner_id=None,
            content=_content(library, *pages),
            now=library.clock.now(),
        ).id


def renew(library: Library, asset_id: int, *pages: str) -> None:
    with library.database.unit_of_work() as session:
        assets.add_version(
            session,
            asset=session.get_one(Asset, asset_id),
            content=_content(library, *pages),
            member_id=None,
            now=library.clock.now(),
        )


def _content(library: Library, *pages: str) -> assets.NewContent:
    stored: StoredFile = library.files.put(BytesIO("\f".join(pages).encode()))
    return assets.NewContent("paper.txt", stored, document(*pages), ())


def ask(library: Library, *pages: str) -> Recognition:
    with library.database.reading() as session:
        return recognise(session, known(document(*pages)))


def known(read: ExtractedDocument) -> Fingerprint:
    return fingerprint(read, file_sha256="f" * 64)


def counted(library: Library, table: type) -> int:
    with library.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_bytes_are_known_before_anything_is_fingerprinted(library: Library) -> None:
    asset_id = shelve(library, "Docks", words("dock"))
    with library.database.reading() as session:
        sha256 = session.scalar(select(AssetVersion.file_sha256))
        found = recognise_file(session, sha256 or "")
        assert recognise_file(session, "0" * 64).verdict == "none"
    assert found.best is not None and found.best.asset_id == asset_id
    assert (found.verdict, found.is_certain, found.best.pages) == ("same file", True, (1,))


def test_the_same_words_are_the_same_text(library: Library) -> None:
    shelve(library, "Docks", words("dock"))
    found = ask(library, words("DOCK").replace(" ", " – "))
    assert (found.verdict, found.is_certain) == ("same text", True)


def test_the_same_few_words_prove_nothing(library: Library) -> None:
    shelve(library, "Thanks", "Thank you for your attention today")
    found = ask(library, "Thank you for your attention today!")
    assert (found.verdict, found.is_certain) == ("same text", False)


def test_the_same_text_in_two_assets_names_both(library: Library) -> None:
    ids = [shelve(library, title, words("dock")) for title in ("Docks", "Docks, once more")]
    found = ask(library, words("dock").upper())
    assert not found.is_certain
    assert [candidate.asset_id for candidate in found.candidates] == ids


def test_an_edited_copy_is_found_and_so_is_a_page_in_another_paper(library: Library) -> None:
    docks = shelve(library, "Docks", *(words(f"dock{page}x") for page in range(6)))
    shelve(library, "Prawns", words("prawn"))
    fingerprint_missing(library)
    edited = ask(library, *(words(f"dock{page}x") for page in range(1, 6)), words("new"))
    assert edited.best is not None
    assert (edited.verdict, edited.is_certain) == ("edited copy", True)
    assert (edited.best.asset_id, edited.best.pages) == (docks, (2, 3, 4, 5, 6))
    pasted = ask(library, *(words(f"other{page}x") for page in range(9)), words("dock2x"))
    assert pasted.best is not None
    assert (pasted.verdict, pasted.is_certain) == ("pages of", False)
    assert (pasted.best.asset_id, pasted.best.pages) == (docks, (3,))


def test_an_outdated_copy_is_named_as_such(library: Library) -> None:
    docks = shelve(library, "Docks", words("dock", 200), words("old", 40))
    renew(library, docks, words("dock", 200), words("new", 60))
    fingerprint_missing(library)
    for changed, number in (("old", 1), ("new", 2)):
        found = ask(library, words("dock", 200), words(changed, 36), "and a word of my own here")
        assert found.best is not None and found.is_certain
        assert found.best.version_number == number


def test_what_stands_in_a_third_asset_becomes_common_and_its_rows_go(library: Library) -> None:
    for name in ("dock", "prawn"):
        shelve(library, name, words(name), LEGAL)
    fingerprint_missing(library)
    assert counted(library, CommonShingle) == 0
    before = counted(library, DistinctiveShingle)
    shelve(library, "seal", words("seal"), LEGAL)
    fingerprint_missing(library)
    legal = len(known(document(LEGAL)).shingles)
    assert counted(library, CommonShingle) == legal
    assert counted(library, DistinctiveShingle) == before - 2 * legal + 56
    assert ask(library, LEGAL, words("stranger")).verdict == "none"


def test_versions_of_one_asset_make_nothing_common(library: Library) -> None:
    docks = shelve(library, "Docks", words("dock"))
    for number in range(3):
        renew(library, docks, words("dock"), words(f"new{number}x", 20))
    fingerprint_missing(library)
    assert counted(library, CommonShingle) == 0


def test_a_deleted_asset_is_known_no_more_and_what_was_common_stays_so(library: Library) -> None:
    actor = hire(library).adam
    ids = [shelve(library, name, words(name), LEGAL) for name in ("dock", "prawn", "seal")]
    Worker(library).drain()
    common = counted(library, CommonShingle)
    with library.database.unit_of_work() as session:
        for asset_id in ids[1:]:
            assets.delete_for_good(
                session,
                actor=actor,
                asset=session.get_one(Asset, asset_id),
                now=library.clock.now(),
            )
    # deleted, and not yet taken out
    assert ask(library, words("prawn"), words("more")).verdict == "none"
    assert ask(library, words("prawn"), LEGAL).verdict == "none"
    Worker(library).drain()
    assert (counted(library, VersionFingerprint), counted(library, CommonShingle)) == (1, common)
    assert counted(library, DistinctiveShingle) == 56
    assert ask(library, words("dock"), words("more")).is_certain


def test_a_version_is_made_known_once(library: Library) -> None:
    shelve(library, "Docks", words("dock"))
    fingerprint_missing(library)
    rows = counted(library, DistinctiveShingle)
    with library.database.unit_of_work() as session:
        version_id = session.scalar(select(AssetVersion.id)) or 0
        service.keep(session, version_id=version_id, fingerprint=known(document(words("dock"))))
    assert (counted(library, DistinctiveShingle), counted(library, VersionFingerprint)) == (rows, 1)


def test_a_version_that_is_gone_is_kept_quietly(library: Library) -> None:
    with library.database.unit_of_work() as session:
        service.keep(session, version_id=7, fingerprint=known(document(words("dock"))))
    assert counted(library, VersionFingerprint) == 0


def test_versions_known_by_older_rules_are_made_known_anew(library: Library) -> None:
    shelve(library, "Docks", words("dock"))
    fingerprint_missing(library)
    with library.database.unit_of_work() as session:
        session.execute(text("UPDATE version_fingerprints SET rule_version = 0"))
        session.execute(text("DELETE FROM distinctive_shingles"))
    fingerprint_missing(library)
    assert counted(library, DistinctiveShingle) == 56


@pytest.mark.parametrize("short_comes", ["first", "last"])
def test_boilerplate_of_long_papers_is_no_sign_of_the_short_one_it_stands_in(
    library: Library, short_comes: str
) -> None:
    legal = words("legal", 100)
    names = ["short", "long", "longer", "longest"]
    for name in names if short_comes == "first" else reversed(names):
        shelve(library, name, words(name, 60 if name == "short" else 5000), legal)
        fingerprint_missing(library)
    assert ask(library, words("stranger", 300), legal).verdict == "none"
    edited = ask(library, words("longer", 4000), legal)
    assert [c.verdict for c in edited.candidates] == ["edited copy"]


def test_how_many_statements_recognising_takes(library: Library) -> None:
    shelve(library, "Docks", words("dock"))
    fingerprint_missing(library)
    sha256 = "f" * 64
    for pages, expected in (
        ((words("dock"),), 2),
        ((words("dock"), words("more")), 5),
        ((words("stranger"),), 3),
        ((words("stranger", 5000),), 5),
    ):
        asked = fingerprint(document(*pages), file_sha256=sha256)
        with library.database.reading() as session, statements(library) as seen:
            recognise(session, asked)
        assert len(seen) == expected, seen


@pytest.mark.parametrize("shared", [0, 60])
def test_two_assets_in_one_attachment(library: Library, shared: int) -> None:
    ids = [
        shelve(library, name, words(name, 200), words("both", shared)) for name in ("dock", "prawn")
    ]
    fingerprint_missing(library)
    found = ask(library, words("dock", 190), words("prawn", 180), words("both", shared))
    assert not found.is_certain
    assert {candidate.asset_id for candidate in found.candidates} == set(ids)
