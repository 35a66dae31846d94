"""Files made on the spot, and uploading them as the page's script does."""

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient

from contentlib.asset import upload_queries, uploading
from contentlib.asset.upload_queries import UploadLine
from contentlib.library import Library
from contentlib.worker import Worker
from tests.cast import Cast
from tests.factories import csrf_token

STORY = "The dock was full by nine in the morning. After six weeks the queue was gone."


def pdf(*pages: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    made = BytesIO()
    canvas = Canvas(made)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def pptx(*slides: str) -> bytes:
    from pptx import Presentation

    deck = Presentation()
    for text in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    made = BytesIO()
    deck.save(made)
    return made.getvalue()


def docx(*paragraphs: str) -> bytes:
    from docx import Document

    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Posts a form as the page's script does, with the form token and asking for JSON."""
    token = csrf_token(client.get("/upload").get_data(as_text=True))
    return client.post(
        path, data=fields, headers={"X-CSRFToken": token, "Accept": "application/json"}
    )


def send(client: FlaskClient, name: str, content: bytes, **fields: Any) -> str:
    """Uploads one file and returns the id of its item."""
    answer = post(client, "/upload/files", file=(BytesIO(content), name), **fields)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.json["items"][0]["id"])


def work(library: Library) -> None:
    """Reads what came in, but draws no pictures."""
    worker = Worker(library)
    while worker.step("documents"):
        pass


def lines(library: Library, cast: Cast, *ids: str) -> list[UploadLine]:
    with library.database.reading() as session:
        return upload_queries.uploads(
            session,
            cast.mira,
            source=uploading.SOURCE,
            today=library.clock.now().date(),
            public_ids=list(ids) or None,
        )


def line(library: Library, cast: Cast, item: str) -> UploadLine:
    (found,) = lines(library, cast, item)
    return found


def state_of(client: FlaskClient, *ids: str) -> dict[str, str]:
    told = client.get("/upload/items", query_string=[("id", i) for i in ids]).json
    return {item["id"]: item["state"] for item in told["items"]}
