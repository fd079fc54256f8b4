"""One-time codes: found, with their reasons; and what only looks like one."""

from __future__ import annotations

import time

import pytest

from mailcatch.extract.codes import MOST, codes
from mailcatch.extract.source import Source

SURE = 0.5

FOUND = [
    ("Your code is 482913", "482913"),
    ("G-482913 is your Google verification code.", "G-482913"),
    ("Ihr Bestätigungscode lautet: 553 201", "553201"),
    ("Votre code de vérification : 90812", "90812"),
    ("Tu código es 4821", "4821"),
    ("Il tuo codice: A7K9Q2", "A7K9Q2"),
    ("O seu código de acesso é 009123", "009123"),
    ("Uw verificatiecode is 771203", "771203"),
    ("Twój kod: 882119", "882119"),
    ("Din kod är 5521", "5521"),
    ("Din engangskode: 6402", "6402"),
    ("Vahvistuskoodisi on 830 114", "830114"),
    ("Doğrulama kodunuz: 449201", "449201"),
    ("Ваш код подтверждения: 48-29-11", "482911"),
    ("Ο κωδικός σας είναι 730219", "730219"),
    ("验证码：829301，请在5分钟内输入。", "829301"),
    ("您的驗證碼是 ６０２９１８", "602918"),
    ("認証コード: 492011", "492011"),
    ("인증번호 [392018]", "392018"),
    ("رمز التحقق الخاص بك هو 558102", "558102"),
    ("קוד האימות שלך: 771920", "771920"),
    ("Mã xác nhận của bạn là 640213", "640213"),
    ("Kode verifikasi Anda adalah 902811", "902811"),
    ("Enter this code to verify:\n\n  7 3 9 2 1 0\n\nIt expires in 10 minutes.", "739210"),
    ("Your confirmation code: XKD-9QT", "XKD-9QT"),
    ("Hello,\nYour temporary password is tR7pQ2x9\nBye", "tR7pQ2x9"),
    ("Use the code below to sign in. It expires on 12 May 2026.\n\n*204817*\n\nThe team", "204817"),
    ("Your PIN: 0042", "0042"),
    ("Code:\n12\u200b34\u200b56", "123456"),
]

NOT_SURE = [
    "Your order #482913 has shipped. Total $1,234.56",
    "Invoice 20261104 is due on 2026-11-30. Amount: 4500 EUR",
    "Call us at +49 30 1234567 or 0800 123456",
    "© 2026 Example Inc., 12345 Main Street, Springfield",
    "Use promo code SAVE20 at checkout",
    "Your password was changed on November 4, 2026 at 10:22",
    "Tracking number 1Z999AA10123456784",
    "Flight LH4302 gate B22 at 1845",
    "Ihre Bestellnummer lautet 4839201",
    "Rabattcode: HERBST25",
    "Ticket 48291 was updated. Status code 500",
    "10115 Berlin, Invalidenstr. 1234",
    "Your account ending in 4821 was charged 1299 USD",
    "Error code 0x80070057 in build 22631",
    "See https://x.test/code/829301 for the code of conduct",
    "background: #482913; 1200px wide",
    "> Your code is 111111\n\nThanks, got it.",
    "Votre commande n° 774120 est en route",
    "ご注文番号: 5529103",
    "订单号 20938475 已发货",
]


@pytest.mark.parametrize(("text", "code"), FOUND)
def test_the_code_is_found(text: str, code: str) -> None:
    """First, and with confidence, in whatever language."""
    first = codes(Source("", text))[0]
    assert (first.value, first.confidence >= SURE) == (code, True), first


@pytest.mark.parametrize("text", NOT_SURE)
def test_what_is_none_is_not_claimed(text: str) -> None:
    """Numbers of orders, prices, dates, discounts."""
    assert [code for code in codes(Source("", text)) if code.confidence >= SURE] == []


def test_a_cell_for_each_digit() -> None:
    """As designs have it, and in spans."""
    cells = "".join(f'<td style="font-size:32px">{digit}</td>' for digit in "482913")
    spans = "".join(f"<span>{digit}</span>" for digit in "771203")
    for html, code in ((f"<table><tr>{cells}</tr></table>", "482913"), (f"<p>{spans}</p>", "771203")):
        first = codes(Source("", "", f"<p>Your verification code:</p>{html}<p>Valid for 5 minutes.</p>"))[0]
        assert (first.value, first.confidence >= SURE) == (code, True)


def test_what_is_hidden_does_not_count() -> None:
    """A reader does not see it."""
    html = '<div style="display:none">Your code is 999999</div><p>Your code is <b>123456</b></p>'
    assert [code.value for code in codes(Source("", "", html))] == ["123456"]


def test_a_code_of_the_subject_alone() -> None:
    """Many say it there, too."""
    first = codes(Source("482913 is your verification code", "Enter it to go on."))[0]
    assert (first.value, first.confidence >= SURE) == ("482913", True)


def test_a_subject_speaks_for_a_line() -> None:
    """The body has the code alone."""
    first = codes(Source("Your login code", "Hello!\n\n552 018\n\nIgnore this if it was not you."))[0]
    assert (first.value, first.confidence >= SURE) == ("552018", True)
    assert "on a line of its own" in first.why


def test_what_is_forwarded_comes_after() -> None:
    """The outer message's code is the one that is meant."""
    inner = Source("", "Your code is 111111")
    found = codes(Source("Fwd", "Your code is 222222", attached=(inner,)))
    assert [code.value for code in found] == ["222222", "111111"]


def test_reasons_and_context() -> None:
    """A test can read why."""
    (code,) = codes(Source("", "Your code is 482913."))
    assert (code.why, code.context) == (("after 'code'", "six digits"), "Your code is 482913.")


def test_bombs_cost_little() -> None:
    """Long lines, many lines, many candidates: bounded, and linear."""
    for text in ("1234 " * 200_000, "code 123456\n" * 50_000, "code " * 100_000, "1-" * 300_000, "a1" * 300_000):
        begun = time.process_time()
        assert len(codes(Source("code", text, f"<p>{text}</p>"))) <= MOST
        assert time.process_time() - begun < 5
