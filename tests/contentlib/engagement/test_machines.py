"""Which user agents and networks are machines'."""

import subprocess
import sys
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.engagement.machines import ListedRange, NetworkTable, agent_of, listed_ranges
from contentlib.engagement.sitting import Agent, Network

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


def _range(entry_id: str, network: str, certainty: str = "certain") -> ListedRange:
    return ListedRange(entry_id, ip_network(network), entry_id.title(), certainty)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user_agent", "kind", "name"),
    [
        (CHROME, "browser", ""),
        ("", "none", ""),
        ("  ", "none", ""),
        (CHROME.replace("Chrome", "HeadlessChrome"), "headless", "a browser without a screen"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "unfurler", "Slack"),
        ("Twitterbot/1.0", "unfurler", "X"),
        ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", "unfurler", "iMessage"),
        ("facebookexternalhit/1.1", "unfurler", "Facebook or Messenger"),
        (f"{CHROME} Barracuda", "machine", "Barracuda"),
        ("mimecast-link-check", "machine", "Mimecast"),
        ("Wget/1.24.5", "machine", "Wget"),
        ("Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)", "machine", "Yeti"),
        ("Mozilla/5.0 (compatible; SomeNewBot/3.0)", "machine", "SomeNewBot"),
        ("okhttp/4.12.0", "machine", "okhttp"),
    ],
)
def test_a_user_agent_is_known_for_what_it_is(user_agent: str, kind: str, name: str) -> None:
    found = agent_of(user_agent)
    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    "device",
    ["Cherry Sonic Build/GRK39F", "Pixel 9 Build/AP3A.240617.008", "Fever_Plus Build/O11019"],
)
def test_the_name_of_a_phone_is_no_robots_name(device: str) -> None:
    told = f"Mozilla/5.0 (Linux; Android 15; {device}) AppleWebKit/537.36 (KHTML, like Gecko)"
    assert agent_of(f"{told} Chrome/142.0.0.0 Mobile Safari/537.36") == Agent()


def test_common_short_words_of_vendors_flag_nobody() -> None:
    for word in ("atp", "esa", "node", "http"):
        assert agent_of(f"{CHROME} {word}/1.0") == Agent()


@given(st.text(max_size=500))
def test_any_user_agent_gets_a_verdict_with_a_short_name(user_agent: str) -> None:
    found = agent_of(user_agent)
    assert len(found.name) <= 60
    assert bool(found.name) == (found.kind in ("machine", "unfurler", "headless"))


def test_the_list_of_user_agents_is_loaded_only_when_needed() -> None:
    code = (
        "import sys; from contentlib.engagement.machines import agent_of;"
        f"agent_of({CHROME!r}); print('crawleruseragents' in sys.modules);"
        "agent_of('a stranger (of some kind)'); print('crawleruseragents' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_every_listed_range_has_a_certainty_and_an_id_of_its_own() -> None:
    ranges = listed_ranges()
    assert len({entry.range_id for entry in ranges}) == len(ranges) > 30
    assert {entry.certainty for entry in ranges} == {"certain", "probable"}


@pytest.mark.parametrize(
    ("address", "certainty", "name"),
    [
        ("40.107.22.51", "certain", "Microsoft Exchange Online Protection"),
        ("52.238.78.88", "certain", "Microsoft Exchange Online Protection"),
        ("52.238.78.89", None, ""),
        ("2a01:111:f400:7e00::1", "certain", "Microsoft Exchange Online Protection"),
        ("::ffff:40.107.22.51", "certain", "Microsoft Exchange Online Protection"),
        ("209.222.82.14", "certain", "Barracuda Email Gateway Defense"),
        ("67.231.152.40", "probable", "Proofpoint"),
        ("207.211.30.80", "probable", "Mimecast"),
        ("68.232.140.1", "probable", "Cisco Secure Email"),
        ("20.79.107.14", None, ""),
        ("203.0.113.7", None, ""),
        ("", None, ""),
        ("unknown", None, ""),
    ],
)
def test_an_address_is_in_the_network_that_is_listed(
    address: str, certainty: str | None, name: str
) -> None:
    found = NetworkTable(listed_ranges()).of(address)
    assert (found.certainty, found.name) == (certainty, name)


def test_the_narrowest_range_decides_and_all_that_hold_the_address_are_kept() -> None:
    table = NetworkTable(
        [
            _range("wide", "10.0.0.0/8", "probable"),
            _range("narrow", "10.1.2.0/24"),
            _range("beside", "10.1.3.0/24"),
        ]
    )
    assert table.of("10.1.2.3") == Network(
        "certain", "Narrow", ("narrow:10.1.2.0/24", "wide:10.0.0.0/8")
    )
    assert table.of("10.200.0.1") == Network("probable", "Wide", ("wide:10.0.0.0/8",))


def test_a_truncated_network_is_matched_only_where_a_range_holds_it_whole() -> None:
    table = NetworkTable([_range("one", "10.1.2.88/32"), _range("other", "10.1.0.0/16")])
    assert table.of("10.1.2.0/24").ids == ("other:10.1.0.0/16",)


def test_an_operators_own_entry_wins_over_the_projects() -> None:
    ours = _range("ours", "10.1.2.0/24", "probable")
    table = NetworkTable([_range("theirs", "10.1.2.0/24")], [ours])
    assert table.of("10.1.2.3") == Network("probable", "Ours", ("ours:10.1.2.0/24",))


def test_what_a_hit_matched_is_judged_by_todays_list() -> None:
    stored = NetworkTable([_range("gateway", "10.1.2.88/32", "probable")]).of("10.1.2.88").ids
    today = NetworkTable([_range("gateway", "10.1.2.88/32")])
    assert today.of_ids(stored).certainty == "certain"
    assert NetworkTable([]).of_ids(stored) == Network()


_PREFIXES = st.tuples(
    st.integers(0, 255), st.integers(0, 255), st.sampled_from([8, 15, 16, 24, 31])
)


@given(st.lists(_PREFIXES, max_size=12), st.integers(0, 255), st.integers(0, 255))
def test_the_look_up_finds_what_asking_every_range_finds(
    prefixes: list[tuple[int, int, int]], second: int, last: int
) -> None:
    networks = {ip_network(f"10.{a % 3}.{b % 3}.0/{bits}", strict=False) for a, b, bits in prefixes}
    table = NetworkTable(_range("some", str(network)) for network in networks)
    address = f"10.{second % 3}.{last % 3}.{last % 4}"
    holding = [network for network in networks if ip_address(address) in network]
    holding.sort(key=lambda network: -network.prefixlen)
    assert table.of(address).ids == tuple(f"some:{network}" for network in holding)
