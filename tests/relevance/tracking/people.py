"""Readers, in the browsers and on the ways that are easily taken for machines'."""

from tests.relevance.tracking.stage import (
    DAY,
    HOME,
    HOUR,
    IPHONE,
    MINUTE,
    Asked,
    Scenario,
    Told,
    person,
    reading,
)

_IOS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko)"
)
_ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP3A.240617.008; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/142.0.7444.102 Mobile Safari/537.36"
)
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"

# Browsers inside apps and on odd devices; each opens the link an hour after it was sent.
_BROWSERS = {
    "in the browser inside Instagram on a phone": f"{_IOS} Mobile/15E148 Instagram 390.0.0.28.85 "
    "(iPhone15,3; iOS 18_5; en_US; en; scale=3.00; 1290x2796; 703500012)",
    "in the browser inside Instagram on Android": f"{_ANDROID} Instagram 390.0.0.43.81 Android "
    "(35/15; 420dpi; 1080x2400; Google; Pixel 9; tokay; tokay; en_US; 703500012)",
    "in the browser inside LinkedIn on a phone": f"{_IOS} Mobile/15E148 [LinkedInApp]/9.31.4210",
    "in the browser inside LinkedIn on Android": f"{_ANDROID} [LinkedInApp]/4.1.1050",
    "in the browser inside Facebook": f"{_IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101;"
    "FBBV/756351453;FBDV/iPhone15,3;FBMD/iPhone;FBSN/iOS;FBSV/18.5;FBSS/3;FBLC/en_US]",
    "in the browser inside Facebook on Android": f"{_ANDROID} MetaIAB Facebook "
    "[FB_IAB/FB4A;FBAV/520.0.0.45.68;IABMV/1;]",
    "inside Teams on a desktop": f"{_WINDOWS} Chrome/134.0.0.0 Safari/537.36 Edg/134.0.0.0 "
    "Teams/25275.2605.4021.3462/49",
    "inside Teams on a phone": f"{_ANDROID} TeamsMobile-Android",
    "inside Outlook on a phone": f"{_IOS} Mobile/15E148 Outlook-iOS/743.3.0.iphone",
    "inside Outlook on Android": f"{_ANDROID} Outlook-Android/4.2527",
    "in Outlook's own window on a desktop": "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; "
    "WOW64; Trident/7.0; .NET4.0C; .NET4.0E; Microsoft Outlook 16.0.17928; ms-office; MSOffice 16)",
    "inside Slack on a desktop": f"{_WINDOWS} Slack/4.46.96 Chrome/140.0.7339.80 Electron/38.0.0 "
    "Safari/537.36 Sonic Slack_SSB/4.46.96",
    "inside Notion on a desktop": f"{_WINDOWS} Notion/4.20.0 Chrome/138.0.7204.97 Electron/37.2.0 "
    "Safari/537.36",
    "inside WeChat": f"{_IOS} Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI",
    "inside Line": f"{_IOS} Mobile/15E148 Safari Line/15.10.0",
    "inside the Google app": f"{_IOS} GSA/380.0.780 Mobile/15E148 Safari/604.1",
    "in DuckDuckGo's browser": f"{_IOS} Version/18.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "in Ecosia's browser": f"{_IOS} Version/18.5 Mobile/15E148 Safari/604.1 "
    "(Ecosia ios@11.2.0.2270)",
    "on a phone made by Cubot": "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG X) "
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "on a Samsung tablet": "Mozilla/5.0 (Linux; Android 15; SM-X710) AppleWebKit/537.36 "
    "(KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36",
    "in Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "in an old Internet Explorer": "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) "
    "like Gecko",
    "on a television": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.6099.270 Safari/537.36 WebAppManager",
}


def _browsers() -> list[Scenario]:
    return [
        person(f"somebody reads {where}", reading(20, 12, at=HOUR, agent=agent))
        for where, agent in _BROWSERS.items()
    ]


