"""Asking which of our versions a file is, and which versions are not known yet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.recognition.models import DistinctiveShingle, VersionFingerprint
from contentlib.recognition.pictures import HASH_BYTES, Drawn, compare
from contentlib.recognition.rules import (
    FEWEST_TO_BE_SURE,
    NOTHING,
    RULE_VERSION,
    Candidate,
    Fingerprint,
    Recognition,
    Verdict,
    exact,
)
from contentlib.recognition.weighing import Met, weigh

# One statement's worth: SQLite takes 32,766 values at most.
_AT_ONCE = 2000
# Fewer shingles met than this can tell of no page, nor of a share of the shortest text.
_FEWEST_MET = 6
_MOST_VERSIONS = 200


def recognise(session: Session, fingerprint: Fingerprint) -> Recognition:
    """Which of our versions the file is, by bytes, words, shared wording, or pictures.

    One statement where the bytes are ours, two where the words are; else two more and one for
    each 2,000 shingles. A wordless file: two, the second reading all wordless versions.
    """
    same_file = recognise_file(session, fingerprint.file_sha256)
    if same_file.candidates:
        return same_file
    if fingerprint.is_wordless:
        if not fingerprint.pictures:
            return NOTHING
        return compare(fingerprint.pictures, _drawn(session))
    same_text = exact(
        "same text",
        _equal(session, "same text", AssetVersion.text_sha256 == fingerprint.text_sha256),
        is_enough=len(fingerprint.shingles) >= FEWEST_TO_BE_SURE,
    )
    if same_text.candidates:
        return same_text
    return weigh(met_by_version(session, fingerprint))


def recognise_file(session: Session, file_sha256: str) -> Recognition:
    """Which of our versions has these bytes, of any asset but deleted ones. One statement."""
    same = _equal(session, "same file", AssetVersion.file_sha256 == file_sha256)
    return exact("same file", same, is_enough=True)


def _equal(session: Session, verdict: Verdict, is_equal: ColumnElement[bool]) -> list[Candidate]:
    rows = session.execute(
        select(AssetVersion.asset_id, AssetVersion.id, AssetVersion.number, AssetVersion.page_count)
        .join(Asset, Asset.id == AssetVersion.asset_id)
        .where(is_equal, Asset.state != "deleted")
    )
    return [
        Candidate(asset_id, version_id, number, verdict, 1.0, tuple(range(1, page_count + 1)))
        for asset_id, version_id, number, page_count in rows
    ]


def met_by_version(session: Session, fingerprint: Fingerprint) -> list[Met]:
    """What of our versions stands in the file, where it is enough to tell anything.

    Two statements, and one for each 2,000 shingles.
    """
    met: dict[int, dict[int, int]] = {}
    for some in in_portions(sorted(shingle for shingle, _ in fingerprint.shingles)):
        rows = session.execute(
            select(
                DistinctiveShingle.version_id, DistinctiveShingle.shingle, DistinctiveShingle.page
            ).where(DistinctiveShingle.shingle.in_(some))
        )
        for version_id, shingle, page in rows:
            met.setdefault(version_id, {})[shingle] = page
    enough = [version_id for version_id, found in met.items() if len(found) >= _FEWEST_MET]
    enough.sort(key=lambda version_id: -len(met[version_id]))
    wanted = enough[:_MOST_VERSIONS]
    if not wanted:
        return []
    stored = _stored_by_page(session, wanted)
    versions = session.execute(
        select(
            AssetVersion.asset_id, AssetVersion.id, AssetVersion.number, VersionFingerprint.every
        )
        .join(VersionFingerprint, VersionFingerprint.version_id == AssetVersion.id)
        .join(Asset, Asset.id == AssetVersion.asset_id)
        .where(AssetVersion.id.in_(wanted), Asset.state != "deleted")
    )
    return [
        Met(asset_id, version_id, number, every, stored[version_id], met[version_id])
        for asset_id, version_id, number, every in versions
    ]


def _stored_by_page(session: Session, version_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    rows = session.execute(
        select(DistinctiveShingle.version_id, DistinctiveShingle.page, func.count())
        .join(VersionFingerprint, VersionFingerprint.version_id == DistinctiveShingle.version_id)
        .where(
            DistinctiveShingle.version_id.in_(version_ids),
            DistinctiveShingle.shingle % VersionFingerprint.every == 0,
        )
        .group_by(DistinctiveShingle.version_id, DistinctiveShingle.page)
    )
    stored: dict[int, dict[int, int]] = {version_id: {} for version_id in version_ids}
    for version_id, page, count in rows:
        stored[version_id][page] = count
    return stored


def in_portions(shingles: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many at a time as one statement should ask for."""
    for start in range(0, len(shingles), _AT_ONCE):
        yield shingles[start : start + _AT_ONCE]


