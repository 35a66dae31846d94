"""Programs that ask for links: scanners, unfurlers, prefetchers, crawlers, driven browsers."""

from collections.abc import Mapping
from ipaddress import ip_network

from contentlib.engagement.machines import ListedRange
from tests.relevance.tracking.stage import (
    CHROME,
    DAY,
    HOUR,
    IPHONE,
    MINUTE,
    Asked,
    Scenario,
    fetch,
    machine,
    reading,
)

EXCHANGE, EXCHANGE_6 = "40.107.22.51", "2a01:111:f403:c201::2"
AZURE, AMAZON = "20.44.10.7", "18.184.20.3"
BARRACUDA, PROOFPOINT, MIMECAST = "209.222.82.14", "67.231.152.40", "207.211.30.80"
CISCO, SYMANTEC, TREND = "68.232.140.1", "67.219.250.4", "150.70.188.20"

HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/142.0.0.0 Safari/537.36"
)

# Whoever names itself needs no network and no timing: each asks once, an hour later.
_SAY_SO = {
    "Slack expands a link": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack fetches a picture": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Teams shows a preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 "
    "skype-url-preview@microsoft.com",
    "LinkedIn shows a preview": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient "
    "+http://www.linkedin.com)",
    "X shows a card": "Twitterbot/1.0",
    "Facebook shows a preview": "facebookexternalhit/1.1 "
    "(+http://www.facebook.com/externalhit_uatext.php)",
    "iMessage poses as two crawlers": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) "
    "AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 "
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "WhatsApp shows a preview": "WhatsApp/2.25.20.79 A",
    "Telegram shows a preview": "TelegramBot (like TwitterBot)",
    "Discord shows a preview": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Google indexes": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Bing indexes in a browser's guise": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; "
    "compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "a language model's crawler": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; "
    "compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "a script in Python": "python-requests/2.32.4",
    "a script in a shell": "curl/8.9.1",
    "a script in Go": "Go-http-client/2.0",
    "an uptime monitor": "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "an archive": "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive)",
    "a link checker": "W3C-checklink/5.0.0",
    "Office asks before it opens a link": "Microsoft Office Protocol Discovery",
    "a bare token in place of a browser": "Mozilla/5.0 (compatible)",
    "Barracuda from the cloud": "Barracuda Sentinel (EE)",
    "Proofpoint says its name": "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Trend Micro says its name": f"{CHROME} TrendMicro-WRS/1.0",
    "Forcepoint says its name": "Mozilla/5.0 (Windows NT 10.0; WOW64) Forcepoint-ThreatSeeker",
    "no user agent at all": "",
    "a screenshot service": f"{CHROME} Chrome-Lighthouse",
}


def _named() -> list[Scenario]:
    return [machine(name, fetch(HOUR, agent=agent)) for name, agent in _SAY_SO.items()]


def _rendered(
    name: str,
    *seconds: float,
    at: float,
    address: str = AMAZON,
    agent: str = CHROME,
    touched: bool = False,
    webdriver: bool = False,
    **more: object,
) -> Scenario:
    """A program that runs the page's script, so the page confirms itself."""
    asked, told = reading(
        *seconds, at=at, address=address, agent=agent, touched=touched, webdriver=webdriver
    )
    return machine(name, *asked, told=told, **more)


