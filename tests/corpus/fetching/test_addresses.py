"""Which URLs and addresses are refused before anything is sent."""

import ipaddress
import socket
import time

import httpcore2 as httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.fetching.addresses import addresses_of, is_public, parse_url
from corpus.fetching.errors import BadUrlError, PrivateAddressError, SilentError
from corpus.fetching.network import CheckedBackend, Deadline

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "198.18.0.1", "224.0.0.1", "224.0.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1",
    "fc00::1", "fd12::1", "ff02::1", "ff0e::1", "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "192.0.0.8", "192.0.0.170", "192.88.99.1", "198.51.100.1",
    "203.0.113.1", "3fff::1", "3fff:fff:ffff::1", "5f00::1", "100:0:0:1::1", "2001:2::1", "2001:10::1",
    "64:ff9b::c000:8",
]  # fmt: skip
PUBLIC = [
    "93.184.216.34", "8.8.8.8", "192.0.1.1", "2606:4700::1111", "2001:4860:4860::8888", "3ffe::1", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_that_are_not_public_are_known(text: str) -> None:
    """Also where IPv4 is carried in IPv6."""
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_known(text: str) -> None:
    """Also where an IPv6-only network carries them."""
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_ipv4_in_ipv6_is_as_public_as_it_is_by_itself(address: ipaddress.IPv4Address) -> None:
    """Mapped, by NAT64, by 6to4, and in the old compatible form."""
    value, plain = int(address), is_public(address)
    for carrier in (0xFFFF << 32 | value, 0x64FF9B << 96 | value, 0x2002 << 112 | value << 80, value):
        assert is_public(ipaddress.IPv6Address(carrier)) is plain


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_never_public(address: ipaddress.IPv6Address) -> None:
    """This check only ever takes more away; NAT64, which carries public addresses, stands in no such list."""
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public(address) or address.ipv4_mapped


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "::1"]
)
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    """Decimal, hexadecimal, octal, short, and by name: the system's own lookup says what it stands for."""
    with pytest.raises(PrivateAddressError, match="no public address; give --allow-private"):
        addresses_of(host, 80, 2.0, allow_private=False)
    assert addresses_of("127.1", 80, 2.0, allow_private=True) == ["127.0.0.1"]


def look_up(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Have the system answer lookups by these, in turn."""
    turns = iter(answers)

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in next(turns)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them would be taken is chance."""
    look_up(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(PrivateAddressError, match=r"news\.example: is at 10\.0\.0\.1"):
        addresses_of("news.example", 80, 1.0, allow_private=False)


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is looked up again, to another address, gains nothing by it: there is no second lookup."""
    look_up(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    reached: list[str] = []

    def connect_tcp(_: object, host: str, port: int, timeout: float) -> httpcore.MockStream:
        reached.append(host)
        return httpcore.MockStream([])

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect_tcp)
    CheckedBackend(Deadline(), allow_private=False).connect_tcp("rebind.example", 80, 1.0)
    assert reached == ["93.184.216.34"]


def test_a_socket_of_this_machine_is_never_connected_to() -> None:
    """Whatever asks for it."""
    with pytest.raises(httpcore.UnsupportedProtocol):
        CheckedBackend(Deadline(), allow_private=True).connect_unix_socket("/run/docker.sock")


@pytest.mark.parametrize("port", [22, 25, 110, 631])
def test_ports_of_other_services_are_refused(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail and file servers; 80, 443 and those above 1023 are asked."""
    look_up(monkeypatch, ["93.184.216.34"])
    with pytest.raises(PrivateAddressError, match=f"found {port}"):
        addresses_of("news.example", port, 1.0, allow_private=False)
    assert addresses_of("news.example", 8080, 1.0, allow_private=False) == ["93.184.216.34"]


def test_a_lookup_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own has no timeout."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(0.3) or [])
    with pytest.raises(SilentError, match=r"cannot be looked up \(no answer within 0\.05 s\)"):
        addresses_of("slow.example", 80, 0.05, allow_private=False)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/passwd", "found file"),
        ("ftp://example.org/a", "found ftp"),
        ("gopher://example.org/", "found gopher"),
        ("javascript:alert(1)", "found javascript"),
        ("//example.org/a", "found no scheme"),
        ("http://user@example.org/", "user name"),
        ("http://example.org@127.0.0.1/", "user name"),
        ("http:///a", "expected a host"),
        ("http://[::1", "is no URL"),
        ("http://[fe80::1%25eth0]/", "expected a host"),
        ("http://example.org:99999/", "is no URL"),
        ("http://exam ple.org/", "expected a host"),
        ("http://127.0.0.1\\@example.org/", "user name"),
        ("http://a%2fb.org/", "expected a host"),
        (f"http://example.org/{'a' * 9000}", "characters"),
    ],
)
def test_urls_of_odd_forms_are_refused(url: str, says: str) -> None:
    """Other schemes, and what one parser reads otherwise than another."""
    with pytest.raises(BadUrlError, match=says):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTP://News.Example", "http://news.example/"),
        ("http://news.example:80/a#part", "http://news.example/a"),
        ("https://news.example:8443/a?b=c d", "https://news.example:8443/a?b=c%20d"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("http://[2606:4700::1111]/a", "http://[2606:4700::1111]/a"),
        ("http://news.example/\ud800", "http://news.example/%3F"),
    ],
)
def test_a_url_has_one_form(url: str, form: str) -> None:
    """In which it is asked for, stored and compared."""
    assert str(parse_url(url)) == form
    assert parse_url(form) == parse_url(url)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANY_TEXT | ANY_TEXT.map("http://{}".format) | ANY_TEXT.map("http://a.example/{}".format))
def test_any_text_is_a_url_or_refused_by_name(text: str) -> None:
    """And what is a URL stays the same one."""
    try:
        url = parse_url(text)
    except BadUrlError:
        return
    assert parse_url(str(url)) == url and str(url).isascii()
