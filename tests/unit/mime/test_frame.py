"""A mail's HTML made ready for its frame."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.mime.frame import rewrite, rewrite_urls
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
        ("<img srcset='a.png, cid:p@x 2x'>", '<img srcset="a.png, /f/cid/2 2x">'),
        ("<img srcset='data:image/png;base64,a 1x,cid:p@x'>", '<img srcset="data:image/png;base64,a 1x,/f/cid/2">'),
        ("<link rel=preload imagesrcset=x><source srcset=cid:p@x>", '<source srcset="/f/cid/2">'),
        ("<video poster=cid:p@x><object data=cid:p@x>", '<video poster="/f/cid/2"><object data="/f/cid/2">'),
        ("<svg><image xlink:href='cid:p@x'/></svg>", '<svg><image xlink:href="/f/cid/2"/></svg>'),
        ("<a href='cid:p@x'>", "<a href='cid:p@x'>"),
        ("<p title='cid:p@x' data-src='cid:p@x'>", "<p title='cid:p@x' data-src='cid:p@x'>"),
        ("<style>a{b:url( 'cid:p@x' )} c{d:url(x.png)}", '<style>a{b:url( "/f/cid/2" )} c{d:url(x.png)}'),
        ("<p style='a:url(cid:p@x'>", '<p style="a:url(&quot;/f/cid/2&quot;">'),
        ("<p style='a:URL(\"cid:p@x\"),url(http://o)'>", '<p style="a:URL(&quot;/f/cid/2&quot;),url(http://o)">'),
        ("<script>'<img src=cid:p@x>'</script>", "<script>'<img src=cid:p@x>'</script>"),
        ("<!-- <img src=cid:p@x> -->", "<!-- <img src=cid:p@x> -->"),
        ("<img src='cid:p@x' src='cid:p@x'", "<img src='cid:p@x' src='cid:p@x'"),
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


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<iframe src='http://x/' width=9></iframe>", '<iframe src="about:blank" width=9></iframe>'),
        ("<FRAME SRC=http://x/>", '<FRAME SRC="about:blank">'),
        ("<iframe srcdoc='<iframe src=http://x>'>", '<iframe srcdoc="">'),
        ("<svg><foreignObject><iframe src=//x>", '<svg><foreignObject><iframe src="about:blank">'),
    ],
)
def test_a_frame_in_a_mail_stays_empty(html: str, expected: str):
    """Chromium opens a connection for a frame's address before it asks the policy, which refuses it."""
    assert framed(html) == expected


def test_the_base_is_remembered():
    """Relative links go where the mail's base pointed."""
    assert framed('<base href="http://x/y/"><a href="z"><a href="#top"><a href="mailto:a@b">') == (
        '<a href="http://x/y/z"><a href="#top"><a href="mailto:a@b">'
    )


def test_sets_of_pictures_follow_the_base_too():
    """Each of their candidates."""
    assert framed("<base href='http://x/y/'><img srcset='a.png 1x, http://o/b.png 2x, cid:p@x 3x'>") == (
        '<img srcset="http://x/y/a.png 1x, http://o/b.png 2x, /f/cid/2 3x">'
    )


def test_a_location_may_be_relative_to_the_base():
    """RFC 2557 §5: the part's Content-Location is compared with the absolute URL too."""
    given = {"http://x/y/a.png": "A"}
    html = "<base><base href=' http://x/y/ '><base href=z><img src=a.png><img srcset='a.png 2x'>"
    assert rewrite_urls(html, cid=given.get) == '<img src="A"><img srcset="A 2x">'


def test_a_long_base_is_not_multiplied():
    """A page of many links must not become a thousand times as long."""
    html = f"<base href='http://x/{'y' * 100_000}/'>" + "<a href=z>" * 10_000
    assert len(framed(html)) < len(html)


@pytest.mark.parametrize("base", ["http://[", "http://x:y:z/", "", "\\x00"])
def test_a_base_that_is_no_address_breaks_nothing(base: str):
    """It goes like any other."""
    assert "base" not in framed(f"<base href='{base}'><a href=b>")


REFRESH = "<meta http-equiv=refresh content=0;url=//x>"


