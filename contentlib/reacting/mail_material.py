"""Which attachments of a mail are worth a look, and what they are."""

import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from contentlib.library import Library
from contentlib.ports import MailAttachment
from contentlib.reacting.recognition import recognise_attachment
from contentlib.recognition.rules import Recognition
from contentlib.sending import material
from contentlib.sending.reports import Doubtful, Item

Recognise = Callable[[MailAttachment, str], Recognition]

# Signatures, keys, business cards and dates come with letters; no asset is one of these.
_NEVER_OURS = frozenset(
    (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pgp-encrypted",
        "application/ics",
        "text/calendar",
        "text/vcard",
        "text/x-vcard",
    )
)
# A logo or a face in a signature; a page that somebody sends as a picture is far larger.
_TINY_PICTURE_BYTES = 20_000
_REMEMBERED = 2_000


def may_be_ours(attachment: MailAttachment) -> bool:
    """Whether an attachment is worth a look: no signature, no logo, no picture in the text."""
    if not attachment.body or attachment.media_type in _NEVER_OURS:
        return False
    is_picture = attachment.media_type.startswith("image/")
    return not (is_picture and (attachment.is_inline or len(attachment.body) < _TINY_PICTURE_BYTES))


def attached(
    recognise: Recognise, attachments: Iterable[MailAttachment]
) -> tuple[tuple[Item, ...], tuple[Doubtful, ...]]:
    """The assets we are sure of among the files, and the files that somebody must look at."""
    items: list[Item] = []
    to_look_at: list[Doubtful] = []
    for attachment in attachments:
        fingerprint = sha256(attachment.body).hexdigest()
        found = recognise(attachment, fingerprint)
        if found.candidates and found.is_certain:
            items.append(material.attached(found))
        elif found.candidates:
            to_look_at.append(
                material.doubtful(found, file_name=attachment.file_name, file_sha256=fingerprint)
            )
    return tuple(items), tuple(to_look_at)


class Recogniser:
    """Recognises attachments; one that comes with many messages is read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, Recognition] = {}

    def __call__(self, attachment: MailAttachment, fingerprint: str) -> Recognition:
        if fingerprint not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[fingerprint] = self._read(attachment, fingerprint)
        return self._known[fingerprint]

    def _read(self, attachment: MailAttachment, fingerprint: str) -> Recognition:
        with tempfile.TemporaryDirectory(prefix="contentlib-mail-") as folder:
            path = Path(folder) / "attachment"
            path.write_bytes(attachment.body)
            return recognise_attachment(
                self._library, path, file_name=attachment.file_name, file_sha256=fingerprint
            )
