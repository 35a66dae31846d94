"""A library with assets that mails send: documents that are recognised, links to them, pages."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from contentlib.asset import service as assets
from contentlib.asset.models import Asset
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import service as shares
from contentlib.worker import Worker
from tests.mail_bytes import Attached
from tests.mailboxes import Material

_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "re",
    "su",
    "ta",
    "vo",
    "ne",
    "ri",
    "pa",
    "du",
    "fe",
    "go",
    "hi",
    "ju",
)


def words(seed: int, count: int = 160) -> list[str]:
    """Paragraphs of invented words that no other seed has."""
    chance = random.Random(seed)
    made = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(count)]
    return [" ".join(made[at : at + 20]) + "." for at in range(0, count, 20)]


def a_docx(paragraphs: Sequence[str], *, author: str = "Mira") -> bytes:
    """A real DOCX; another author makes other bytes of the same text."""
    from docx import Document

    document = Document()
    document.core_properties.author = author
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def put_document(library: Library, title: str, body: bytes, *, url: str | None = None) -> int:
    """Publishes a file as an asset, read by the real reader; returns its id."""
    stored = library.files.put(BytesIO(body))
    with library.files.local(stored.sha256) as path:
        read = library.reader.read(path, file_name=f"{title}.docx", limits=library.settings.limits)
    content = assets.NewContent(f"{title}.docx", stored, read, library.reader.split(read.pages))
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        asset = assets.create(session, title=title, owner_id=None, content=content, now=now)
        session.flush()
        change = assets.Edit(source_url=url)
        assets.edit(session, asset=asset, change=change, member_id=None, now=now)
        assets.publish(session, asset=asset, member_id=None, now=now)
        return asset.id


def make_known(library: Library) -> None:
    """Lets attachments be recognised; draws nothing."""
    worker = Worker(library)
    while worker.step("recognition"):
        pass


def share(library: Library, maker: Viewer, *asset_ids: int) -> str:
    """The address of a link to these assets."""
    with library.database.unit_of_work() as session:
        public_ids = [session.get_one(Asset, asset_id).public_id for asset_id in asset_ids]
        made = shares.create(
            session, viewer=maker, asset_public_ids=public_ids, now=library.clock.now()
        )
        public_id = made.public_id
    return library.share_address(public_id)


@dataclass(frozen=True, slots=True)
class Stock:
    """What was put into the library, and what letters are made of."""

    asset_ids: tuple[int, ...]
    material: Material


def stock(library: Library, makers: Sequence[Viewer], *, assets: int = 8, copies: int = 3) -> Stock:
    """So many documents with a page each, three links to each, files as they were and re-saved,
    and as many files of other people."""
    texts = [words(seed) for seed in range(assets)]
    files = [a_docx(text) for text in texts]
    pages = [f"https://www.acme.example/study-{number}/" for number in range(assets)]
    ids = [
        put_document(library, f"Study {number}", body, url=pages[number])
        for number, body in enumerate(files)
    ]
    make_known(library)
    links = [
        (share(library, maker, *chosen), frozenset(chosen))
        for number, asset_id in enumerate(ids)
        for maker in makers
        for chosen in ([asset_id], [asset_id, ids[number - 1]])
    ]
    resaved = [
        Attached("x.docx", a_docx(text, author=f"Rosa {copy}"), asset_id)
        for text, asset_id in zip(texts, ids, strict=True)
        for copy in range(copies)
    ]
    foreign = [
        Attached("contract.docx", a_docx(words(1000 + number)), None) for number in range(assets)
    ]
    material = Material(
        links=links,
        pages=[(page, frozenset((asset_id,))) for page, asset_id in zip(pages, ids, strict=True)],
        files=[
            *(Attached("x.docx", b, i) for b, i in zip(files, ids, strict=True)),
            *resaved,
        ],
        foreign=foreign,
    )
    return Stock(tuple(ids), material)
