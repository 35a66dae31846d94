"""What contentlib needs from outside, as small Protocols, and the values that cross them.

Each Protocol says who calls it, what it raises, and what an empty answer means.
Each implementation passes the contract tests in tests/contracts/test_ports.py.
"""

from contentlib.ports.documents import (
    DocumentReader,
    ExtractedDocument,
    ExtractedPage,
    Limits,
    PageImage,
    PassageText,
    Rendering,
)
from contentlib.ports.files import FileStore, StoredFile
from contentlib.ports.mail import MailAttachment, MailKind, ReadMail
from contentlib.ports.outside import Clock, FetchedPage, Mailer, Progress, WebFetcher
from contentlib.ports.search import (
    IndexedAsset,
    IndexedPassage,
    IndexHit,
    IndexState,
    Likeness,
    Neighbour,
    PassageHit,
    Permitted,
    SearchIndex,
)

__all__ = [
    "Clock",
    "DocumentReader",
    "ExtractedDocument",
    "ExtractedPage",
    "FetchedPage",
    "FileStore",
    "IndexHit",
    "IndexState",
    "IndexedAsset",
    "IndexedPassage",
    "Likeness",
    "Limits",
    "MailAttachment",
    "MailKind",
    "Mailer",
    "Neighbour",
    "PageImage",
    "PassageHit",
    "PassageText",
    "Permitted",
    "Progress",
    "ReadMail",
    "Rendering",
    "SearchIndex",
    "StoredFile",
    "WebFetcher",
]
