"""An attached file is recognised, and nothing of it is kept; real files, the real reader."""

from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from contentlib.asset import drawing
from contentlib.asset import service as assets
from contentlib.asset.facts import VersionAdded
from contentlib.asset.models import AssetVersion
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.reacting.recognition import (
    fingerprint_missing,
    fingerprint_version,
    recognise_attachment,
)
from contentlib.recognition.models import DistinctiveShingle, VersionFingerprint
from contentlib.recognition.pictures import Drawn, compare, picture_hash
from contentlib.recognition.rules import Recognition
from contentlib.worker import Worker
from tests.contentlib.recognition.test_keeping import counted, words
from tests.indexer.documents import a_deck, a_pdf
from tests.web.viewing import rows_of


def _lines(text: str) -> str:
    words = text.split()
    return "\n".join(" ".join(words[n : n + 8]) for n in range(0, len(words), 8))


def _shelve(library: Library, path: Path, *, draws: bool = False) -> int:
    """The file as an asset's version, as an import makes it; the version's id."""
    limits = library.settings.limits
    read = library.reader.read(path, file_name=path.name, limits=limits)
    with path.open("rb") as file:
        content = assets.NewContent(path.name, library.files.put(file), read, ())
    with library.database.unit_of_work() as session:
        asset = assets.create(
            session, title=path.stem, owner_id=None, content=content, now=library.clock.now()
        )
        version_id = asset.current_version_id
    assert version_id is not None
    if draws:
        _draw(library, version_id, path, read.format)
    return version_id


def _draw(library: Library, version_id: int, path: Path, format: str) -> None:
    rendering = library.reader.render(
        path, format=format, limits=library.settings.limits, into=path.parent / f"drawn {path.stem}"
    )
    stored = {}
    for picture in rendering.files:
        with picture.open("rb") as image:
            stored[picture] = library.files.put(image).sha256
    with library.database.unit_of_work() as session:
        drawing.store_rendering(session, version_id=version_id, rendering=rendering, stored=stored)


def _known(library: Library) -> list[VersionFingerprint]:
    with library.database.reading() as session:
        return list(session.scalars(select(VersionFingerprint)))


def _recognised(library: Library, path: Path) -> Recognition:
    return recognise_attachment(
        library, path, file_name=path.name, file_sha256=sha256(path.read_bytes()).hexdigest()
    )


def _picture(path: Path, seed: int, size: tuple[int, int] = (800, 600)) -> Path:
    page = Image.new("RGB", (800, 600), "white")
    pen = ImageDraw.Draw(page)
    for n in range(20):
        x, y = (seed * 97 + n * 211) % 700, (seed * 53 + n * 131) % 500
        pen.rectangle((x, y, x + 90, y + 40), fill=(n * 12, seed * 40 % 255, 120))
    page.resize(size).save(path)
    return path


def _scan(path: Path, *seeds: int, resolution: int = 100) -> Path:
    pages = [Image.open(_picture(path.with_suffix(f".{s}.png"), s)) for s in seeds]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=resolution, quality=60)
    for page in pages:
        page.close()
    return path


def test_renamed_saved_again_and_edited(library: Library, tmp_path: Path) -> None:
    pages = [_lines(words(f"dock{page}x")) for page in range(3)]
    version_id = _shelve(library, a_pdf(tmp_path / "docks.pdf", *pages))
    Worker(library).drain()
    (tmp_path / "renamed.pdf").write_bytes((tmp_path / "docks.pdf").read_bytes())
    deck = a_deck(tmp_path / "docks.pptx", *((p.split("\n")[0], p, "") for p in pages[:2]))
    for path, verdict in (
        (tmp_path / "renamed.pdf", "same file"),
        (a_pdf(tmp_path / "again.pdf", *(page + " " for page in pages)), "same text"),
        (a_pdf(tmp_path / "short.pdf", *pages[:2], "And a page of mine."), "edited copy"),
        (deck, "edited copy"),
    ):
        found = _recognised(library, path)
        assert (found.verdict, found.is_certain) == (verdict, True), path
        assert found.best is not None and found.best.version_id == version_id


