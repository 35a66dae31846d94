"""Which user agents and networks are machines': a list from PyPI, words of our own, dated ranges.

Nothing here sees a whole visit: what follows from a verdict is said in `judging`.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import get_args

from contentlib.engagement.sitting import Agent, Certainty, Network

_NETWORKS = Path(__file__).with_name("networks.toml")

# --- user agents ------------------------------------------------------------------------------

# Part of the user agent -> what the rep calls it. iMessage poses as two crawlers at once, so it
# stands before them.
_UNFURLERS = (
    (r"facebookexternalhit.*twitterbot", "iMessage"),
    (r"slackbot|slack-imgproxy", "Slack"),
    (r"skypeuripreview", "Microsoft Teams or Skype"),
    (r"linkedinbot", "LinkedIn"),
    (r"telegrambot", "Telegram"),
    (r"twitterbot", "X"),
    (r"facebookexternalhit|facebot|meta-externalfetcher", "Facebook or Messenger"),
    (r"^whatsapp\b", "WhatsApp"),
    (r"discordbot", "Discord"),
    (r"redditbot", "Reddit"),
    (r"pinterest(?:bot|\.com/bot)", "Pinterest"),
    (r"snap url preview|snapurlpreview", "Snapchat"),
    (r"^viber/", "Viber"),
    (r"googlemessages/", "Google Messages"),
    (r"google-chat|hangouts-bot", "Google Chat"),
    (r"mattermost-bot", "Mattermost"),
    (r"rocket\.chat|zulipurlpreview", "a team chat"),
    (r"webexteams|cisco spark|ciscowebex", "Webex"),
    (r"kakaotalk-scrap", "KakaoTalk"),
    (r"dingtalkbot", "DingTalk"),
    (r"chatwork linkpreview", "Chatwork"),
    (r"notion(?:embedder|bot)", "Notion"),
    (r"clickuplinkunfurler", "ClickUp"),
    (r"evernoterichlink", "Evernote"),
    (r"xing-contenttabreceiver|xing bot", "XING"),
    (r"vkshare", "VK"),
    (r"bluesky cardyb|blueskypreviewbot", "Bluesky"),
    (r"mastodon/|friendica|lemmy/", "the fediverse"),
    (r"embedly|iframely|opengraph\.io", "a preview service"),
)

# Vendors of mail and web security name themselves in no public list. Short or common words
# (atp, esa, node, http) are left out: they stand in people's browsers too.
_SECURITY = (
    r"barracuda|proofpoint|urldefense|mimecast|safelinks|symantec|messagelabs|trendmicro|"
    r"forcepoint|websense|sophos|zscaler|ironport|fireeye|trellix|cloudmark|vadesecure|avanan|"
    r"hornetsecurity|spamtitan|mailguard|fortiguard|bitdefender-scan|virustotal|urlscan|"
    r"phishtank|netcraft|paloalto"
)

# What people's browsers carry and lists take for machines: device names before `Build/`, the
# phone maker Cubot, the browsers inside Meta's, Sogou's and scanning apps, media players.
_PEOPLES = re.compile(
    r"(?<=[;(])[^;()]*\bBuild/[^;)]*|\bCUBOT[^;)]*|\bMetaIAB[^;)\]]*|\bSogou(?:MSE|MobileBrowser)\b|\bCamScanner\b|https?://(?:www\.)?(?:xbmc\.org|kodi\.tv)",
    re.I,
)
_BROWSER = re.compile(r"webkit/\d|^mozilla/\d.*(?:gecko|trident|msie|khtml)", re.I)
# Old browsers, and what phones, sets and players say that show pages without a browser's string.
_DEVICE = re.compile(
    r"^opera/|ucweb|browser|netfront|midp|maui|dalvik/|docomo|^mozac|fban/|^lynx/|"
    r"^e?links\b|^w3m/|brew|symbian|obigo|teleca|openwave|blackberry|nokia|samsung|playstation|"
    r"nintendo|vizio|hbbtv|hybridcast|dlna|roku|kepler|citrix|android|\biphone|\bipad|cfnetwork|"
    r"darwin|\bwin(?:dows|\d+)?\b|\bos/2\b|amiga|^microsoft[- ](?!office)|"
    r"^mozilla/\d.*\((?!compatible)",
    re.I,
)
_ADDRESS = re.compile(r"like gecko; compatible;|https?:/|\w(?:@|\[at\])[\w-]+\.[a-z]{2,}", re.I)
_TRADE = re.compile(
    r"bots?\b|bot[/_;]|robot|crawl|spider|scrap(?:er|ing|y)|scan(?:ner|ning)?\b|(?<!mozac)fetch|"
    r"preview|monitor|checker|validator|archiver|survey|harvest|\bprobe|uptime|synthetic|"
    r"lighthouse|gtmetrix|\bptst/|pingdom|site24x7|observatory|phantomjs|selenium|webdriver|"
    r"playwright|puppeteer|research|recon\b|inspect|detector|collaborator|googleweblight|"
    r"mediapartners|feed|indexer",
    re.I,
)
_HEADLESS = re.compile(r"headless(?:chrome|shell)?|electron-headless", re.I)
_COMPATIBLE = re.compile(r"compatible; ?([\w.-]+(?: [A-Z][\w.-]+)?)")


@lru_cache(maxsize=4096)
def agent_of(user_agent: str) -> Agent:
    """What asks under this user agent.

    >>> agent_of("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
    Agent(kind='unfurler', name='Slack')

    A name counts only where it cannot be a person's device: a browser's string is taken for a
    machine's when it announces itself (trade or address) besides, whatever a list says of it.
    """
    told = user_agent.strip()
    if not told:
        return Agent("none")
    for pattern, name in _unfurlers():
        if pattern.search(told):
            return Agent("unfurler", name)
    if _HEADLESS.search(told):
        return Agent("headless", "a browser without a screen")
    told = _PEOPLES.sub(" ", told)
    if vendor := re.search(_SECURITY, told, re.I):
        return Agent("machine", vendor.group().capitalize())
    if _is_announced(told) or not (_is_a_browsers(told) or _is_listed_nowhere(told)):
        return Agent("machine", _own_name(told))
    return Agent()


def _is_announced(told: str) -> bool:
    return bool(_TRADE.search(told) or _ADDRESS.search(told))


def _is_a_browsers(told: str) -> bool:
    return bool(_BROWSER.search(told) or _DEVICE.search(told))


def _is_listed_nowhere(told: str) -> bool:
    """A stranger that says what it runs on, as every browser does, has the benefit of doubt."""
    return "(" in told and "compatible" not in told and not _is_listed(told)


def _is_listed(told: str) -> bool:
    # 1,500 expressions: loaded with the first string that is no browser's
    from crawleruseragents import is_crawler

    return bool(is_crawler(told))


def _own_name(told: str) -> str:
    """The word that gives it away, or the first product; to be read, not to be matched."""
    trade = _TRADE.search(told)
    if trade:
        before = re.search(r"[\w.-]*$", told[: trade.start()])
        after = re.match(r"[\w.-]*", told[trade.end() :])
        name = (before.group() if before else "") + trade.group() + (after.group() if after else "")
    else:
        compatible = _COMPATIBLE.search(told)
        name = compatible.group(1) if compatible else re.split(r"[/(;]", told)[0]
    return name.strip(" -._/;")[:60] or "unnamed"


@cache
def _unfurlers() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern, re.I), name) for pattern, name in _UNFURLERS)


# --- networks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedRange:
    """A network and who asks from there; `id` names the entry, not the range, and stays its own.

    `what` and `source`: why they ask, and who says so.
    """

    id: str
    range: IPv4Network | IPv6Network
    name: str
    certainty: Certainty
    what: str = ""
    source: str = ""

    @property
    def range_id(self) -> str:
        return f"{self.id}:{self.range}"


class NetworkTable:
    """Longest-prefix look-up of listed ranges; an operator's own entry wins over the project's.

    Ranges either hold one another or lie apart, so whatever holds an address is found by going
    from the last range that begins before it up through the ranges around that one.
    """

    def __init__(self, listed: Iterable[ListedRange], added: Iterable[ListedRange] = ()) -> None:
        """`added` are the operator's; where the same range is in both, only theirs is kept."""
        by_range = {entry.range: entry for entry in listed} | {e.range: e for e in added}
        self._ranges = sorted(by_range.values(), key=lambda entry: _place(entry.range))
        self._places = [_place(entry.range) for entry in self._ranges]
        self._around = _surrounding([entry.range for entry in self._ranges])
        self._by_id = {entry.range_id: entry for entry in self._ranges}

    def of(self, address: str) -> Network:
        """The verdict on an address, or on a truncated network where a range holds it whole.

        What is no address is in no network.
        """
        try:
            asked = ip_network(address.strip().split("%")[0], strict=False)
        except ValueError:
            return Network()
        if isinstance(asked, IPv6Network) and asked.network_address.ipv4_mapped:
            asked = ip_network(str(asked.network_address.ipv4_mapped))
        found: int | None = bisect_right(self._places, _place(asked)) - 1
        holding = []
        while found is not None and found >= 0:
            entry = self._ranges[found]
            if _holds(entry.range, asked):
                holding.append(entry)
            found = self._around[found]
        return _verdict(holding)

    def of_ids(self, range_ids: Sequence[str]) -> Network:
        """The verdict today on the ranges that a hit matched when it came, narrowest first.

        Ranges that are listed no longer say nothing.
        """
        return _verdict([self._by_id[known] for known in range_ids if known in self._by_id])

    def of_request(self, range_ids: Sequence[str], network: str) -> Network:
        """The verdict today on a request: the ranges that it matched when it came, and those
        listed since that hold what is kept of its address."""
        ids = {*self.of(network).ids, *(known for known in range_ids if known in self._by_id)}
        holding = sorted((self._by_id[known] for known in ids), key=_narrowest_first)
        return _verdict(holding)


@cache
def listed_ranges() -> tuple[ListedRange, ...]:
    """The ranges of the data file, each as its source gives it. Raises ValueError for a certainty
    that is none, a range with host bits, or a file without its date."""
    with _NETWORKS.open("rb") as file:
        told = tomllib.load(file)
    if not told.pop("updated_on", None):
        raise ValueError("networks.toml does not say when it was updated")
    found = []
    for entry_id, entry in told.items():
        if entry["certainty"] not in get_args(Certainty) or not entry["source"]:
            raise ValueError(f"networks.toml: {entry_id} has no certainty or no source")
        found += [
            ListedRange(
                entry_id,
                ip_network(told_range),
                entry["name"],
                entry["certainty"],
                entry.get("what", ""),
                entry["source"],
            )
            for told_range in entry["ranges"]
        ]
    return tuple(found)


def _verdict(holding: Sequence[ListedRange]) -> Network:
    if not holding:
        return Network()
    narrowest = holding[0]
    ids = tuple(entry.range_id for entry in holding)
    return Network(narrowest.certainty, narrowest.name, ids)


def _narrowest_first(entry: ListedRange) -> tuple[int, str]:
    return -entry.range.prefixlen, entry.range_id


def _place(network: IPv4Network | IPv6Network) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _holds(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    if outer.version != inner.version or outer.prefixlen > inner.prefixlen:
        return False
    return inner.network_address in outer


def _surrounding(ranges: Sequence[IPv4Network | IPv6Network]) -> list[int | None]:
    """For each range of a sorted list the place of the narrowest that holds it."""
    around: list[int | None] = []
    for place, inner in enumerate(ranges):
        outer: int | None = place - 1 if place else None
        while outer is not None and not _holds(ranges[outer], inner):
            outer = around[outer]
        around.append(outer)
    return around
