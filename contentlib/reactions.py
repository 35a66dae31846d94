"""What reacts to what: the one table of it. The reactions themselves are in `contentlib.reacting`.

A reaction is idempotent and exits quietly when the row it serves is gone. It reads in one
session, works outside any, and writes in another, so no lock is held while a file is parsed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contentlib.events.jobs import Payload
from contentlib.library import Library
from contentlib.reacting.documents import (
    draw_again,
    heal_index,
    index_assets,
    prepare_index,
    read_import_item,
    render_version,
)
from contentlib.reacting.letters import mail_asking, mail_share, mail_share_code, notify
from contentlib.reacting.mailboxes import poll_mailboxes, take_blind_copies
from contentlib.reacting.recognition import fingerprint_missing, fingerprint_version, forget_asset
from contentlib.reacting.visits import (
    fold_beats,
    follow_merged_visit,
    judge_again,
    judge_listed,
    judge_sent,
    judge_unlisted,
    tell_of_asking,
    tell_of_unfurl,
    tell_of_visit,
    tidy,
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """`run` is given up to `batch` payloads at once; `lane` names the worker thread it runs in."""

    run: Callable[[Library, Sequence[Payload]], None]
    lane: str
    batch: int = 1


REACTIONS: dict[str, Reaction] = {
    "read_import_item": Reaction(read_import_item, lane="documents"),
    "index_assets": Reaction(index_assets, lane="index", batch=64),
    "render_version": Reaction(render_version, lane="pictures"),
    "fingerprint_version": Reaction(fingerprint_version, lane="recognition"),
    "forget_asset": Reaction(forget_asset, lane="recognition"),
    "mail_share": Reaction(mail_share, lane="mail"),
    "judge_listed": Reaction(judge_listed, lane="visits"),
    "judge_unlisted": Reaction(judge_unlisted, lane="visits"),
    "judge_sent": Reaction(judge_sent, lane="visits", batch=64),
    "mail_share_code": Reaction(mail_share_code, lane="mail"),
    "mail_asking": Reaction(mail_asking, lane="mail"),
    "tell_of_visit": Reaction(tell_of_visit, lane="visits", batch=64),
    "follow_merged_visit": Reaction(follow_merged_visit, lane="visits", batch=64),
    "tell_of_unfurl": Reaction(tell_of_unfurl, lane="visits", batch=64),
    "tell_of_asking": Reaction(tell_of_asking, lane="visits"),
}

WHAT_REACTS: dict[str, tuple[str, ...]] = {
    "ImportItemReceived": ("read_import_item",),
    "AssetContentChanged": ("index_assets",),
    "VersionAdded": ("render_version", "fingerprint_version"),
    "AssetDeleted": ("index_assets", "forget_asset"),
    "ShareMailed": ("mail_share",),
    "NetworkListed": ("judge_listed",),
    "NetworkUnlisted": ("judge_unlisted",),
    "ShareSent": ("judge_sent",),
    "CodeAskedFor": ("mail_share_code",),
    "LinkAskedFor": ("mail_asking", "tell_of_asking"),
    "VisitJudged": ("tell_of_visit",),
    "VisitMerged": ("follow_merged_visit",),
    "LinkUnfurled": ("tell_of_unfurl",),
}

# What is done without a fact, and how often in seconds.
PERIODIC: tuple[tuple[Callable[[Library], None], float], ...] = (
    (fold_beats, 1.0),
    (judge_again, 600.0),
    (prepare_index, 3600.0),
    (notify, 15.0),
    (heal_index, 30.0),
    (draw_again, 600.0),
    (fingerprint_missing, 15.0),
    (tidy, 3600.0),
    (take_blind_copies, 2.0),
    (poll_mailboxes, 60.0),
)
