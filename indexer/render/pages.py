"""Draws PDF pages and images as WebP. Runs in the sandbox; every drawn page is told at once,
so that those before a crash or the end of the time are kept."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import Limits

LONGER_SIDE = 1400
THUMBNAIL_WIDTH = 480
SMALL_WIDTH = 200
# What chat programs and networks unfold without cutting; not all of them read WebP.
CARD_SIZE = (1200, 630)
MOST_PAGES = 300
_QUALITY = 80
# Method 2 of 6: 24 ms a slide where the default takes 52 ms, for files 3-5 % larger.
_EFFORT = 2
# A sheet of a thousand rows drawn whole would be a line: its top, about a page of it, is drawn.
_LONGEST_SHAPE = 1.42
_MOST_PIXELS = 120_000_000


def draw_pdf(
    *, path: str, into: str, pages: int, seconds: float, office_file: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yields number, width and height (pixels) a page, and a reason where some were left out.

    `seconds`: no page is begun later. `office_file`: the deck or workbook the PDF was made
    of; its pages get the numbers reading gives them, its hidden sheets are not drawn.
    """
    from indexer.extract.pdf import open_pdf

    began = time.monotonic()
    pdf = open_pdf(Path(path))
    shown = list(enumerate(range(1, len(pdf) + 1)))
    is_workbook = bool(office_file) and str(office_file).endswith(".xlsx")
    if office_file:
        shown = shown_pages(Path(office_file), len(pdf))
    wanted = shown[: min(pages, MOST_PAGES)]
    failed = 0
    for done, (index, number) in enumerate(wanted):
        if time.monotonic() - began > seconds:
            yield {"reason": f"Drawing took too long: {done} of {len(shown)} pages were drawn."}
            return
        image = _page_image(pdf, index, crops_long=is_workbook)
        if image is None:
            failed += 1
            continue
        yield _saved(image, number, Path(into))
    if failed:
        yield {"reason": f"{failed} of {len(shown)} pages could not be drawn."}
    if len(wanted) < len(shown):
        yield {"reason": f"The first {len(wanted)} of {len(shown)} pages were drawn."}


def draw_image(*, path: str, into: str, pages: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yields the image as page 1; the first picture of an animation. Raises FileRefused."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None
    try:
        opened = Image.open(path)
        if opened.width * opened.height > _MOST_PIXELS:
            raise FileRefused(
                "too_large",
                f"This image has {opened.width} x {opened.height} pixels, too many to be drawn.",
            )
        opened.draft("RGB", (LONGER_SIDE * 2, LONGER_SIDE * 2))
        image = _on_white(ImageOps.exif_transpose(opened))
        image.thumbnail((LONGER_SIDE, LONGER_SIDE))
    except UnidentifiedImageError:
        raise FileRefused(
            "unreadable", "Images of this type have no preview; they can be downloaded."
        ) from None
    except (OSError, ValueError, SyntaxError):
        raise FileRefused("damaged", "This image is damaged and cannot be drawn.") from None
    yield _saved(image, 1, Path(into))


def shown_pages(office_file: Path, drawn: int) -> list[tuple[int, int]]:
    """The index in the PDF and the page number of each slide or sheet a buyer may see.

    LibreOffice leaves hidden slides out, but draws hidden sheets when it draws a sheet a
    page. Raises FileRefused where it cannot be told which sheets those are.
    """
    from indexer.extract.office import OfficePackage
    from indexer.extract.pptx import is_hidden, slide_parts
    from indexer.extract.xlsx import sheet_names

    with OfficePackage(office_file, Limits()) as package:
        if office_file.suffix == ".pptx":
            slides = [package.xml(part) for part in slide_parts(package)]
            visible = [n for n, s in enumerate(slides, start=1) if s is None or not is_hidden(s)]
            return list(enumerate(visible if len(visible) == drawn else range(1, drawn + 1)))
        sheets = sheet_names(package)
        if len(sheets) == drawn:
            indexes = [index for index, (_, is_shown) in enumerate(sheets) if is_shown]
            return [(index, number) for number, index in enumerate(indexes, start=1)]
        if all(is_shown for _, is_shown in sheets):
            return list(enumerate(range(1, drawn + 1)))
        raise FileRefused(
            "unreadable", "No preview: its hidden sheets cannot be told from the others in it."
        )


def _page_image(pdf: Any, index: int, crops_long: bool) -> Any | None:
    import pypdfium2

    try:
        page = pdf[index]
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            return None
        shown = min(height, width * _LONGEST_SHAPE) if crops_long else height
        bitmap = page.render(
            # A hair less than the whole: pdfium rounds up.
            scale=(LONGER_SIDE - 0.01) / max(width, shown),
            crop=(0, height - shown, 0, 0),
        )
        image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return None
    return image


def _saved(image: Any, number: int, into: Path) -> dict[str, Any]:
    """Writes the picture under its name in one step, so that no half of it is ever seen."""
    from indexer.render import CARD_FILE, THUMBNAIL_FILE, page_file, small_file

    _write(image, into / page_file(number))
    _write(_narrowed(image, SMALL_WIDTH), into / small_file(number))
    if not (into / THUMBNAIL_FILE).exists():
        _write(_narrowed(image, THUMBNAIL_WIDTH), into / THUMBNAIL_FILE)
        _write(_card(image), into / CARD_FILE, kind="JPEG")
    return {"number": number, "width": image.width, "height": image.height}


def _narrowed(image: Any, width: int) -> Any:
    small = image.copy()
    small.thumbnail((width, width * 4))
    return small


def _card(image: Any) -> Any:
    """A slide whole, a page's upper part: at the card's width a page would be two lines high."""
    from PIL import ImageOps

    return ImageOps.fit(image, CARD_SIZE, centering=(0.5, 0.0))


def _write(image: Any, path: Path, *, kind: str = "WEBP") -> None:
    unfinished = path.with_suffix(".unfinished")
    effort = {"method": _EFFORT} if kind == "WEBP" else {}
    image.save(unfinished, kind, quality=_QUALITY, **effort)
    unfinished.replace(path)


def _on_white(image: Any) -> Any:
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        sheet = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(sheet, image).convert("RGB")
    return image.convert("RGB")