def _ways() -> list[Scenario]:
    safelinks = {"Referer": "https://eur03.safelinks.protection.outlook.com"}
    private = {"Sec-GPC": "1"}
    ahead = {"Sec-Purpose": "prefetch;prerender"}
    asked_ahead, read_then = reading(30, at=HOUR, headers=ahead)
    skimmed = tuple(Asked(HOUR + 5 + 0.033 * n, n) for n in range(2, 14))
    opened, first = reading(5, at=HOUR)
    at_once = tuple(Asked(HOUR + 0.04 * n, n) for n in range(1, 51))
    ended = (Told(HOUR + 3, 50, 25, touched=True),)
    return [
        person("a reader an hour later", reading(40, 25, 60, at=HOUR)),
        person("a reader two minutes later", reading(40, at=2 * MINUTE)),
        person("a phone ten seconds after sending", reading(25, 9, at=10, agent=IPHONE)),
        person(
            "a phone on which one page is read and never touched",
            reading(40, at=5 * MINUTE, agent=IPHONE, touched=False),
        ),
        person("two pages glanced at, untouched", reading(1.5, 1.5, at=HOUR, touched=False)),
        person("an hour-long reading", reading(*(40.0 + 37 * n % 101 for n in range(30)), at=DAY)),
        person("a click that Safe Links passed on", reading(30, at=HOUR, headers=safelinks)),
        person("a quick click that Safe Links passed on", reading(9, at=20, headers=safelinks)),
        person(
            "a click in Proofpoint's isolated browser after an hour",
            reading(30, 20, at=HOUR, address="67.231.152.40"),
        ),
        person(
            "a click in Mimecast's isolated browser the next day",
            reading(50, at=DAY, address="207.211.30.80"),
        ),
        person(
            "a click in Cisco's isolated browser after eleven minutes",
            reading(15, 15, at=11 * MINUTE, address="68.232.140.1"),
        ),
        person(
            "a cloud desktop in Microsoft's network",
            reading(30, 10, at=HOUR, address="20.79.107.14"),
        ),
        person("a cloud desktop at Amazon", reading(30, at=HOUR, address="52.57.10.20")),
        person("the web proxy of a large company", reading(30, at=HOUR, address="165.225.72.10")),
        person("the first of two behind one proxy", reading(30, at=HOUR, address="192.0.2.130")),
        person(
            "the second of two behind one proxy",
            reading(12, at=HOUR + 4, address="192.0.2.130", agent=IPHONE),
        ),
        person("a reader on IPv6", reading(30, at=HOUR, address="2001:db8:17::4")),
        person("a page rendered ahead and then read", (asked_ahead, read_then)),
        person("a reader who asks not to be tracked", reading(30, at=HOUR, headers=private)),
        person("a reader who sends DNT", reading(30, at=HOUR, headers={"DNT": "1"})),
        person(
            "somebody to whom it was forwarded, elsewhere and days later",
            reading(30, 30, at=3 * DAY, address="192.0.2.5", agent=IPHONE),
        ),
        person("somebody who holds a key down to skim", ((*opened, *skimmed), first)),
        person("somebody who skims to the end at once and reads there", (at_once, ended)),
        person("a reader of a link whose sending nobody saw", reading(30, at=HOUR), sent=()),
        person(
            "a reader seconds after the rep said that it was sent",
            reading(30, at=10, touched=False),
            evidence="declared",
        ),
        person(
            "a reader who has it open when it is sent again",
            reading(120, at=DAY - 60, touched=False),
            sent=(0.0, DAY),
        ),
        person(
            "a click after the browser's own prefetch",
            (
                (Asked(HOUR - 2, headers={"Purpose": "prefetch"}), Asked(HOUR, address=HOME)),
                (Told(HOUR + 1, 1, 22, touched=True),),
            ),
        ),
        person(
            "a code entered within seconds, in a gateway's network",
            reading(30, at=5, address="67.231.152.40", touched=False),
            verified=True,
            expected="verified",
        ),
        person(
            "a code entered by somebody who looked at nothing yet",
            ((Asked(HOUR),), ()),
            verified=True,
            expected="verified",
        ),
    ]


def _doubtful() -> list[Scenario]:
    """People of whom too little is seen: they may stay out of the headline, one click away."""
    no_script = tuple(Asked(HOUR + 7 * n * n, n) for n in range(1, 5))
    in_text = tuple(
        Asked(HOUR + 11 * n * n, n, agent="Lynx/2.9.2 libwww-FM/2.14") for n in range(1, 4)
    )
    told = {"expected": "unclear"}
    return [
        person("a reader whose browser runs no script", (no_script, ()), **told),
        person("a reader in a text browser", (in_text, ()), **told),
        person("opened, and closed after a second", reading(1.2, at=HOUR, touched=False), **told),
        person(
            "two links of one message opened in two tabs",
            reading(30, at=HOUR),
            other_links=(HOUR + 2,),
            **told,
        ),
        person(
            "a click in an isolated browser after five minutes",
            reading(30, at=5 * MINUTE, address="67.231.152.40"),
            **told,
        ),
        person(
            "a click in an isolated browser, sending unseen",
            reading(30, at=HOUR, address="67.231.152.40"),
            sent=(),
            **told,
        ),
        person("a tester's browser under control", reading(30, at=HOUR, webdriver=True), **told),
        person("a page opened whose beats were lost", ((Asked(HOUR),), ()), **told),
    ]


def _colleagues() -> list[Scenario]:
    told = {"truth": "colleague", "expected": "colleague", "by_colleague": True}
    return [
        person("the rep looks at the own link", reading(30, at=-HOUR), **told),
        person("somebody in the office reads it", reading(30, at=HOUR), **told),
        person("a colleague enters a code", reading(9, at=HOUR), **told, verified=True),
        person("a colleague's test with a program", reading(9, at=2, agent="curl/8.9.1"), **told),
    ]


SCENARIOS: tuple[Scenario, ...] = (*_browsers(), *_ways(), *_doubtful(), *_colleagues())