def test_our_bytes_are_recognised_without_opening_the_file(
    library: Library, tmp_path: Path
) -> None:
    locked = a_pdf(tmp_path / "locked.pdf", _lines(words("dock")), password="s3cret")
    _shelve(library, a_pdf(tmp_path / "other.pdf", _lines(words("prawn"))))
    (stored,) = rows_of(library, AssetVersion)
    found = recognise_attachment(
        library, locked, file_name="locked.pdf", file_sha256=stored.file_sha256
    )
    assert found.verdict == "same file"


@pytest.mark.parametrize("kind", ["encrypted", "damaged", "empty", "unknown"])
def test_a_file_that_cannot_be_read_is_none_of_ours(
    library: Library, tmp_path: Path, kind: str
) -> None:
    _shelve(library, a_pdf(tmp_path / "docks.pdf", _lines(words("dock"))))
    Worker(library).drain()
    path = tmp_path / "attached.pdf"
    if kind == "encrypted":
        a_pdf(path, _lines(words("dock")), password="s3cret")
    else:
        path.write_bytes({"damaged": b"%PDF-1.7\nnonsense", "empty": b""}.get(kind, b"\0\1" * 99))
    assert _recognised(library, path) == Recognition("none", False, ())


def test_nothing_of_an_attachment_is_kept(library: Library, tmp_path: Path) -> None:
    _shelve(library, a_pdf(tmp_path / "docks.pdf", _lines(words("dock"))))
    Worker(library).drain()
    before = (sorted(library.files.hashes()), counted(library, DistinctiveShingle))
    _recognised(library, a_pdf(tmp_path / "theirs.pdf", _lines(words("secret"))))
    assert (sorted(library.files.hashes()), counted(library, DistinctiveShingle)) == before


def test_a_version_with_words_is_known_as_soon_as_its_job_has_run(
    library: Library, tmp_path: Path
) -> None:
    version_id = _shelve(library, a_pdf(tmp_path / "docks.pdf", _lines(words("dock"))))
    assert "fingerprint_version" in {job.reaction for job in rows_of(library, Job)}
    for _ in range(2):
        fingerprint_version(library, [VersionAdded(version_id).payload()])
    (row,) = _known(library)
    assert (row.version_id, row.shingle_count, row.pictures) == (version_id, 56, None)


def test_a_wordless_version_waits_for_its_pictures_and_is_then_taken_up(
    library: Library, tmp_path: Path
) -> None:
    scan = _scan(tmp_path / "scan.pdf", 1, 2, 3, 4)
    version_id = _shelve(library, scan)
    fingerprint_version(library, [VersionAdded(version_id).payload()])
    fingerprint_missing(library)
    (row,) = _known(library)
    assert (row.shingle_count, row.pictures) == (0, None)
    _draw(library, version_id, scan, "pdf")
    fingerprint_missing(library)
    (row,) = _known(library)
    assert (len(row.pictures or b""), row.picture_pages) == (4 * 32, [1, 2, 3, 4])


def test_a_scan_is_known_by_its_pictures(library: Library, tmp_path: Path) -> None:
    version_id = _shelve(library, _scan(tmp_path / "scan.pdf", 1, 2, 3, 4), draws=True)
    _shelve(library, _scan(tmp_path / "another.pdf", 11, 12, 13), draws=True)
    fingerprint_missing(library)
    found = _recognised(library, _scan(tmp_path / "again.pdf", 1, 3, 4, resolution=60))
    assert found.best is not None and found.best.version_id == version_id
    assert (found.verdict, found.is_certain) == ("page pictures", True)
    assert (found.best.pages, found.best.score) == ((1, 3, 4), 0.75)
    assert _recognised(library, _scan(tmp_path / "theirs.pdf", 21, 22, 23)).verdict == "none"


def test_where_there_are_words_pictures_say_nothing(library: Library, tmp_path: Path) -> None:
    _shelve(library, _scan(tmp_path / "scan.pdf", 1, 2, 3, 4), draws=True)
    worded = a_pdf(tmp_path / "worded.pdf", _lines(words("dock")))
    _shelve(library, worded, draws=True)
    fingerprint_missing(library)
    kept = {row.shingle_count: row.pictures for row in _known(library)}
    assert kept[56] is None and kept[0]
    theirs = a_pdf(tmp_path / "theirs.pdf", _lines(words("prawn")))
    assert _recognised(library, theirs).verdict == "none"


