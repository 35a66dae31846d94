"""What gateways wrapped is unwrapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.adapters.mailbox.wrappers import unwrapped
from tests.contentlib.mailbox.wrapping import WRAPPERS, by_safelinks

TOKEN = "b7k2m9qhx4tz5wAbC-dEf_gHiJkLmNoP"
SHARE = f"https://library.acme.example/s/{TOKEN}"

words = st.text("abcXYZ019-_~.!$&'()*+,;=:@/?%äß日本 ".replace(" ", ""), min_size=0, max_size=60)
links = st.builds(
    lambda scheme, host, path: f"{scheme}://{host}/{path}",
    st.sampled_from(("http", "https")),
    st.sampled_from(("x.example", "library.acme.example:8443", "a-b.c_d.example")),
    words,
)
wrappers = st.sampled_from(sorted(WRAPPERS))


@given(links, wrappers)
def test_any_link_comes_out_of_any_wrapper_as_it_went_in(link: str, wrapper: str) -> None:
    assert unwrapped(WRAPPERS[wrapper](link)) == link


@given(links, wrappers, wrappers)
def test_a_link_that_two_gateways_rewrote_comes_out_too(link: str, one: str, other: str) -> None:
    assert unwrapped(WRAPPERS[other](WRAPPERS[one](link))) == link


@given(st.text(max_size=300))
def test_whatever_else_is_unwrapped_to_something_and_nothing_breaks(text: str) -> None:
    assert isinstance(unwrapped(text), str)
    assert isinstance(unwrapped(f"https://urldefense.com/v3/__{text}__;{text}!!a$"), str)
    assert isinstance(unwrapped(f"https://eur01.safelinks.protection.outlook.com/?{text}"), str)


@pytest.mark.parametrize(
    "host",
    [
        "nam02.safelinks.protection.outlook.com",
        "eur03.safelinks.protection.outlook.com",
        "can01.safelinks.protection.outlook.com",
        "gcc02.safelinks.protection.outlook.com",
        "usg01.safelinks.protection.office365.us",
    ],
)
def test_safelinks_of_every_region_are_known(host: str) -> None:
    assert unwrapped(by_safelinks(SHARE, host=host)) == SHARE


def test_proofpoint_s_own_example_of_the_third_form_is_decoded() -> None:
    rewritten = (
        "https://urldefense.com/v3/__https://google.com:443/search?q=a*test&gs=ps__;Kw"
        "!-612Flbf0JvQ3kNJkRi5Jg!Ue6tQudNKaShHg93trcdjqDP8se2ySE65jyCIe2K1D_uNjZ1Lnf6YLQERujngZv9"
        "UWf66ujQIQ$"
    )
    assert unwrapped(rewritten) == "https://google.com:443/search?q=a+test&gs=ps"


def test_a_slash_that_proofpoint_lost_is_put_back() -> None:
    assert unwrapped("https://urldefense.com/v3/__https:/x.example/a__;!!b!c$") == (
        "https://x.example/a"
    )


def test_a_mimecast_link_that_carries_no_target_stays_as_it_is() -> None:
    coded = "https://protect-eu.mimecast.com/s/abcDEF123?domain=library.acme.example"
    assert unwrapped(coded) == coded
    carried = "https://protect-us.mimecast.com/redirect?url=https%3A%2F%2Fx.example%2Fa"
    assert unwrapped(carried) == "https://x.example/a"


def test_a_host_that_only_looks_like_a_gateway_s_is_left_alone() -> None:
    for host in ("safelinks.protection.outlook.com.evil.example", "notlinkprotect.cudasvc.com"):
        address = f"https://{host}/url?url=https%3A%2F%2Fx.example&a=https%3A%2F%2Fx.example"
        assert unwrapped(address) == address


def test_no_target_but_a_web_address_is_taken_out_of_a_wrapper() -> None:
    address = by_safelinks("javascript:alert(1)")
    assert unwrapped(address) == address


def test_wrappers_without_end_are_followed_to_a_bound() -> None:
    address = SHARE
    for _ in range(9):
        address = by_safelinks(address)
    assert unwrapped(address) != SHARE
