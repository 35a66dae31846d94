"""A library of 72 real files, and some 500 real files attached: made, read and recognised once."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from contentlib.asset import service as assets
from contentlib.asset.models import Asset, AssetVersion
from contentlib.library import Library
from contentlib.ports import ExtractedDocument, Limits
from contentlib.reacting.recognition import fingerprint_missing
from contentlib.recognition.models import VersionFingerprint
from contentlib.recognition.rules import Fingerprint, fingerprint
from indexer.extract import read_file
from tests.factories import make_library
from tests.relevance.recognition import authoring
from tests.relevance.recognition.authoring import Text
from tests.relevance.recognition.files import saved_again, write

ALTERATIONS: dict[str, Callable[[Text, random.Random], Text]] = {
    "one word changed": authoring.with_a_word_changed,
    "page dropped": authoring.with_a_page_dropped,
    "two pages added": authoring.with_two_pages_added,
    "25 % rewritten": authoring.with_sentences_rewritten,
    "50 % rewritten": lambda text, chance: authoring.with_sentences_rewritten(
        text, chance, share=0.5
    ),
    "each tenth word": authoring.with_each_tenth_word_changed,
}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it was attached. `of` names the asset it was made of, None for none of ours;
    `page` is the page of it that was pasted, where only one was."""

    kind: str
    of: str | None
    known: Fingerprint
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The library, its assets' ids by name, the file of each, and what was attached."""

    library: Library
    ids: dict[str, int]
    files: dict[str, Path]
    attached: tuple[Attached, ...]

    def of_kind(self, kind: str) -> list[Attached]:
        return [attached for attached in self.attached if attached.kind == kind]


@pytest.fixture(scope="session")
def shelf(
    tmp_path_factory: pytest.TempPathFactory, new_sqlite: Callable[[Path], str]
) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("shelf")
    new_sqlite(folder)
    library = make_library(folder)
    texts = authoring.library_texts()
    files = {text.name: write(text, folder, text.name) for text in texts}
    ids = _import(library, files)
    # the first of each family has moved on: what is sent of it is the version before
    for text in texts[:: authoring.IN_LIBRARY]:
        _add_version(library, ids[text.name], text, folder)
    while _unknown(library):
        fingerprint_missing(library)
    yield Shelf(library, ids, files, tuple(_attached(texts, files, folder)))
    library.close()


def read(paths: Sequence[Path]) -> list[ExtractedDocument]:
    """What the product's reader finds in each file; without the bounded process around it, which
    would cost more than the reading of some 700 small files of our own."""
    return [read_file(path, path.name, Limits()) for path in paths]


def _import(library: Library, files: dict[str, Path]) -> dict[str, int]:
    documents = read(list(files.values()))
    with library.database.unit_of_work() as session:
        for (name, path), document in zip(files.items(), documents, strict=True):
            assets.create(
                session,
                title=name,
                owner_id=None,
                content=_content(library, path, document),
                now=library.clock.now(),
            )
    with library.database.reading() as session:
        return dict(session.execute(select(Asset.title, Asset.id)).all())


def _content(library: Library, path: Path, document: ExtractedDocument) -> assets.NewContent:
    with path.open("rb") as file:
        return assets.NewContent(path.name, library.files.put(file), document, ())


def _add_version(library: Library, asset_id: int, text: Text, folder: Path) -> None:
    chance = random.Random(text.name)
    newer = authoring.with_two_pages_added(
        authoring.with_sentences_rewritten(text, chance, share=0.1), chance
    )
    path = write(newer, folder, f"{text.name} v2")
    (document,) = read([path])
    with library.database.unit_of_work() as session:
        assets.add_version(
            session,
            asset=session.get_one(Asset, asset_id),
            content=_content(library, path, document),
            member_id=None,
            now=library.clock.now(),
        )


def _unknown(library: Library) -> bool:
    with library.database.reading() as session:
        known = select(VersionFingerprint.version_id)
        return (
            session.scalar(select(AssetVersion.id).where(AssetVersion.id.not_in(known))) is not None
        )


def _attached(texts: list[Text], files: dict[str, Path], folder: Path) -> Iterator[Attached]:
    into = folder / "attached"
    into.mkdir()
    planned: list[tuple[str, str | None, int | None, Path]] = []
    foreign = authoring.foreign_texts()
    for number, text in enumerate(texts):
        again = saved_again(files[text.name], into)
        planned.append(("saved again", text.name, None, again))
        for kind, alter in ALTERATIONS.items():
            altered = alter(text, random.Random(f"{kind} {text.name}"))
            path = write(altered, into, f"{number} {kind}")
            planned.append((kind, text.name, None, path))
        host = replace(foreign[number % len(foreign)], kind=text.kind)
        mixed, page = authoring.with_a_page_of(host, text, random.Random(text.name))
        planned.append(("page pasted", text.name, page, write(mixed, into, f"{number} pasted")))
    for number, text in enumerate(foreign):
        planned.append(("none of ours", None, None, write(text, into, f"foreign {number}")))
    documents = read([path for *_, path in planned])
    for (kind, of, page, path), document in zip(planned, documents, strict=True):
        known = fingerprint(document, file_sha256=sha256(path.read_bytes()).hexdigest())
        yield Attached(kind, of, known, page)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder in one process: the shelf is filled once."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("recognition"))
