"""Who may log in: the file's forms, what is wrong with it, and the time it takes."""

import asyncio
import time
from pathlib import Path

import bcrypt
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mailcatch import auth
from mailcatch.auth import Authority, read_users
from mailcatch.config import AuthSection
from mailcatch.errors import ConfigError
from mailcatch.sasl import Credentials

BCRYPT = bcrypt.hashpw(b"correct", bcrypt.gensalt(4)).decode()
ARGON2 = Argon2id(salt=b"saltsaltsalt", length=16, iterations=1, lanes=1, memory_cost=64).derive_phc_encoded(b"horse")


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text(f"\ufeff# who may\r\n\r\nbob:{BCRYPT}\r\nann:{ARGON2}\n  eve:{{PLAIN}}pass:word ü\n", "utf-8")
    return path


def check(authority: Authority, *logins: tuple[str, str]) -> list[bool]:
    """Try logins one after the other, from one client."""

    async def main() -> list[bool]:
        return [await authority.check(Credentials(*login), "127.0.0.1") for login in logins]

    try:
        return asyncio.run(main())
    finally:
        authority.close()


def test_without_a_file_everyone_is_let_in():
    """The default: nothing to wait for, and nothing to read."""
    authority = Authority(AuthSection())
    assert authority.anyone
    assert check(authority, ("", ""), ("any", "thing")) == [True, True]


@pytest.mark.parametrize(
    ("user", "password"),
    [("bob", "correct"), ("ann", "horse"), ("eve", "pass:word ü")],
    ids=["bcrypt", "argon2", "plain"],
)
def test_the_right_password_in_each_form(users: Path, user: str, password: str):
    """Right twice, the second time from memory; a wrong one is wrong also after a right one."""
    authority = Authority(AuthSection(file=users))
    logins = [(user, password), (user, password), (user, password + "x"), (user, "")]
    assert check(authority, *logins) == [True, True, False, False]


def test_who_is_not_in_the_file_is_not_let_in(users: Path):
    """Not even with another's password, nor with one that no hash can have."""
    authority = Authority(AuthSection(file=users))
    assert not any(check(authority, ("joe", "correct"), ("BOB", "correct"), ("bob", "nul\0"), ("", "")))


def test_an_unknown_user_costs_a_hash(users: Path, monkeypatch: pytest.MonkeyPatch):
    """So that the time does not tell who exists."""
    compared: list[str] = []
    monkeypatch.setattr(auth, "_bcrypt_agrees", lambda secret, password: bool(compared.append(secret)))
    assert not auth.agrees(read_users(users), Credentials("joe", "x"))
    assert compared == [BCRYPT]


def test_a_password_beyond_bcrypts_limit_is_read_as_htpasswd_does(tmp_path: Path):
    """72 octets count; more are no error."""
    path = tmp_path / "users"
    path.write_text("bob:" + bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode())
    assert check(Authority(AuthSection(file=path)), ("bob", "x" * 80)) == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bob", "line 1: it must be user:hash"),
        (":x", "line 1: it must be user:hash"),
        ("bob:", "line 1: it must be user:hash"),
        ("#\nbob:$apr1$secret$xyz", "line 2: this hash is not known; give bcrypt"),
        pytest.param(f"bob:{BCRYPT.replace('$04$', '$31$')}", "line 1: this hash is not known", id="too costly"),
        ("bob:{PLAIN}a\nbob:{PLAIN}b", "line 2: 'bob' is there twice"),
        ("# nobody\n", "names no user; htpasswd -B -c"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_without_its_secrets(tmp_path: Path, text: str, said: str):
    """The option, the file, the line, and what would be right."""
    path = tmp_path / "users"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"--auth-file: .*users") as error:
        Authority(AuthSection(file=path))
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_file_that_cannot_be_read(tmp_path: Path):
    """Missing, or no text."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    for name, reason in (("missing", "No such file"), ("binary", "no UTF-8")):
        with pytest.raises(ConfigError, match=f"--auth-file: .*{name} cannot be read: .*{reason}"):
            Authority(AuthSection(file=tmp_path / name))


def test_users_are_read_again(users: Path):
    """Who has gone is out at once, remembered or not; a broken file changes nothing."""
    authority = Authority(AuthSection(file=users))
    assert check(authority, ("eve", "pass:word ü")) == [True]
    users.write_text("eve:broken")
    with pytest.raises(ConfigError):
        authority.reload()
    assert check(authority, ("eve", "pass:word ü")) == [True]
    users.write_text("joe:{PLAIN}x")
    authority.reload()
    assert check(authority, ("eve", "pass:word ü"), ("joe", "x")) == [False, True]


def test_failures_make_a_client_wait_longer_each_time(users: Path, monkeypatch: pytest.MonkeyPatch):
    """Doubled up to a bound, for this client only; a right password ends it, and so does time."""
    monkeypatch.setattr(auth, "_FIRST_DELAY", 0.001)
    monkeypatch.setattr(auth, "_LONGEST_DELAY", 0.005)
    authority, waits = Authority(AuthSection(file=users)), list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    check(authority, *[("eve", "wrong")] * 5, ("eve", "pass:word ü"), ("eve", "wrong"))
    assert waits == [0, 0.001, 0.002, 0.004, 0.005, 0.005, 0]
    assert authority._delay_of("10.0.0.1") == 0
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 61)
    assert authority._delay_of("127.0.0.1") == 0


def test_the_memory_of_failures_is_bounded(users: Path, monkeypatch: pytest.MonkeyPatch):
    """A thousand addresses, then the oldest is forgotten."""
    monkeypatch.setattr(auth, "_CLIENTS", 3)
    authority = Authority(AuthSection(file=users))

    async def main() -> None:
        for number in range(5):
            await authority.check(Credentials("eve", "wrong"), f"10.0.0.{number}")

    asyncio.run(main())
    assert list(authority._failures) == ["10.0.0.2", "10.0.0.3", "10.0.0.4"]


def test_the_loop_runs_on_while_a_hash_is_computed(tmp_path: Path):
    """A slow hash is another thread's: something else happens meanwhile."""
    path = tmp_path / "users"
    path.write_text("bob:" + bcrypt.hashpw(b"x", bcrypt.gensalt(10)).decode())
    authority = Authority(AuthSection(file=path))

    async def main() -> int:
        turns = 0
        async with asyncio.TaskGroup() as tasks:
            checking = tasks.create_task(authority.check(Credentials("bob", "x")))
            while not checking.done():
                await asyncio.sleep(0)
                turns += 1
        assert checking.result()
        return turns

    assert asyncio.run(main()) > 10