def _drawn(session: Session) -> Iterable[Drawn]:
    rows = session.execute(
        select(
            AssetVersion.asset_id,
            AssetVersion.id,
            AssetVersion.number,
            VersionFingerprint.pictures,
            VersionFingerprint.picture_pages,
        )
        .join(VersionFingerprint, VersionFingerprint.version_id == AssetVersion.id)
        .join(Asset, Asset.id == AssetVersion.asset_id)
        .where(_has_pictures(), Asset.state != "deleted")
    )
    for asset_id, version_id, number, pictures, pages in rows:
        joined: bytes = pictures or b""
        starts = range(0, len(joined), HASH_BYTES)
        hashes = tuple(joined[start : start + HASH_BYTES] for start in starts)
        yield Drawn(asset_id, version_id, number, hashes, tuple(pages))


def _has_pictures() -> ColumnElement[bool]:
    return and_(VersionFingerprint.pictures.is_not(None), VersionFingerprint.pictures != b"")


def knows_pictures(session: Session) -> bool:
    """Whether any wordless version is known, so that drawing a file can help. One statement."""
    wanted = select(VersionFingerprint.version_id).where(_has_pictures()).limit(1)
    return session.scalar(wanted) is not None


@dataclass(frozen=True, slots=True)
class ToKnow:
    """A version to be fingerprinted, as values. `pictures` are the stored pictures (SHA-256) of
    its drawn pages by page number; None while it was not drawn yet."""

    version_id: int
    file_sha256: str
    texts: dict[int, str]
    pictures: dict[int, str] | None


def to_know(session: Session, version_id: int) -> ToKnow | None:
    """The version, unless it is known already or its asset is deleted. Two statements."""
    found = session.execute(_unknown().where(AssetVersion.id == version_id)).one_or_none()
    if found is None:
        return None
    pages = session.execute(
        select(AssetPage.number, AssetPage.text, AssetPage.small_sha256, AssetPage.image_sha256)
        .where(AssetPage.version_id == version_id)
        .order_by(AssetPage.number)
    ).all()
    drawn = {page.number: page.small_sha256 or page.image_sha256 for page in pages}
    return ToKnow(
        found.id,
        found.file_sha256,
        {number: text for number, text, _, _ in pages},
        None if found.preview_problem is None else {n: sha for n, sha in drawn.items() if sha},
    )


def unknown_versions(session: Session, *, limit: int) -> list[int]:
    """Versions that have no fingerprint of today's rules, or wait for pictures that are there by
    now: the newest first. One statement."""
    wanted = _unknown().order_by(AssetVersion.id.desc()).limit(limit)
    return [row.id for row in session.execute(wanted)]


def _unknown() -> Select[int, str, str | None]:
    is_out_of_date = or_(
        VersionFingerprint.version_id.is_(None),
        VersionFingerprint.rule_version != RULE_VERSION,
        and_(
            VersionFingerprint.shingle_count == 0,
            VersionFingerprint.pictures.is_(None),
            AssetVersion.preview_problem.is_not(None),
        ),
    )
    return (
        select(AssetVersion.id, AssetVersion.file_sha256, AssetVersion.preview_problem)
        .join(Asset, Asset.id == AssetVersion.asset_id)
        .outerjoin(VersionFingerprint, VersionFingerprint.version_id == AssetVersion.id)
        .where(is_out_of_date, Asset.state != "deleted")
    )
