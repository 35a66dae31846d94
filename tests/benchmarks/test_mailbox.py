"""A mailbox of 20 000 messages whose truth is known: what is found, how fast, in what memory."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from sqlalchemy import select

from contentlib.reacting.mailboxes import active_member, import_mailbox
from contentlib.sending.models import Send
from tests.benchmarks.machine import report
from tests.cast import hire
from tests.factories import make_library
from tests.mail_stock import stock
from tests.mailboxes import MailboxMaker, write_mbox

LETTERS = 20_000


def test_twenty_thousand_messages_are_read_without_a_miss_in_flat_memory(
    tmp_path: Path, new_sqlite: Callable[[Path], str]
) -> None:
    new_sqlite(tmp_path)
    library = make_library(tmp_path)
    cast = hire(library)
    held = stock(library, [cast.rosa, cast.ravi], assets=12)
    maker = MailboxMaker(
        held.material, owner=cast.rosa.email, colleagues=[cast.ravi.email, cast.mira.email]
    )
    path = tmp_path / "Sent.mbox"
    letters = write_mbox(path, maker.letters(LETTERS))
    truth = {(letter.at, asset) for letter in letters for asset in letter.sends}

    process = psutil.Process(os.getpid())
    memory: list[int] = []
    started = time.perf_counter()
    taken = import_mailbox(library, path, member=active_member(library, cast.rosa.email))
    for number, _ in enumerate(taken, start=1):
        if number % (LETTERS // 4) == 0:
            memory.append(process.memory_info().rss >> 20)
    took_s = time.perf_counter() - started

    with library.database.reading() as session:
        rows = session.execute(select(Send.at, Send.asset_id))
        found = [(at, asset_id) for at, asset_id in rows]
    hits = len(truth & set(found))
    report(
        f"{LETTERS} messages, {path.stat().st_size >> 20} MB, {len(truth)} sends in them",
        f"{LETTERS / took_s:.0f} messages a second",
        f"precision {hits / len(found):.4f}, recall {hits / len(truth):.4f}",
        f"memory after each quarter: {', '.join(f'{mb} MB' for mb in memory)}",
    )
    assert sorted(found) == sorted(truth)
    assert memory[3] - memory[0] < 60, memory
    library.close()
