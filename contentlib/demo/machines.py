"""What comes in on a link besides its readers: mail scanners, previews, and files taken."""

import random
from datetime import datetime, timedelta

from contentlib.engagement import rules
from contentlib.engagement import service as engagement
from contentlib.engagement.machines import NetworkTable, listed_ranges
from contentlib.library import Library
from contentlib.share.queries import Door

_SCANNER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)
_SCANS_FROM = "40.92.12.7"
_UNFURLERS = (
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
)


def scanned(library: Library, chance: random.Random, opened: Door, at: datetime) -> None:
    """Two links in five are opened by the buyer's mail gateway while the mail is delivered."""
    if chance.random() < 0.4:
        ids = NetworkTable(listed_ranges()).of(_SCANS_FROM).ids
        moment = at + timedelta(seconds=chance.randrange(1, 9))
        _ask(library, opened, _SCANNER, _SCANS_FROM, moment, network_ids=ids)


def pasted(library: Library, chance: random.Random, opened: Door, at: datetime) -> None:
    """One link in twelve is pasted into a chat, which fetches a preview."""
    if chance.random() < 1 / 12:
        agent = chance.choice(_UNFURLERS)
        _ask(library, opened, agent, f"203.0.113.{chance.randrange(250)}", at)


def taken(
    library: Library, chance: random.Random, opened: Door, visitor_key: str, at: datetime
) -> None:
    """One reader in seven takes the file along."""
    if chance.random() >= 1 / 7 or not opened.rules.allows_download:
        return
    item = opened.items[0]
    row = engagement.download_row(
        share_id=opened.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        visitor_key=visitor_key,
        by_colleague=False,
        now=at,
    )
    engagement.record_download(library.hits, row).result()


def _ask(
    library: Library,
    opened: Door,
    agent: str,
    address: str,
    at: datetime,
    *,
    network_ids: tuple[str, ...] = (),
) -> None:
    if not opened.items or at > library.clock.now():
        return
    item = opened.items[0]
    network = rules.truncated_network(address)
    row = engagement.hit_row(
        share_id=opened.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        page=1,
        kind="page",
        method="GET",
        user_agent=agent,
        network=network,
        network_ids=network_ids,
        visitor_key=rules.visitor_key(
            salt=at.date().isoformat().encode(),
            network=network,
            user_agent=agent,
            share_public_id=opened.public_id,
        ),
        by_colleague=False,
        now=at,
    )
    engagement.record_hits(library.hits, [row]).result()
