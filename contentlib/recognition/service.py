"""Keeping what our versions are known by, and taking it out again."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import func

from contentlib.asset.models import Asset, AssetVersion
from contentlib.recognition.models import CommonShingle, DistinctiveShingle, VersionFingerprint
from contentlib.recognition.queries import in_portions
from contentlib.recognition.rules import RULE_VERSION, Fingerprint, sample_of, to_store
from contentlib.recognition.weighing import DISTINCTIVE_IN

# Any number that no other lock of ours has.
_LOCK = 7_164_006


def keep(
    session: Session, *, version_id: int, fingerprint: Fingerprint, was_drawn: bool = True
) -> None:
    """Makes the version one that is recognised; idempotent, and quiet when its asset is deleted.

    `was_drawn`: whether its pages were ready to be looked at; if not, a wordless version is asked
    for again once they are. A shingle that now stands in a third asset becomes common, and its
    rows go.
    """
    _one_at_a_time(session)
    asset_id = session.scalar(
        select(AssetVersion.asset_id)
        .join(Asset, Asset.id == AssetVersion.asset_id)
        .where(AssetVersion.id == version_id, Asset.state != "deleted")
    )
    if asset_id is None:
        return
    _take_out(session, [version_id])
    common, shared = _elsewhere(session, asset_id, [s for s, _ in fingerprint.shingles])
    every = sample_of(fingerprint.shingles)
    kept = to_store(fingerprint.shingles, every, common=common, shared=shared)
    rows = [{"shingle": shingle, "version_id": version_id, "page": page} for shingle, page in kept]
    if rows:
        session.execute(insert(DistinctiveShingle), rows)
    has_looked = fingerprint.is_wordless and was_drawn
    session.add(
        VersionFingerprint(
            version_id=version_id,
            rule_version=RULE_VERSION,
            every=every,
            shingle_count=len(fingerprint.shingles),
            pictures=b"".join(fingerprint.pictures) if has_looked else None,
            picture_pages=list(fingerprint.picture_pages) if has_looked else [],
        )
    )


def forget(session: Session, *, asset_id: int) -> None:
    """Takes every version of the asset out of the index. What was common stays common."""
    _one_at_a_time(session)
    of_asset = select(AssetVersion.id).where(AssetVersion.asset_id == asset_id)
    _take_out(session, session.scalars(of_asset).all())


def _one_at_a_time(session: Session) -> None:
    # Two that keep a version each would not see each other's shingles, nor that together they
    # make one common. SQLite's one write lock sees to it already.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _take_out(session: Session, version_ids: Sequence[int]) -> None:
    for table in (DistinctiveShingle, VersionFingerprint):
        session.execute(
            delete(table)
            .where(table.version_id.in_(version_ids))
            .execution_options(synchronize_session=False)
        )


def _elsewhere(
    session: Session, asset_id: int, shingles: Sequence[int]
) -> tuple[set[int], set[int]]:
    """(those that are common, those stored for one other asset).

    What stands in two other assets is made common. All of a text's shingles are looked at, also
    where only a sample of them is to be stored.
    """
    common: set[int] = set()
    shared: set[int] = set()
    for some in in_portions(sorted(shingles)):
        known = select(CommonShingle.shingle).where(CommonShingle.shingle.in_(some))
        common.update(session.scalars(known))
        assets_of: dict[int, set[int]] = {}
        elsewhere = session.execute(
            select(DistinctiveShingle.shingle, AssetVersion.asset_id)
            .join(AssetVersion, AssetVersion.id == DistinctiveShingle.version_id)
            .where(DistinctiveShingle.shingle.in_(some), AssetVersion.asset_id != asset_id)
        )
        for shingle, other_id in elsewhere:
            assets_of.setdefault(shingle, set()).add(other_id)
        becoming = {s for s, others in assets_of.items() if len(others) >= DISTINCTIVE_IN}
        _make_common(session, sorted(becoming))
        common |= becoming
        shared |= assets_of.keys() - becoming
    return common, shared


def _make_common(session: Session, shingles: Sequence[int]) -> None:
    if not shingles:
        return
    session.execute(insert(CommonShingle), [{"shingle": shingle} for shingle in shingles])
    session.execute(
        delete(DistinctiveShingle)
        .where(DistinctiveShingle.shingle.in_(shingles))
        .execution_options(synchronize_session=False)
    )
