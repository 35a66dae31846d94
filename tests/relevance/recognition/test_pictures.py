"""Decks that are pictures and nothing else: known by what their pages look like."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from contentlib.asset import drawing
from contentlib.asset import service as assets
from contentlib.library import Library
from contentlib.ports import Limits
from contentlib.reacting.recognition import fingerprint_missing, recognise_attachment
from contentlib.recognition.rules import Recognition
from indexer import Documents
from tests.factories import make_library
from tests.relevance.recognition import authoring

DECKS = 12
SIZE = (1280, 720)


def _pages(deck: int) -> list[Image.Image]:
    """A title that all decks have but for its words, five pages of bars and text, a blank one."""
    chance = random.Random(1000 + deck)
    pages = [_title(f"{authoring.PRODUCTS[deck % 12][0]} {deck}")]
    pages += [_slide(chance, deck % 12) for _ in range(5)]
    return [*pages, Image.new("RGB", SIZE, "white")]


def _title(name: str) -> Image.Image:
    page = Image.new("RGB", SIZE, "#0b3d5c")
    ImageDraw.Draw(page).text((900, 640), name, fill="white", font=ImageFont.load_default(24))
    return page


def _slide(chance: random.Random, family: int) -> Image.Image:
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, SIZE[0], 60), fill="#0b3d5c")
    for line in range(chance.randint(3, 7)):
        words = authoring.sentence(chance, family)[: chance.randint(30, 80)]
        pen.text((60, 110 + 50 * line), words, fill="black", font=ImageFont.load_default(26))
    for bar in range(chance.randint(0, 6)):
        top = chance.randint(380, 640)
        pen.rectangle((700 + 80 * bar, top, 750 + 80 * bar, 680), fill="#e08a1e")
    return page


def _pdf(pages: list[Image.Image], path: Path, *, quality: int = 90, shrink: int = 1) -> Path:
    canvas = Canvas(str(path), pagesize=SIZE)
    for number, page in enumerate(pages):
        file = path.with_suffix(f".{number}.jpg")
        page.resize((SIZE[0] // shrink, SIZE[1] // shrink)).save(file, quality=quality)
        canvas.drawImage(ImageReader(str(file)), 0, 0, *SIZE)
        canvas.showPage()
    canvas.save()
    return path


@dataclass(frozen=True, slots=True)
class Gallery:
    """A library whose asset n + 1 is deck n."""

    library: Library
    folder: Path

    def attach(self, path: Path) -> Recognition:
        return recognise_attachment(
            self.library,
            path,
            file_name=path.name,
            file_sha256=sha256(path.read_bytes()).hexdigest(),
        )


@pytest.fixture(scope="module")
def gallery(
    tmp_path_factory: pytest.TempPathFactory, new_sqlite: Callable[[Path], str]
) -> Iterator[Gallery]:
    folder = tmp_path_factory.mktemp("gallery")
    new_sqlite(folder)
    library = make_library(folder)
    for deck in range(DECKS):
        _import(library, _pdf(_pages(deck), folder / f"deck {deck}.pdf"), folder / f"drawn {deck}")
    fingerprint_missing(library)
    yield Gallery(library, folder)
    library.close()


def _import(library: Library, path: Path, drawn: Path) -> None:
    reader, limits = Documents(), Limits()
    document = reader.read(path, file_name=path.name, limits=limits)
    assert not document.has_text
    with path.open("rb") as file:
        content = assets.NewContent(path.name, library.files.put(file), document, ())
    rendering = reader.render(path, format="pdf", limits=limits, into=drawn)
    stored = {}
    for picture in rendering.files:
        with picture.open("rb") as image:
            stored[picture] = library.files.put(image).sha256
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        asset = assets.create(session, title=path.stem, owner_id=None, content=content, now=now)
        drawing.store_rendering(
            session,
            version_id=asset.versions[0].id,
            rendering=rendering,
            stored=stored,
        )


def test_a_deck_of_pictures_is_known_when_it_was_saved_smaller(gallery: Gallery) -> None:
    for deck in range(DECKS):
        small = _pdf(_pages(deck), gallery.folder / f"small {deck}.pdf", quality=40, shrink=2)
        found = gallery.attach(small)
        assert found.best is not None
        assert (found.verdict, found.is_certain) == ("page pictures", True)
        assert (found.best.asset_id, set(found.best.pages) >= {2, 3, 4, 5, 6}) == (deck + 1, True)


def test_a_deck_of_pictures_is_known_with_a_page_dropped(gallery: Gallery) -> None:
    for deck in range(DECKS):
        pages = _pages(deck)
        found = gallery.attach(_pdf(pages[:3] + pages[4:], gallery.folder / f"short {deck}.pdf"))
        assert found.best is not None
        assert (found.best.asset_id, found.is_certain) == (deck + 1, True)
        assert 4 not in found.best.pages


def test_two_pages_of_a_deck_of_pictures_are_for_a_person_to_look_at(gallery: Gallery) -> None:
    mixed = [_pages(50)[1], *_pages(3)[2:4], *_pages(51)[1:4]]
    found = gallery.attach(_pdf(mixed, gallery.folder / "mixed.pdf"))
    assert found.best is not None
    assert (found.best.asset_id, found.best.pages, found.is_certain) == (4, (3, 4), False)


def test_pages_in_another_order_are_no_copy(gallery: Gallery) -> None:
    turned = gallery.attach(_pdf(_pages(2)[::-1], gallery.folder / "turned.pdf"))
    assert not turned.is_certain


def test_pictures_on_the_same_template_are_not_ours(gallery: Gallery) -> None:
    for deck in range(100, 112):
        found = gallery.attach(_pdf(_pages(deck), gallery.folder / f"foreign {deck}.pdf"))
        assert found.verdict == "none"
