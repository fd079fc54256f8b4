"""A mail's HTML made ready for its frame."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcatch.mime.frame import rewrite
from mailcatch.mime.structure import scan

ROOT = scan(
    b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-ID: <p@x>\r\n\r\nx\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-Location: pics/a.png\r\n\r\nx\r\n--b--\r\n"
)[0]


def framed(html: str, bridge: str = "") -> str:
    return rewrite(html, ROOT, "/f/cid/", bridge)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="cid:p@x">', '<img src="/f/cid/2">'),
        ("<img src=cid:p%40x alt=y>", '<img src="/f/cid/2" alt=y>'),
        ('<img src="CID:p@x">', '<img src="/f/cid/2">'),
        ('<img src="mid:1@y/p@x">', '<img src="/f/cid/2">'),
        ('<img src="pics/a.png">', '<img src="/f/cid/3">'),
        ('<td background="cid:p@x">', '<td background="/f/cid/2">'),
        ('<img srcset="cid:p@x 2x, http://o/ 1x">', '<img srcset="/f/cid/2 2x, http://o/ 1x">'),
        ("<p style=\"background:url('cid:p@x')\">", '<p style="background:url(&quot;/f/cid/2&quot;)">'),
        ("<style>p{background:url(cid:p@x)}</style>", '<style>p{background:url("/f/cid/2")}</style>'),
        ('<img src="cid:unknown@x">', '<img src="cid:unknown@x">'),
        ('<img src="http://x/y">', '<img src="http://x/y">'),
    ],
)
def test_parts_of_the_mail_are_shown(html: str, expected: str):
    """What a mail carries is pointed at; anything else stays as it is."""
    assert framed(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0;url=http://x">',
        "<META HTTP-EQUIV=' Refresh '>",
        '<base href="http://x/">',
        '<link rel="dns-prefetch" href="//x">',
        "<link rel='stylesheet preconnect' href=//x>",
        "<meta http-equiv=x-dns-prefetch-control content=on>",
    ],
)
def test_what_leaves_the_page_goes(html: str):
    """No refresh, no base, no early connection."""
    assert framed(f"a{html}b") == "ab"


def test_the_base_is_remembered():
    """Relative links go where the mail's base pointed."""
    assert framed('<base href="http://x/y/"><a href="z"><a href="#top"><a href="mailto:a@b">') == (
        '<a href="http://x/y/z"><a href="#top"><a href="mailto:a@b">'
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<!doctype html><p>", "<!doctype html><script>b()</script><p>"),
        ("<p>", "<script>b()</script><p>"),
    ],
)
def test_the_bridge_comes_after_the_doctype(html: str, expected: str):
    """Before it, the page would be in quirks mode."""
    assert framed(html, "b()") == expected


def test_nothing_else_changes():
    """Whatever the rest looks like, it is the mail's own, byte for byte."""
    html = "<p  CLASS = x\n><ScRiPt>a<b</sCript><!-- c --><br/ ><a href='q&amp;r' \t>&nbsp;</P>"
    assert framed(html) == html


@given(st.text(alphabet="<>!-/ab=\"' \n&;cid:@p", max_size=120))
def test_nothing_raises(html: str):
    """Any text can be framed."""
    framed(html)


def test_large_mail_is_framed_at_once():
    """1.8 MB of pictures: a generous bound, on the processor's clock."""
    started = time.process_time()
    framed('<td><img src="cid:p@x" width=1></td>' * 50_000)
    assert time.process_time() - started < 5
