"""The texts as real files, PPTX, DOCX and PDF on one template each, and saved again."""

import io
from pathlib import Path

import docx
import pptx
import pypdfium2
from docx.enum.text import WD_BREAK
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

from tests.relevance.recognition.authoring import COMPANY, Text


def write(text: Text, folder: Path, name: str) -> Path:
    """The text as a file of its kind; a page, slide or section each."""
    path = folder / f"{name}.{text.kind}"
    {"pptx": _deck, "docx": _letter, "pdf": _pdf}[text.kind](text, path)
    return path


def _deck(text: Text, path: Path) -> None:
    deck = pptx.Presentation()
    for title, sentences in text.pages:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(sentences)
    deck.save(str(path))


def _letter(text: Text, path: Path) -> None:
    letter = docx.Document()
    letter.sections[0].footer.paragraphs[0].text = f"{COMPANY} confidential"
    for number, (title, sentences) in enumerate(text.pages):
        if number:
            letter.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        letter.add_heading(title, level=1)
        for sentence in sentences:
            letter.add_paragraph(sentence)
    letter.save(str(path))


def _pdf(text: Text, path: Path) -> None:
    styles = getSampleStyleSheet()
    story = []
    for title, sentences in text.pages:
        story += [Paragraph(title, styles["Heading1"]), Spacer(1, 12)]
        story += [Paragraph(sentence, styles["BodyText"]) for sentence in sentences]
        story.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=A4).build(story)


def saved_again(path: Path, into: Path) -> Path:
    """The same document as another program's save leaves it: other bytes, the same words."""
    copy = into / f"{path.stem} (1){path.suffix}"
    if path.suffix == ".pptx":
        deck = pptx.Presentation(str(path))
        deck.core_properties.last_modified_by = "Somebody Else"
        deck.core_properties.revision = 7
        deck.save(str(copy))
    elif path.suffix == ".docx":
        letter = docx.Document(str(path))
        letter.core_properties.last_modified_by = "Somebody Else"
        letter.save(str(copy))
    else:
        pdf = pypdfium2.PdfDocument(path.read_bytes())
        made = io.BytesIO()
        pdf.save(made)
        pdf.close()
        copy.write_bytes(made.getvalue())
    return copy
