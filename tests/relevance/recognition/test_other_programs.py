"""What LibreOffice makes of our decks and papers is still ours."""

from hashlib import sha256
from pathlib import Path

import pytest

from contentlib.ports import Limits
from contentlib.recognition.queries import recognise
from contentlib.recognition.rules import fingerprint
from indexer.render.office import to_pdf
from tests.relevance.recognition.conftest import Shelf, read


@pytest.mark.parametrize("kind", ["pptx", "docx"])
def test_a_pdf_made_of_our_file_is_recognised_with_all_its_pages(
    shelf: Shelf, tmp_path: Path, kind: str
) -> None:
    ours = [(name, path) for name, path in shelf.files.items() if path.suffix == f".{kind}"][:4]
    made = []
    for number, (_, path) in enumerate(ours):
        folder = tmp_path / str(number)
        folder.mkdir()
        pdf = to_pdf(path, format=kind, limits=Limits(), folder=folder)
        assert isinstance(pdf, Path), pdf
        made.append(pdf)
    for (name, path), pdf, document in zip(ours, made, read(made), strict=True):
        assert path.read_bytes() != pdf.read_bytes()
        known = fingerprint(document, file_sha256=sha256(pdf.read_bytes()).hexdigest())
        with shelf.library.database.reading() as session:
            found = recognise(session, known)
        assert found.best is not None
        assert (found.is_certain, found.best.asset_id) == (True, shelf.ids[name])
        print(f"{name}: {found.verdict} {found.best.score:.2f}, pages {found.best.pages}")
        assert found.best.score > 0.8