@pytest.mark.parametrize(
    "html",
    [
        f"<svg><style>{REFRESH}</style>",
        f"<svg><title>{REFRESH}</title>",
        f"<math><mtext><textarea>{REFRESH}",
        f"<svg><![CDATA[ > <!-- ]]>{REFRESH}-->",
        f"<select><style></select>{REFRESH}</style>",
        f"<script><!--<script></script><!--x</script>{REFRESH}-->",
        f"<noscript><!-- </noscript>{REFRESH} -->",
        f"<svg><p><style><img title='</style>{REFRESH}'>",
    ],
)
def test_nothing_that_leaves_hides(html: str):
    """Where a browser's tree may see a tag that the tokenizer does not, the tag becomes text."""
    assert "<meta" not in framed(html)


FRAGMENTS = [
    "<svg>", "</svg>", "<math>", "<mtext>", "<desc>", "<foreignObject>", "<annotation-xml>", "<style>", "</style>", "<title>",
    "</title>", "<textarea>", "</textarea>", "<select>", "</select>", "<option>", "<script>", "</script>", "<!--", "-->",
    "--!>", "<!-->", "<![CDATA[", "]]>", "<xmp>", "</xmp>", "<noembed>", "<iframe>", "</iframe>", "<table>", "<td>",
    "<template>", "</template>", "<frameset>", "<noframes>", "</noframes>", "<plaintext>", "<head>", "</head>", "<body>",
    "<p>", "</p>", "<a b='", "'>", "\"", "<", "</", "/>", ">", "x", REFRESH, "<base href=x>", "<link rel=preconnect href=x>",
    "<iframe src=//x>", "<frame src=//x>", "<iframe srcdoc='<p>'>",
]  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14))
def test_a_browsers_tree_has_nothing_that_leaves(fragments: list[str]):
    """However the pieces fall, and whatever a parser that builds the tree makes of them."""
    lexbor = pytest.importorskip("selectolax.lexbor", reason="selectolax, the oracle for HTML, is not installed")
    tree = lexbor.LexborHTMLParser(rewrite_urls("".join(fragments), cid=lambda url: None))
    assert tree.css("meta[http-equiv=refresh], base, link[rel=preconnect]") == []
    assert tree.css("iframe[src^='//'], frame[src^='//'], iframe[srcdoc^='<']") == []


def test_harmless_tags_stay_where_nothing_is_ambiguous():
    """A comment may hold what it likes, and a foreign element does not cost the page its own tags."""
    html = f"<!--[if mso]>{REFRESH}<![endif]--><style>a{{}}</style>"
    assert framed(html) == html
    html = "<meta charset=utf-8><link rel=stylesheet href=x><svg></svg>"
    assert framed(html) == html


def test_urls_are_mapped_by_whatever_function():
    """Without a message: what it gives for a URL takes its place."""
    given = {"cid:a": "A", "pic.png": 'B"<'}
    assert rewrite_urls("<img src=cid:a><img src=pic.png><img src=cid:b>", cid=given.get) == (
        '<img src="A"><img src="B&quot;&lt;"><img src=cid:b>'
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


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<img src=",
        "<img srcset='a,",
        "<p style='url(",
        "<p style=url('",
        "<style>url(",
        "<svg><meta ",
        "<base href='",
        ",",
        "(",
        "<link ",
    ],
)
def test_crafted_input_is_linear(piece: str):
    """A quarter of a megabyte of each: a generous bound, on the processor's clock."""
    for before in ("", "<img srcset='a", "<p style='a:url(", "<style>"):
        started = time.process_time()
        framed(before + piece * (250_000 // len(piece)) + "'>")
        assert time.process_time() - started < 2


@given(st.text(alphabet="<>!-/ab=\"' \n&;cid:@p", max_size=200))
def test_what_needs_no_change_is_not_changed(html: str):
    """Byte for byte, whatever it is."""
    assert rewrite_urls(html, cid=lambda url: None) == html


@given(st.text(alphabet="<>!-/ab=\"' \n&;cid:@p", max_size=120))
def test_nothing_raises(html: str):
    """Any text can be framed."""
    framed(html)


def test_large_mail_is_framed_at_once():
    """Ten thousand pictures: a generous bound, on the processor's clock."""
    started = time.process_time()
    framed('<td><img src="cid:p@x" width=1></td>' * 10_000)
    assert time.process_time() - started < 2
