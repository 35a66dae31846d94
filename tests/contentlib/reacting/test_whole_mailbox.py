"""A whole mailbox, whose truth is known: what is said to be sent is what was sent."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from contentlib.library import Library
from contentlib.reacting.mailboxes import active_member, import_mailbox
from contentlib.sending.models import Send
from tests.cast import hire
from tests.mail_stock import stock
from tests.mailboxes import KINDS, MailboxMaker, write_eml_files, write_mbox

pytestmark = pytest.mark.slow

LETTERS = 1_000


def test_a_mailbox_of_a_thousand_letters_is_read_without_a_miss_and_without_a_false_send(
    library: Library, tmp_path: Path
) -> None:
    cast = hire(library)
    held = stock(library, [cast.rosa, cast.ravi])
    maker = MailboxMaker(
        held.material, owner=cast.rosa.email, colleagues=[cast.ravi.email, cast.mira.email]
    )
    path = tmp_path / "Sent.mbox"
    letters = write_mbox(path, maker.letters(LETTERS))
    assert {letter.kind for letter in letters} == set(KINDS)

    told = Counter(
        taken.status
        for _, taken in import_mailbox(
            library, path, member=active_member(library, cast.rosa.email)
        )
    )

    truth = {(letter.at, asset) for letter in letters for asset in letter.sends}
    assert _sends(library, cast.rosa.member_id) == sorted(truth)
    assert sum(told.values()) == LETTERS
    assert told["refused"] == told["to review"] == 0
    assert told["known"] > 0

    again = Counter(taken.status for _, taken in import_mailbox(library, path))
    assert again["sent"] == 0
    assert _sends(library, cast.rosa.member_id) == sorted(truth)


def _sends(library: Library, member_id: int) -> list[tuple[object, int]]:
    with library.database.reading() as session:
        rows = session.execute(select(Send.at, Send.asset_id).where(Send.member_id == member_id))
        return sorted((at, asset_id) for at, asset_id in rows)


def test_a_folder_of_files_says_the_same_as_one_mbox(library: Library, tmp_path: Path) -> None:
    cast = hire(library)
    held = stock(library, [cast.rosa], assets=3, copies=1)
    maker = MailboxMaker(held.material, owner=cast.rosa.email, colleagues=[cast.ravi.email])
    letters = write_eml_files(tmp_path / "mail", maker.letters(120))
    list(import_mailbox(library, tmp_path / "mail"))
    truth = {(letter.at, asset) for letter in letters for asset in letter.sends}
    assert _sends(library, cast.rosa.member_id) == sorted(truth)
