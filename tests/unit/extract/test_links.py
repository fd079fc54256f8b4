"""Links: where from, what for, and which comes first."""

from __future__ import annotations

import time

import pytest

from mailcatch.extract.links import MOST, links
from mailcatch.extract.source import Source


def kinds(html: str) -> list[tuple[str, str]]:
    return [(link.url, link.kind) for link in links(Source("", "", html))]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Confirm email", "https://x.test/e?token=abcdefabcdefabcdef"),
        ("Reset password", "https://x.test/reset/8f2a91bc0d7e6f5a"),
        ("E-Mail-Adresse bestätigen", "https://x.test/u/91ab22cd33ef44aa"),
        ("Réinitialiser mon mot de passe", "https://x.test/r/91ab22cd33ef44aa"),
        ("Restablecer contraseña", "https://x.test/r/91ab22cd33ef44aa"),
        ("Potwierdź adres", "https://x.test/p/91ab22cd33ef44aa"),
        ("Подтвердить адрес", "https://x.test/c/91ab22cd33ef44aa"),
        ("Войти", "https://x.test/c/91ab22cd33ef44aa"),
        ("メールアドレスを確認する", "https://x.test/c/91ab22cd33ef44aa"),
        ("验证邮箱", "https://x.test/c/91ab22cd33ef44aa"),
        ("이메일 인증하기", "https://x.test/c/91ab22cd33ef44aa"),
        ("E-postanı doğrula", "https://x.test/c/91ab22cd33ef44aa"),
        ("Accept invitation", "https://x.test/invites/91ab22cd33ef44aa"),
        ("Sign in to Example", "https://x.test/magic?t=91ab22cd33ef44aa"),
    ],
)
def test_the_link_to_act_on_comes_first(text: str, url: str) -> None:
    """Among the usual others, in whatever language."""
    html = (
        '<a href="https://x.test/">Home</a><a href="https://x.test/help">Help</a>'
        f'<p><a href="{url}">{text}</a></p><a href="https://x.test/privacy">Privacy policy</a>'
        '<a href="https://x.test/unsubscribe?u=1">Unsubscribe</a><a href="mailto:help@x.test">help@x.test</a>'
    )
    found = kinds(html)
    assert found[0] == (url, "action")
    assert [kind for _, kind in found].count("action") == 1


def test_each_kind() -> None:
    """By what it says, where it goes, and where it stands."""
    html = (
        '<a href="https://x.test/v/1">View in browser</a><a href="tel:+4930123">Call</a><a href="mailto:a@x.test">Mail</a>'
        '<a href="https://x.test/logo.png">Logo</a><a href="https://x.test/blog">Blog</a>'
        '<map><area href="https://x.test/area" alt="Area"></map><form action="https://x.test/vote"></form>'
    )
    assert dict(kinds(html)) == {
        "https://x.test/v/1": "view", "tel:+4930123": "tel", "mailto:a@x.test": "mailto",
        "https://x.test/logo.png": "image", "https://x.test/blog": "other", "https://x.test/area": "other",
        "https://x.test/vote": "action",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Go to https://x.test/a.", "https://x.test/a"),
        ("(see https://x.test/a_(b))", "https://x.test/a_(b)"),
        ("<https://x.test/a?b=c&d=e>", "https://x.test/a?b=c&d=e"),
        ("Link: https://x.test/a, then", "https://x.test/a"),
        ("请点击https://x.test/a。谢谢", "https://x.test/a"),
        ('"https://x.test/a"', "https://x.test/a"),
        ("www.x.test/a!", "http://www.x.test/a"),
        ("*https://x.test/a*", "https://x.test/a"),
    ],
)
def test_urls_of_a_text(text: str, url: str) -> None:
    """Without what closes the sentence or the bracket around them."""
    assert [link.url for link in links(Source("", text))] == [url]


def test_a_text_says_what_its_link_is_for() -> None:
    """On the line, or on the one before."""
    text = "Reset your password:\nhttps://app.test/r/abc123def456ghi7\n\nQuestions? https://app.test/help"
    first, second = links(Source("", text))
    assert (first.kind, first.text, first.host) == ("action", "Reset your password:", "app.test")
    assert second.kind == "other"


def test_a_link_counts_once() -> None:
    """With the words that HTML has for it."""
    url = "https://x.test/confirm/91ab22cd33ef44aa"
    (link,) = links(Source("", f"Confirm: {url}", f'<a href="{url}">Confirm</a><p>or copy {url}</p>'))
    assert (link.text, link.source, link.kind) == ("Confirm", "a", "action")


def test_list_unsubscribe() -> None:
    """Of the header (RFC 2369)."""
    found = links(Source("", "", unsubscribe=("<mailto:u@x.test>, <https://x.test/u/1>",)))
    assert [(link.url, link.kind, link.source) for link in found] == [
        ("mailto:u@x.test", "unsubscribe", "header"), ("https://x.test/u/1", "unsubscribe", "header"),
    ]  # fmt: skip


def test_what_leads_nowhere_is_left_out() -> None:
    """Scripts, fragments, inline parts; relative ones without a base."""
    html = '<a href="javascript:x()">a</a><a href="#top">b</a><a href="cid:1">c</a><a href="/x">d</a><a href="http://[">e</a>'
    assert kinds(html) == []
    assert kinds(f'<base href="https://x.test/y/">{html}')[-1][0] == "https://x.test/x"


def test_what_is_forwarded_comes_last() -> None:
    """However much it is to act on."""
    inner = Source("", "https://x.test/confirm/91ab22cd33ef44aa")
    found = links(Source("", "https://x.test/about", attached=(inner,)))
    assert [link.url for link in found] == ["https://x.test/about", "https://x.test/confirm/91ab22cd33ef44aa"]


def test_bombs_cost_little() -> None:
    """Many links, long ones, unclosed ones, nested ones."""
    for html in (
        '<a href="https://x.test/%d">' * 50_000,
        "<a href=" * 100_000,
        "<div hidden>" * 100_000,
        "<" * 500_000,
    ):
        begun = time.process_time()
        assert len(links(Source("", html, html))) <= MOST
        assert time.process_time() - begun < 5