def _gateways() -> list[Scenario]:
    return [
        machine("Defender prefetches at delivery", fetch(4, address=EXCHANGE)),
        machine("Defender prefetches over IPv6", fetch(4, address=EXCHANGE_6)),
        _rendered("Defender renders a page later", 12, at=90, address=EXCHANGE, touched=True),
        _rendered("Defender detonates elsewhere in the cloud", 9, 6, at=12, address=AZURE),
        machine("Barracuda opens a link in transit", fetch(1, address=BARRACUDA)),
        _rendered("Barracuda renders a page the next day", 30, at=DAY, address=BARRACUDA),
        machine("Proofpoint scans on delivery", fetch(6, address=PROOFPOINT)),
        _rendered("Proofpoint renders after four minutes", 10, at=4 * MINUTE, address=PROOFPOINT),
        _rendered("Mimecast renders after nine minutes", 8, 5, at=9 * MINUTE, address=MIMECAST),
        machine(
            "Mimecast asks after a link, then fetches it",
            fetch(5, address=MIMECAST, method="HEAD"),
            fetch(5.4, address=MIMECAST),
        ),
        machine(
            "Cisco opens all links of a message",
            fetch(8, address=CISCO),
            other_links=(8.5, 9.0, 9.4),
        ),
        machine("Symantec follows a link at the click", fetch(HOUR, address=SYMANTEC)),
        machine("Trend Micro looks a day later", fetch(DAY, address=TREND)),
        machine(
            "a gateway in no list opens four links at once",
            fetch(3, address=AMAZON),
            other_links=(3.2, 3.3, 4.9),
        ),
        machine(
            "a network that the operator marked",
            fetch(HOUR, address="198.51.100.20"),
            marked=(ListedRange("ours", ip_network("198.51.100.0/24"), "a test farm", "certain"),),
        ),
        _rendered("a sandbox before word of the sending came", 7, at=-3),
        _rendered("a sandbox in the first half minute", 20, 11, at=15),
        _rendered("a sandbox with a phone's user agent", 20, at=15, agent=IPHONE),
        _rendered("a sandbox when the link is sent again", 9, at=DAY + 3, sent=(0.0, DAY)),
        _rendered(
            "a gateway that clicks, and opens the other links too",
            *(8, 6),
            at=20,
            address=PROOFPOINT,
            touched=True,
            other_links=(21.0,),
        ),
    ]


def _driven() -> list[Scenario]:
    even = tuple(Asked(HOUR + 2.0 * n, n, address=AMAZON) for n in range(1, 9))
    at_once = tuple(Asked(HOUR + 0.1 * n, n, address=AMAZON) for n in range(1, 7))
    each_asset = tuple(Asked(HOUR + 0.1 * n, 1, asset=n, address=AMAZON) for n in range(1, 6))
    _, told = reading(*[2.0] * 8, at=HOUR + 2, webdriver=True)
    return [
        _rendered("a headless browser looks briefly", 2, at=HOUR, agent=HEADLESS),
        _rendered("a driven browser looks briefly", 2, at=HOUR, webdriver=True),
        machine("a driven browser turns pages evenly", *even, told=told),
        machine("a crawler takes all pages within a second", *at_once),
        machine("a crawler takes every asset's first page within a second", *each_asset),
        machine(
            "a headless browser in a gateway's network",
            fetch(HOUR, agent=HEADLESS, address=MIMECAST),
        ),
    ]


def _never_opened() -> list[Scenario]:
    by_header: Mapping[str, dict[str, str]] = {
        "Chrome prefetches": {"Sec-Purpose": "prefetch"},
        "Chrome renders ahead, and nobody comes": {"Sec-Purpose": "prefetch;prerender"},
        "an older browser prefetches": {"Purpose": "prefetch"},
        "Safari draws a preview": {"X-Purpose": "preview"},
        "Firefox prefetches": {"X-Moz": "prefetch"},
    }
    return [
        machine("X asks only after the head", fetch(HOUR, method="HEAD")),
        machine(
            "a proxy asks twice after the head",
            fetch(HOUR, method="HEAD"),
            fetch(HOUR + 1, method="HEAD"),
        ),
        machine("somebody asks what is allowed", fetch(HOUR, method="OPTIONS")),
        *(machine(name, fetch(HOUR, headers=sent)) for name, sent in by_header.items()),
    ]


def _doubtful() -> list[Scenario]:
    """Programs that give nothing away: out of the headline, but not known for what they are."""
    unclear = {"expected": "unclear"}
    return [
        machine("a gateway in no list fetches once", fetch(5, address=AZURE), **unclear),
        machine("a scanner fetches a week later", fetch(7 * DAY, address=AMAZON), **unclear),
        _rendered("a headless browser reads on", 20, 20, at=HOUR, agent=HEADLESS, **unclear),
        _rendered("a sandbox that looks for two seconds", 2, at=HOUR, **unclear),
        _rendered("a sandbox, sending unseen", 3, at=8, sent=(), **unclear),
    ]


SCENARIOS: tuple[Scenario, ...] = (
    *_named(),
    *_gateways(),
    *_driven(),
    *_never_opened(),
    *_doubtful(),
)
