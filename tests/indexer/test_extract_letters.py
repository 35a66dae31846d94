"""Word: the text as printed, on the pages it is printed on."""

import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer import Documents
from indexer.extract import read_file


@pytest.fixture
def letter() -> Any:
    return docx.Document()


def _read(letter: Any, tmp_path: Path) -> ExtractedDocument:
    path = tmp_path / "letter.docx"
    letter.save(str(path))
    return read_file(path, path.name, Limits())


def _text(letter: Any, tmp_path: Path) -> str:
    return "\n=\n".join(page.text for page in _read(letter, tmp_path).pages)


def _append(paragraph: Any, xml: str) -> None:
    paragraph._p.append(parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def test_tracked_deletions_are_left_out_and_insertions_kept(letter: Any, tmp_path: Path) -> None:
    paragraph = letter.add_paragraph("Price: ")
    _append(paragraph, '<w:del w:id="1"><w:r><w:delText>400</w:delText></w:r></w:del>')
    _append(paragraph, '<w:ins w:id="2"><w:r><w:t>350 EUR</w:t></w:r></w:ins>')
    _append(paragraph, '<w:moveFrom w:id="3"><w:r><w:t>moved</w:t></w:r></w:moveFrom>')
    assert _text(letter, tmp_path) == "Price: 350 EUR"


def test_hidden_text_is_left_out(letter: Any, tmp_path: Path) -> None:
    paragraph = letter.add_paragraph("Shown")
    paragraph.add_run(" and hidden").font.hidden = True
    assert _text(letter, tmp_path) == "Shown"


def test_headers_and_footers_stand_once_at_the_foot(letter: Any, tmp_path: Path) -> None:
    letter.sections[0].header.paragraphs[0].text = "Norrvane, internal"
    letter.sections[0].footer.paragraphs[0].text = "Imprint of the house"
    letter.add_paragraph("Body")
    letter.add_page_break()
    letter.add_paragraph("More")
    assert _text(letter, tmp_path) == "Body\n=\nMore\n\nNorrvane, internal\n\nImprint of the house"


def test_a_header_of_words_that_the_text_says_too_is_left_out(letter: Any, tmp_path: Path) -> None:
    letter.sections[0].header.paragraphs[0].text = "Norrvane | page"
    letter.add_paragraph("Body of Norrvane")
    assert _text(letter, tmp_path) == "Body of Norrvane"


def test_a_text_box_written_in_two_forms_is_read_once(letter: Any, tmp_path: Path) -> None:
    paragraph = letter.add_paragraph("Before the box")
    box = "<w:txbxContent><w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
            '2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
            'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent>'
            f"<mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )
    letter.add_paragraph("After the box")
    assert _text(letter, tmp_path) == "Before the box\n\nIn the box\n\nAfter the box"


def test_a_footnote_stands_on_the_page_that_refers_to_it(letter: Any, tmp_path: Path) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    notes = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'><w:p><w:r>"
        "<w:t>Measured in March.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), content_type, notes.encode(), letter.part.package)
    letter.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    paragraph = letter.add_paragraph("Queues halved")
    _append(paragraph, '<w:r><w:footnoteReference w:id="2"/></w:r>')
    letter.add_page_break()
    letter.add_paragraph("Next page")
    assert _text(letter, tmp_path) == "Queues halved\n\nMeasured in March.\n=\nNext page"


def test_a_break_and_words_own_mark_of_it_are_one_page_end(letter: Any, tmp_path: Path) -> None:
    letter.add_paragraph("One").add_run().add_break(WD_BREAK.PAGE)
    second = letter.add_paragraph()
    _append(second, "<w:r><w:lastRenderedPageBreak/><w:t>Two</w:t></w:r>")
    third = letter.add_paragraph("still two ")
    _append(third, "<w:r><w:lastRenderedPageBreak/><w:t>three</w:t></w:r>")
    assert _text(letter, tmp_path) == "One\n=\nTwo\n\nstill two\n=\nthree"


def test_an_empty_page_keeps_its_number(letter: Any, tmp_path: Path) -> None:
    letter.add_paragraph("One")
    letter.add_page_break()
    letter.add_page_break()
    letter.add_paragraph("Three")
    assert [p.text for p in _read(letter, tmp_path).pages] == ["One", "", "Three"]


def test_a_paragraph_that_starts_a_page_does(letter: Any, tmp_path: Path) -> None:
    letter.add_paragraph("One")
    letter.add_paragraph("Two").paragraph_format.page_break_before = True
    assert _text(letter, tmp_path) == "One\n=\nTwo"


def test_a_section_starts_a_page_unless_it_is_continuous(letter: Any, tmp_path: Path) -> None:
    from docx.enum.section import WD_SECTION

    letter.add_paragraph("One")
    letter.add_section(WD_SECTION.NEW_PAGE)
    letter.add_paragraph("Two")
    assert _text(letter, tmp_path) == "One\n=\nTwo"


def test_a_long_letter_without_breaks_is_cut_into_sections(letter: Any, tmp_path: Path) -> None:
    for number in range(1, 8):
        letter.add_heading(f"Chapter {number}", level=1)
        letter.add_paragraph("Trailers wait at the gate because nobody calls them. " * 40)
    pages = _read(letter, tmp_path).pages
    assert len(pages) > 3
    assert all(len(page.text) < 5000 for page in pages)
    assert [h for page in pages for h in page.headings] == [f"Chapter {n}" for n in range(1, 8)]


def test_headings_are_told_by_style_in_any_language(letter: Any, tmp_path: Path) -> None:
    style = letter.styles.add_style("Kapitel", 1)
    style.base_style = letter.styles["Heading 2"]
    letter.add_paragraph("Erstes Kapitel", style="Kapitel")
    letter.add_paragraph("Text")
    assert _read(letter, tmp_path).pages[0].headings == ("Erstes Kapitel",)


def test_a_cell_merged_downwards_is_said_once(letter: Any, tmp_path: Path) -> None:
    table = letter.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Gate"
    table.cell(0, 1).text, table.cell(1, 1).text = "in", "out"
    assert _text(letter, tmp_path) == "Gate | in\n| out"


def test_links_and_content_controls_keep_their_text(letter: Any, tmp_path: Path) -> None:
    paragraph = letter.add_paragraph("See ")
    _append(paragraph, "<w:hyperlink><w:r><w:t>the page</w:t></w:r></w:hyperlink>")
    _append(
        paragraph,
        "<w:sdt><w:sdtContent><w:r><w:t> of Acme</w:t></w:r></w:sdtContent></w:sdt>",
    )
    assert _text(letter, tmp_path) == "See the page of Acme"


def test_field_codes_are_not_text(letter: Any, tmp_path: Path) -> None:
    paragraph = letter.add_paragraph("Total ")
    _append(paragraph, "<w:r><w:instrText>MERGEFIELD sum</w:instrText></w:r>")
    _append(paragraph, "<w:r><w:t>12</w:t></w:r>")
    assert _text(letter, tmp_path) == "Total 12"


def test_a_document_with_macros_or_a_template_is_read(letter: Any, tmp_path: Path) -> None:
    letter.add_paragraph("Terms of use")
    letter.part._content_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    letter.save(str(tmp_path / "terms.docm"))
    found = read_file(tmp_path / "terms.docm", "terms.docm", Limits())
    assert found.pages[0].text == "Terms of use"


def test_a_document_that_needs_more_memory_than_allowed_is_not_called_damaged(
    letter: Any, tmp_path: Path
) -> None:
    letter.save(str(tmp_path / "l.docx"))
    with (
        zipfile.ZipFile(tmp_path / "l.docx") as old,
        zipfile.ZipFile(tmp_path / "long.docx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 1_500_000)
            )
    with pytest.raises(FileRefused) as refusal:
        Documents().read(
            tmp_path / "long.docx", file_name="long.docx", limits=Limits(memory_mb=128)
        )
    assert refusal.value.code == "out_of_memory"