def test_a_single_image_is_known_by_its_bytes_alone(library: Library, tmp_path: Path) -> None:
    _shelve(library, _picture(tmp_path / "logo.png", 1), draws=True)
    fingerprint_missing(library)
    assert _recognised(library, tmp_path / "logo.png").verdict == "same file"
    smaller = _picture(tmp_path / "smaller.png", 1, (400, 300))
    assert _recognised(library, smaller).verdict == "none"


def test_a_version_whose_picture_is_gone_is_known_by_the_others(
    library: Library, tmp_path: Path
) -> None:
    version_id = _shelve(library, _scan(tmp_path / "scan.pdf", 1, 2, 3), draws=True)
    with library.database.reading() as session:
        pages = session.get_one(AssetVersion, version_id).pages
        library.files.delete(pages[1].small_sha256 or "")
    fingerprint_missing(library)
    (row,) = _known(library)
    assert row.picture_pages == [1, 3]


def test_libraries_from_before_are_made_known_bit_by_bit(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("contentlib.reacting.recognition._A_PASS", 2)
    for name in ("dock", "prawn", "seal"):
        _shelve(library, a_pdf(tmp_path / f"{name}.pdf", _lines(words(name))))
    known = []
    for _ in range(3):
        fingerprint_missing(library)
        known.append(len(_known(library)))
    assert known == [2, 3, 3]


def _hash(number: int) -> bytes:
    return sha256(str(number).encode()).digest()


def _drawn(asset_id: int, *numbers: int, version: int = 1) -> Drawn:
    pictures = tuple(map(_hash, numbers))
    return Drawn(
        asset_id, asset_id * 10 + version, version, pictures, tuple(range(1, 1 + len(numbers)))
    )


def test_pages_in_another_order_count_once_they_are_in_order() -> None:
    found = compare([_hash(n) for n in (4, 1, 2, 3)], [_drawn(1, 1, 2, 3, 4)])
    assert found.best is not None and found.best.pages == (1, 2, 3)


def test_two_decks_with_the_same_pages_are_for_a_person_to_tell_apart() -> None:
    ours = [_drawn(1, 1, 2, 3), _drawn(2, 1, 2, 3)]
    found = compare([_hash(n) for n in (1, 2, 3)], ours)
    assert not found.is_certain and [c.asset_id for c in found.candidates] == [1, 2]


def test_a_title_that_all_decks_have_says_nothing() -> None:
    ours = [_drawn(n, 1, 2, 10 * n, 10 * n + 1) for n in (1, 2, 3)]
    assert compare([_hash(n) for n in (1, 2, 77)], ours).verdict == "none"
    found = compare([_hash(n) for n in (1, 2, 20, 21)], ours)
    assert found.best is not None
    assert (found.best.asset_id, found.best.pages, found.best.score) == (2, (3, 4), 1.0)


def test_of_versions_drawn_alike_the_newest_is_named() -> None:
    ours = [_drawn(1, 1, 2, 3, version=v) for v in (1, 3, 2)]
    found = compare([_hash(n) for n in (1, 2, 3)], ours)
    assert found.best is not None and found.best.version_number == 3


def test_scaling_and_compressing_leave_a_pictures_hash_near(tmp_path: Path) -> None:
    plain = picture_hash(_picture(tmp_path / "a.png", 5))
    small = picture_hash(_picture(tmp_path / "a.jpg", 5, (200, 150)))
    other = picture_hash(_picture(tmp_path / "b.png", 6))
    assert len(plain) == 32
    bits = [bin(int.from_bytes(plain) ^ int.from_bytes(x)).count("1") for x in (small, other)]
    assert bits[0] <= 12 < bits[1]


def test_a_blank_page_has_no_hash(tmp_path: Path) -> None:
    Image.new("RGB", (800, 600), "#f4f4f4").save(tmp_path / "blank.png")
    assert picture_hash(tmp_path / "blank.png") == b""
