"""Whether the derived agrees with the truth, and the truth with itself."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.asset.indexing import indexed_assets
from contentlib.asset.models import Asset, AssetPage, AssetVersion, ImportItem
from contentlib.errors import ContentlibError
from contentlib.events.draining import REFUSED, drain_left_behind, put_aside
from contentlib.events.rows import Inserts
from contentlib.events.spool import standing
from contentlib.library import Library
from contentlib.reactions import index_assets
from contentlib.sending.checking_queries import differing_messages, sends_without_reports
from contentlib.sending.rolling_up import roll_up


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `part` is index, files, events,
    metrics or library."""

    part: str
    sentence: str
    repairable: bool = False


def check_library(library: Library) -> list[Finding]:
    """Rows that a half-done step would have left behind."""
    with library.database.reading() as session:
        return [*_published_without_file(session), *_imported_without_asset(session)]


def _published_without_file(session: Session) -> list[Finding]:
    broken = session.scalars(
        select(Asset.title).where(Asset.state == "published", Asset.current_version_id.is_(None))
    )
    return [Finding("library", f"“{title}” is published without a file.") for title in broken]


def _imported_without_asset(session: Session) -> list[Finding]:
    count = session.scalar(
        select(func.count())
        .select_from(ImportItem)
        .where(ImportItem.state == "imported", ImportItem.asset_id.is_(None))
    )
    return [Finding("library", f"{count} imported files have no asset.")] if count else []


def check_spool(library: Library, *, repair: bool = False) -> list[Finding]:
    """Events that a process left behind, and spooled ones that never fitted; with `repair`, the
    former are brought into the database."""
    folder = library.settings.data_dir / "spool"
    left, aside = standing(folder).left_behind, put_aside(folder)
    findings = []
    if left:
        sentence = f"{left} events of a process that ended wait in the spool."
        findings.append(Finding("events", sentence, repairable=True))
    if left and repair:
        drain_left_behind(folder, library.database, Inserts())
    if aside:
        told = f"{aside} spooled events did not fit the database: look at {REFUSED} in the spool."
        findings.append(Finding("events", told))
    return findings


def check_metrics(library: Library, *, repair: bool = False) -> list[Finding]:
    """Numbers that are kept ready, computed again from their events; with `repair`, mended."""
    with library.database.reading() as session:
        differing = list(differing_messages(session))
        untold = sends_without_reports(session)
    findings = [
        Finding(
            "metrics", f"The sends of message {d.message_key} are not what was told of it.", True
        )
        for d in differing
    ]
    if untold:
        findings.append(Finding("metrics", f"{untold} sends stand there of which nothing tells."))
    for message in differing if repair else ():
        with library.database.unit_of_work() as session:
            roll_up(session, message.member_id, message.message_key, now=library.clock.now())
    return findings


def check_index(library: Library, *, repair: bool = False) -> list[Finding]:
    """Differences between what the index holds and what it should; with `repair`, mended."""
    with library.database.reading() as session:
        expected = {asset.asset_id: asset for asset in indexed_assets(session)}
        titles = dict(session.execute(select(Asset.id, Asset.title)).all())
    problem = library.index.state().problem
    held: dict[int, str] = {}
    if problem is None:
        try:
            held = dict(library.index.revisions())
        except ContentlibError as error:
            problem = error.sentence
    if problem is not None:
        if repair:
            library.index.rebuild(expected.values())
        return [Finding("index", problem, repairable=True)]
    findings = [
        Finding("index", f"“{titles.get(i, i)}” is missing in the index.", repairable=True)
        for i in expected.keys() - held.keys()
    ]
    findings += [
        Finding("index", f"“{titles.get(i, i)}” is outdated in the index.", repairable=True)
        for i in expected.keys() & held.keys()
        if held[i] != expected[i].revision
    ]
    findings += [
        Finding("index", f"The index holds asset {i}, which is not there.", repairable=True)
        for i in held.keys() - expected.keys()
    ]
    if repair and findings:
        differing = {i for i in expected if held.get(i) != expected[i].revision}
        index_assets(
            library, [{"asset_id": i} for i in differing | (held.keys() - expected.keys())]
        )
    return findings


def check_files(library: Library) -> list[Finding]:
    """Files that the database names and the store lacks, or that were altered."""
    with library.database.reading() as session:
        named: dict[str, str] = {}
        rows = session.execute(
            select(AssetVersion, Asset.title)
            .join(Asset, AssetVersion.asset_id == Asset.id)
            .where(Asset.state != "deleted")
        )
        for version, title in rows:
            named[version.file_sha256] = title
            for picture in (version.thumbnail_sha256, version.card_sha256):
                if picture:
                    named[picture] = title
        pages = session.execute(
            select(AssetPage.image_sha256, AssetPage.small_sha256, Asset.title)
            .join(AssetVersion, AssetPage.version_id == AssetVersion.id)
            .join(Asset, AssetVersion.asset_id == Asset.id)
            .where(AssetPage.image_sha256.is_not(None))
        )
        named.update({sha: title for *shown, title in pages for sha in shown if sha})
    return [
        Finding("files", f"A file of “{title}” is {'missing' if not held else 'damaged'}: {sha}.")
        for sha, title in named.items()
        if not (held := library.files.has(sha)) or not library.files.is_intact(sha)
    ]
