"""PowerPoint: what is on a slide is read, in order, and what is hidden is not shown."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pptx
import pytest
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import read_file
from tests.indexer import documents as files


@pytest.fixture
def deck() -> Any:
    return pptx.Presentation()


def _slide(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = title
    return slide


def _read(deck: Any, tmp_path: Path, name: str = "deck.pptx") -> ExtractedDocument:
    path = tmp_path / name
    deck.save(str(path))
    return read_file(path, name, Limits())


def _box(shapes: Any, text: str) -> None:
    shapes.add_textbox(Inches(1), Inches(3), Inches(3), Inches(1)).text_frame.text = text


def _rewritten(source: Path, target: Path, part: str, change: Any) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if re.fullmatch(part, name) else content)
    return target


def test_each_slide_is_a_page_labelled_by_its_title(deck: Any, tmp_path: Path) -> None:
    for title in ("Why now", "What it costs", "Next steps"):
        _slide(deck, title)
    pages = _read(deck, tmp_path).pages
    assert [(p.number, p.label) for p in pages] == [
        (1, "Why now"),
        (2, "What it costs"),
        (3, "Next steps"),
    ]


def test_text_in_groups_within_groups_is_read(deck: Any, tmp_path: Path) -> None:
    outer = _slide(deck, "Groups").shapes.add_group_shape()
    _box(outer.shapes, "in the outer group")
    _box(outer.shapes.add_group_shape().shapes, "in the inner group")
    text = _read(deck, tmp_path).pages[0].text
    assert text == "Groups\n\nin the outer group\n\nin the inner group"


def test_an_images_alternative_text_is_read_and_its_file_name_is_not(
    deck: Any, tmp_path: Path
) -> None:
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "dock.png")
    slide = _slide(deck, "Pictures")
    for description in ("A dock at night", "IMG_2041.png"):
        picture = slide.shapes.add_picture(str(tmp_path / "dock.png"), Inches(1), Inches(1))
        picture._element.nvPicPr.cNvPr.set("descr", description)
    text = _read(deck, tmp_path).pages[0].text
    assert "A dock at night" in text
    assert "IMG_2041" not in text


def test_a_charts_title_and_values_are_read_as_a_table(deck: Any, tmp_path: Path) -> None:
    values = CategoryChartData()
    values.categories = ["2024", "2025"]
    values.add_series("Waiting hours", (41, 12))
    frame = _slide(deck, "Chart").shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(5), Inches(4), values
    )
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Queues at the gate"
    text = _read(deck, tmp_path).pages[0].text
    assert "Queues at the gate\n| Waiting hours\n2024 | 41" in text
    assert "2025 | 12" in text


def test_a_hidden_slide_keeps_its_number_and_is_for_colleagues_only(
    deck: Any, tmp_path: Path
) -> None:
    _slide(deck, "Shown")
    _slide(deck, "Internal margins")._element.set("show", "0")
    _slide(deck, "Shown too")
    found = _read(deck, tmp_path)
    assert [p.number for p in found.pages] == [1, 2, 3]
    assert found.pages[1].text == ""
    assert "Internal margins" in found.pages[1].notes
    assert any("hidden" in warning for warning in found.warnings)


def test_a_hidden_slides_title_is_not_shown_as_its_label(deck: Any, tmp_path: Path) -> None:
    _slide(deck, "Shown")
    _slide(deck, "Internal margins")._element.set("show", "0")
    hidden = _read(deck, tmp_path).pages[1]
    assert hidden.label is None and hidden.headings == ()


def test_slide_numbers_are_not_text(deck: Any, tmp_path: Path) -> None:
    slide = _slide(deck, "Numbers")
    _box(slide.shapes, "page ")
    paragraph = slide.shapes[-1].text_frame.paragraphs[0]._p
    namespace = paragraph.tag.partition("}")[0] + "}"
    field = paragraph.makeelement(f"{namespace}fld", {"id": "{1}", "type": "slidenum"})
    words = field.makeelement(f"{namespace}t", {})
    words.text = "17"
    field.append(words)
    paragraph.append(field)
    assert "17" not in _read(deck, tmp_path).pages[0].text


def test_all_that_python_pptx_reads_is_read(deck: Any, tmp_path: Path) -> None:
    """python-pptx reads slides independently of us."""
    for layout in deck.slide_layouts:
        slide = deck.slides.add_slide(layout)
        for number, holder in enumerate(slide.placeholders):
            if holder.has_text_frame:
                holder.text_frame.text = f"layout {layout.name}\nholder {number}"
    pages = _read(deck, tmp_path).pages
    for slide, page in zip(deck.slides, pages, strict=True):
        for holder in slide.placeholders:
            if holder.has_text_frame:
                assert holder.text_frame.text.replace("\x0b", "\n") in page.text


@pytest.mark.parametrize("main", ["slideshow", "template"])
def test_a_slide_show_is_read_like_a_presentation(tmp_path: Path, main: str) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("Why now", "Queues cost money", ""))
    show = _rewritten(
        deck,
        tmp_path / "d.ppsx",
        r"\[Content_Types\]\.xml",
        lambda types: types.replace(b"presentation.main", main.encode() + b".main"),
    )
    assert "Queues cost money" in read_file(show, "d.ppsx", Limits()).pages[0].text


def test_a_broken_slide_does_not_hide_the_others(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "a", ""), ("Two", "second slide", ""))
    broken = _rewritten(
        deck, tmp_path / "b.pptx", r"ppt/slides/slide1\.xml", lambda xml: xml[: len(xml) // 3]
    )
    found = read_file(broken, "b.pptx", Limits())
    assert "second slide" in found.pages[1].text
    assert any("damaged" in warning for warning in found.warnings)


def test_a_missing_slide_is_said(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "a", ""), ("Two", "second slide", ""))
    with zipfile.ZipFile(deck) as old, zipfile.ZipFile(tmp_path / "m.pptx", "w") as new:
        for name in old.namelist():
            if name != "ppt/slides/slide1.xml":
                new.writestr(name, old.read(name))
    found = read_file(tmp_path / "m.pptx", "m.pptx", Limits())
    assert [p.text.startswith("Two") for p in found.pages] == [False, True]
    assert any("damaged" in warning for warning in found.warnings)


def test_an_entity_bomb_on_a_slide_is_never_expanded(tmp_path: Path) -> None:
    deck = files.a_deck(tmp_path / "d.pptx", ("One", "quiet words", ""))
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha ha ">' + b"".join(
        b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in b"bcdefgh"
    )

    def loaded(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + bomb + b"]>" + rest.replace(b"quiet", b"&h;quiet")

    sneaky = _rewritten(deck, tmp_path / "s.pptx", r"ppt/slides/slide1\.xml", loaded)
    try:
        text = read_file(sneaky, "s.pptx", Limits()).pages[0].text
    except FileRefused as refusal:
        assert refusal.code == "damaged"
    else:
        assert "ha ha" not in text


def test_the_title_a_person_gave_is_the_decks_title(deck: Any, tmp_path: Path) -> None:
    _slide(deck, "First slide")
    deck.core_properties.title = "Norrvane at a glance"
    assert _read(deck, tmp_path).title == "Norrvane at a glance"
    deck.core_properties.title = "PowerPoint Presentation"
    assert _read(deck, tmp_path).title == "First slide"
