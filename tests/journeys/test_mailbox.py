"""A mailbox is imported, killed in the middle, and begun again; and a rep's blind copy goes its
whole way: out of a mail program, through the listener and the worker's pass, into the sends."""

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contentlib.library import Library
from contentlib.member.models import Member
from contentlib.reacting.mailboxes import (
    address_for_copies,
    listen_for_blind_copies,
    take_blind_copies,
)
from contentlib.sending.models import Send
from tests.cast import hire
from tests.factories import make_library
from tests.mail_stock import stock
from tests.mailboxes import MailboxMaker, write_mbox
from tests.servers import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LETTERS = 1_500


def _import(data: Path, mbox: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "web.cli", "--data-dir", str(data)),
            *("mail", "import", str(mbox), "--json"),
        ],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _sends(library: Library) -> int:
    with library.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Send)) or 0


def test_an_import_that_was_killed_goes_on_without_doubling(
    tmp_path: Path, new_sqlite: Callable[[Path], str]
) -> None:
    data = tmp_path / "data"
    new_sqlite(data)
    library = make_library(data)
    cast = hire(library)
    held = stock(library, [cast.rosa], assets=4, copies=1)
    maker = MailboxMaker(held.material, owner=cast.rosa.email, colleagues=[cast.ravi.email])
    letters = write_mbox(tmp_path / "Sent.mbox", maker.letters(LETTERS))
    truth = {(letter.at, asset) for letter in letters for asset in letter.sends}

    first = _import(data, tmp_path / "Sent.mbox")
    deadline = time.monotonic() + 120
    while _sends(library) < 30:
        assert time.monotonic() < deadline, "nothing was taken"
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    taken = _sends(library)
    assert 30 <= taken < len(truth), "it was not killed in the middle"

    again = _import(data, tmp_path / "Sent.mbox")
    out, _ = again.communicate(timeout=300)
    assert again.returncode == 0
    assert json.loads(out)["counts"]["known"] > 0
    with library.database.reading() as session:
        found = sorted(
            (at, asset_id) for at, asset_id in session.execute(select(Send.at, Send.asset_id))
        )
    assert found == sorted(truth)
    library.close()


def test_a_blind_copy_of_a_letter_with_a_renamed_file_becomes_a_send(
    tmp_path: Path, new_sqlite: Callable[[Path], str]
) -> None:
    new_sqlite(tmp_path)
    library = make_library(tmp_path, bcc_address="bcc@in.acme.example", bcc_port=free_port())
    cast = hire(library)
    held = stock(library, [cast.rosa], assets=2, copies=1)
    maker = MailboxMaker(held.material, owner=cast.rosa.email, colleagues=[])
    letter = maker.letter("file")
    with library.database.reading() as session:
        public_id = session.get_one(Member, cast.rosa.member_id).public_id
    address = address_for_copies(library, public_id)
    assert address is not None
    stop = listen_for_blind_copies(library)
    try:
        with smtplib.SMTP("127.0.0.1", library.settings.bcc_port, timeout=20) as relay:
            raw = letter.raw.replace(b"\n", b"\r\n")
            relay.sendmail("rosa@contentlib.example", [address], raw)
    finally:
        stop()
    take_blind_copies(library)
    with library.database.reading() as session:
        found = session.execute(select(Send.asset_id, Send.channel, Send.at)).all()
    assert [tuple(row) for row in found] == [(*letter.sends, "attachment", letter.at)]
    library.close()
