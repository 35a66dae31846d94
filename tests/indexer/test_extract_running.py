"""Headers, footers and page numbers are left out, and nothing else is."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pptx.util import Inches
from reportlab.pdfgen.canvas import Canvas

from contentlib.ports import ExtractedPage, Limits
from indexer.extract.pdf import read_pdf
from indexer.extract.pptx import read_pptx
from indexer.extract.running import EDGE, without_running_lines

BODIES = (
    "Trailers wait at the gate.",
    "Carriers book their doors.",
    "Seals are checked by hand.",
    "Shunters keep the tablet.",
)


def _pages(*texts: str) -> tuple[ExtractedPage, ...]:
    return tuple(ExtractedPage(number, text) for number, text in enumerate(texts, start=1))


def _texts(*texts: str) -> list[str]:
    return [page.text for page in without_running_lines(_pages(*texts))]


def _words(texts: list[str]) -> set[str]:
    return {word.casefold() for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)}


LINE = st.sampled_from(
    ["Acme", "Acme | 1", "Page 2", "2 / 3", "3", "", "Seals and gates", "Step 1", "Step 2", "40 %"]
)
PAGE = st.lists(LINE, max_size=12).map("\n".join)


@given(st.lists(PAGE, min_size=1, max_size=6))
def test_no_word_of_a_document_is_lost(texts: list[str]) -> None:
    assert _words(_texts(*texts)) >= _words(texts) - {"page"}


@given(st.lists(PAGE, min_size=1, max_size=6))
def test_only_lines_at_the_edges_of_a_page_go(texts: list[str]) -> None:
    for before, after in zip(texts, _texts(*texts), strict=True):
        lines = [line for line in before.split("\n") if line]
        middle = lines[EDGE:-EDGE]
        kept = after.split("\n")
        for line in middle:
            assert kept.count(line) >= middle.count(line)


@given(st.lists(st.text(alphabet="abcdef", min_size=3), min_size=2, max_size=9, unique=True))
def test_pages_that_have_nothing_in_common_stay_as_they_are(texts: list[str]) -> None:
    assert _texts(*texts) == texts


def test_a_header_on_most_pages_is_kept_once_at_the_foot_where_only_it_says_so() -> None:
    texts = [f"Acme, the yard people\n{body}" for body in BODIES]
    assert _texts("A cover", *texts) == [
        "A cover",
        f"{BODIES[0]}\n\nAcme, the yard people",
        *BODIES[1:],
    ]


def test_a_header_goes_wholly_where_its_words_stand_elsewhere() -> None:
    texts = [f"Acme yard\n{body}" for body in BODIES]
    assert _texts("Our yard\n\nby Acme", *texts) == ["Our yard\n\nby Acme", *BODIES]


@pytest.mark.parametrize(
    "form", ["{0}", "- {0} -", "Page {0}", "{0} / 4", "Seite {0} von 4", "Acme | {0}", "{0} | Acme"]
)
def test_page_numbers_go_however_they_are_written(form: str) -> None:
    texts = [f"{body}\n{form.format(n)}" for n, body in enumerate(BODIES, start=1)]
    left = _texts("Acme and its page numbers; Seite von", *texts)
    assert left[1:] != texts
    numbered = _texts(*texts, "Acme seite von page")
    assert numbered[:4] == list(BODIES)


def test_numbers_that_count_something_else_stay() -> None:
    steps = [f"Step {n}\n{body}" for n, body in enumerate(BODIES, start=1)]
    assert _texts(*steps) == steps
    figures = [f"100 %\n{body}" for body in BODIES]
    assert _texts(*figures) == figures
    totals = [f"{body}\nTotal {n * 37}" for n, body in enumerate(BODIES, start=1)]
    assert _texts(*totals) == totals


def test_a_heading_stays_though_it_is_said_again_on_each_page() -> None:
    pages = [
        ExtractedPage(number, f"Agenda\n{body}", headings=("Agenda",))
        for number, body in enumerate(BODIES, start=1)
    ]
    assert without_running_lines(pages) == tuple(pages)


def test_one_page_of_three_is_no_running_line_but_two_are() -> None:
    seen_once = ["Acme\nOne.", "Two.", "Three of Acme."]
    assert _texts(*seen_once) == seen_once
    assert _texts("Acme\nOne.", "Acme\nTwo.", "Three of Acme.") == [
        "One.",
        "Two.",
        "Three of Acme.",
    ]


def test_a_pdfs_footer_and_page_numbers_are_not_read_as_its_text(tmp_path: Path) -> None:
    path = tmp_path / "printed.pdf"
    canvas = Canvas(str(path))
    for number, body in enumerate(BODIES, start=1):
        canvas.drawString(72, 800, "Acme | Seals and gates")
        canvas.drawString(72, 600, body)
        canvas.drawString(72, 30, f"{number} / {len(BODIES)}")
        canvas.showPage()
    canvas.save()
    read = read_pdf(path, Limits())
    assert [page.text for page in read.pages] == [
        f"{BODIES[0]}\n\nAcme | Seals and gates",
        *BODIES[1:],
    ]


def test_a_decks_running_boxes_are_not_read_as_its_slides_text(tmp_path: Path) -> None:
    deck = Presentation()
    for number, body in enumerate(BODIES, start=1):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = f"Title {number}"
        for at, words in enumerate(("Acme", f"{number} / 4", f"Acme says\n{body}")):
            box = slide.shapes.add_textbox(Inches(1), Inches(2 + at), Inches(4), Inches(1))
            box.text_frame.text = words
    deck.save(tmp_path / "deck.pptx")
    read = read_pptx(tmp_path / "deck.pptx", Limits())
    assert [page.text for page in read.pages] == [
        f"Title {number}\n\nAcme says\n{body}" for number, body in enumerate(BODIES, start=1)
    ]
