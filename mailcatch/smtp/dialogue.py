"""What SMTP says to each line of a client: a state machine that touches no socket (RFC 5321 §4).

Lines go in, replies come out, and `state` tells what the next bytes of the client are. Whoever drives it reads the
data, stores the mail, and tells how that went.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import ClassVar

from aiosmtpd.smtp import Envelope, Session

from mailcatch import model, sasl
from mailcatch.auth import TRIES, Authority
from mailcatch.config import SmtpSection
from mailcatch.errors import Rejected
from mailcatch.recipients import Recipients
from mailcatch.smtp.commands import PLAIN, Path, masked, parse_host, parse_mail, parse_rcpt, split_command
from mailcatch.smtp.record import Record
from mailcatch.smtp.replies import reply_to

COMMAND_LIMIT = 4 << 10
"""Octets of a command line."""

AUTH_LIMIT = 12_288
"""Octets of a line in an AUTH exchange (RFC 4954 §4: OAuth's tokens exceed a command's limit)."""


class State(enum.Enum):
    """What the next bytes of the client are."""

    COMMAND = enum.auto()
    AUTH = enum.auto()
    CHECKING = enum.auto()  # they wait until the password is checked
    HANDSHAKE = enum.auto()  # they are TLS's
    DATA = enum.auto()
    STORING = enum.auto()  # they wait until the mail is stored
    CLOSED = enum.auto()  # nobody reads them


class Rules:
    """What all dialogues of a door share: its name, its limits, its users, and who knows how much room there is.

    `recipients` decides on each RCPT; without it everyone's mail is taken. DSN is offered with relay only: a server
    that offers it promises to send reports (RFC 3461 §5).
    """

    def __init__(
        self,
        hostname: str,
        section: SmtpSection,
        check_room: Callable[[int], None],
        authority: Authority,
        recipients: Recipients | None = None,
        *,
        offers_dsn: bool = False,
    ) -> None:
        self.hostname = hostname
        self.section = section
        self.check_room = check_room
        self.authority = authority
        self.place = recipients.place if recipients is not None else None
        self.known = PLAIN.and_dsn() if offers_dsn else PLAIN
        self._dsn = ("DSN",) if offers_dsn else ()
        self._first = (hostname, "PIPELINING", f"SIZE {section.max_message_size}", "8BITMIME", "SMTPUTF8")
        self.extensions = self._with("AUTH PLAIN LOGIN")
        self.before_tls = self._with("STARTTLS") if section.require_tls else self._with("AUTH PLAIN LOGIN", "STARTTLS")

    def _with(self, *more: str) -> tuple[str, ...]:
        return (*self._first, "ENHANCEDSTATUSCODES", *self._dsn, *more, "HELP")


class Transaction(Envelope):
    """aiosmtpd's envelope of the mail that is being told, and what of it goes into ours."""

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.recipients: list[model.Recipient] = []

    def begin(self, path: Path) -> None:
        """Take the reverse-path."""
        self.path = path
        self.mail_from, self.smtp_utf8 = path.address, "SMTPUTF8" in path.params

    def add(self, recipient: model.Recipient) -> None:
        """Take one more forward-path."""
        self.recipients.append(recipient)
        self.rcpt_tos.append(recipient.address)

    @property
    def announced(self) -> int:
        """The size that MAIL announced, 0 if none."""
        return int(self.path.params.get("SIZE") or 0) if self.path else 0


class Dialogue:
    """One client's dialogue from the greeting to the end."""

    def __init__(self, rules: Rules, record: Record, session: Session, *, offers_tls: bool = False) -> None:
        self._rules = rules
        self._record = record
        self._offers_tls = offers_tls
        self._failed_logins = 0
        self._exchange: sasl.Exchange | None = None
        self._errors = self._junk = 0
        self.session = session
        self.envelope = Transaction()
        self.state = State.COMMAND
        self.replies: list[str] = []
        """What is to be sent; whoever sends it clears it."""
        self.claim = sasl.Credentials("", "")
        """While CHECKING: what is to be checked."""

    @property
    def idle(self) -> bool:
        """Whether it is the client's turn to speak, with no mail under way."""
        return self.state is State.COMMAND or self.state is State.AUTH

    def greet(self, *, implicit_tls: bool = False) -> None:
        """Open the dialogue; with implicit TLS the handshake comes first."""
        if implicit_tls:
            self.state = State.HANDSHAKE
            return
        self._say(f"220 {self._rules.hostname} ESMTP mailcatch")

    def line(self, line: bytes) -> None:
        """Answer one line."""
        self._record.spoken = True
        if self.state is State.AUTH:
            self._respond(line)
        else:
            self._command(line)

    def line_too_long(self, beginning: bytes) -> None:
        """Answer a line of which only the beginning was kept."""
        self._record.spoken = True
        self._record.transcript.remark("a line was too long and was dropped")
        if self.state is State.AUTH or beginning[:5].upper() == b"AUTH ":
            self.state, self._exchange = State.COMMAND, None
            self._refuse(Rejected(500, "5.5.6", f"a line of AUTH may have {AUTH_LIMIT} octets"))
        else:
            self._refuse(Rejected(500, "5.5.2", f"a command may have {COMMAND_LIMIT} octets"))

    def data_ended(self, size: int, *, too_large: bool) -> None:
        """Note the end of the data; a message that is too large is refused, any other must now be stored."""
        self._record.transcript.remark(f"{size} bytes of data")
        if too_large:
            self.failed(self._too_large())
        else:
            self.state = State.STORING

    def stored(self, id: str) -> None:
        """Acknowledge the mail."""
        self._end_transaction()
        self._errors = self._junk = 0
        self._record.accepted()
        self._say(f"250 2.0.0 Ok: queued as {id}")

    def failed(self, error: BaseException) -> None:
        """Refuse the mail after its data."""
        self._end_transaction()
        self._refuse(reply_to(error))

    def handshake_failed(self, why: str) -> None:
        """End, for no TLS came about; also a client that said nothing else is worth a row then."""
        self._record.spoken = True
        self._record.refused()
        self.end(why)

    def secured(self, spoken: str | None, *, greet: bool = False) -> None:
        """Begin anew under TLS: what was said before is forgotten (RFC 3207 §4.2)."""
        self._end_transaction()
        self._offers_tls = False
        self.session.host_name, self.session.extended_smtp, self.session.authenticated = None, False, None
        self._record.note(tls=spoken, helo=None, auth_user=None)
        self._record.transcript.tls = True
        self._record.transcript.remark(f"TLS begins: {spoken}")
        if greet:
            self.greet()

    def checked(self, *, right: bool) -> None:
        """Answer a login."""
        claim, self.claim = self.claim, sasl.Credentials("", "")
        self.state = State.COMMAND
        if right:
            self.session.authenticated = True
            self._record.note(auth_user=claim.user[:255])
            self._say("235 2.7.0 OK")
            return
        self._failed_logins += 1
        self._record.transcript.remark(f"user or password is wrong: {claim.user[:255]}")
        self._refuse(Rejected(535, "5.7.8", "user or password is wrong"))
        if self._failed_logins >= TRIES and self.state is not State.CLOSED:
            self.leave("421 4.7.0 too many failed logins", "refused: too many failed logins")

    def turn_away(self, reply: str, outcome: str) -> None:
        """Refuse the client as a whole, and end."""
        self._record.refused()
        self.leave(reply, outcome)

    def leave(self, reply: str, outcome: str) -> None:
        """Say a last word and end."""
        self._say(reply)
        self.end(outcome)

    def end(self, outcome: str) -> None:
        """End without a word: nobody is there to hear it."""
        self.state = State.CLOSED
        self._record.ended(outcome)

    def _say(self, reply: str) -> None:
        self._record.transcript.server(reply)
        self.replies.append(reply)

    def _refuse(self, refusal: Rejected) -> None:
        self._say(str(refusal))
        self._record.refused()
        self._errors += 1
        if self._errors > self._rules.section.max_errors:
            self.leave("421 4.7.0 too many errors", "refused: too many errors")

    def _command(self, line: bytes) -> None:
        verb, argument = split_command(line)
        if len(line) > COMMAND_LIMIT and verb != "AUTH":
            self.line_too_long(line)
            return
        self._record.transcript.client(masked(line))
        handle = self._COMMANDS.get(verb)
        if handle is None:
            self._refuse(_UNOFFERED if verb in _NOT_OFFERED else _UNKNOWN)
            return
        if self._offers_tls and self._rules.section.require_tls and verb not in _BEFORE_TLS:
            self._refuse(_TLS_FIRST)
            return
        if verb in _JUNK:
            self._junk += 1
            if self._junk > self._rules.section.max_junk:
                self.turn_away("421 4.7.0 too many commands without a mail", "refused: too many commands, no mail")
                return
        try:
            handle(self, argument)
        except Exception as error:  # noqa: BLE001 - one client's line never breaks the server (G7)
            self._refuse(reply_to(error))

    def _end_transaction(self) -> None:
        """Forget the mail whole: nothing of it shows up in the next."""
        self.state = State.COMMAND
        self.envelope = Transaction()

    def _too_large(self) -> Rejected:
        return Rejected(552, "5.3.4", f"a message may have {self._rules.section.max_message_size} bytes")

    # Commands

    def _helo(self, argument: str) -> None:
        self._hello(argument, extended=False)
        self._say(f"250 {self._rules.hostname}")

    def _ehlo(self, argument: str) -> None:
        self._hello(argument, extended=True)
        *first, last = self._rules.before_tls if self._offers_tls else self._rules.extensions
        for extension in first:
            self._say(f"250-{extension}")
        self._say(f"250 {last}")

    def _hello(self, argument: str, *, extended: bool) -> None:
        name = parse_host(argument)
        self._end_transaction()
        self.session.host_name, self.session.extended_smtp = name, extended
        self._record.note(helo=name, protocol="ESMTP" if extended else "SMTP")

    def _mail(self, argument: str) -> None:
        if self.envelope.path is not None:
            raise Rejected(503, "5.5.1", "a mail has begun already: RSET ends it")
        if self._rules.authority.required and not self.session.authenticated:
            raise Rejected(530, "5.7.0", "authentication required")
        path = parse_mail(argument, self._rules.known)
        announced = int(path.params.get("SIZE") or 0)
        if announced > self._rules.section.max_message_size:
            raise self._too_large()
        self._rules.check_room(announced)
        self.envelope.begin(path)
        self._say("250 2.1.0 OK")

    def _rcpt(self, argument: str) -> None:
        if self.envelope.path is None:
            raise Rejected(503, "5.5.1", "MAIL must come first")
        path = parse_rcpt(argument, self._rules.known)
        if len(self.envelope.recipients) >= self._rules.section.max_recipients:
            raise Rejected(452, "4.5.3", "too many recipients: send the rest in another mail")
        if self._rules.place is None:
            self.envelope.add(model.Recipient(path.address, path.params))
        else:
            placed = self._rules.place(path.address, self.envelope.path.address, self._record.session.listener)
            self.envelope.add(model.Recipient(path.address, path.params, placed.route, placed.rule))
        self._say("250 2.1.5 OK")

    def _data(self, argument: str) -> None:
        if argument:
            raise Rejected(501, "5.5.4", "DATA takes no argument")
        if self.envelope.path is None:
            raise Rejected(503, "5.5.1", "MAIL must come first")
        if not self.envelope.recipients:
            raise Rejected(554, "5.5.1", "no recipient was accepted")
        self._rules.check_room(self.envelope.announced)
        self.state = State.DATA
        self._say("354 go ahead; end with CRLF.CRLF")

    def _rset(self, argument: str) -> None:
        self._end_transaction()
        self._say("250 2.0.0 OK")

    def _noop(self, argument: str) -> None:
        self._say("250 2.0.0 OK")

    def _vrfy(self, argument: str) -> None:
        if not argument:
            raise Rejected(501, "5.5.4", "an address must follow")
        self._say("252 2.5.0 mailcatch takes mail for everyone")

    def _help(self, argument: str) -> None:
        offered = (verb for verb in self._COMMANDS if verb != "STARTTLS" or self._offers_tls)
        self._say(f"214 2.0.0 {' '.join(offered)}")

    def _quit(self, argument: str) -> None:
        self.leave("221 2.0.0 Bye", "QUIT")

    # STARTTLS (RFC 3207)

    def _starttls(self, argument: str) -> None:
        if not self._offers_tls:
            raise Rejected(503, "5.5.1", "TLS is on already") if self._record.session.tls else _UNOFFERED
        if argument:
            raise Rejected(501, "5.5.4", "STARTTLS takes no argument")
        if self.envelope.path is not None:
            raise Rejected(503, "5.5.1", "not inside a mail")
        self._say("220 2.0.0 go ahead with TLS")
        self.state = State.HANDSHAKE

    # AUTH (RFC 4954)

    def _auth(self, argument: str) -> None:
        if self.session.authenticated:
            raise Rejected(503, "5.5.1", "you are somebody already")
        if self.envelope.path is not None:
            raise Rejected(503, "5.5.1", "not inside a mail")
        mechanism, _, initial = argument.partition(" ")
        if not mechanism:
            raise Rejected(501, "5.5.4", "a mechanism must follow")
        if mechanism.upper() not in sasl.MECHANISMS:
            raise Rejected(504, "5.5.4", f"only {' and '.join(sasl.MECHANISMS)} are offered")
        self._exchange = sasl.exchange(mechanism.upper(), initial.strip().encode() if initial else None)
        self._advance(self._exchange, None)

    def _respond(self, line: bytes) -> None:
        self._record.transcript.client(line if line == b"*" else b"***")
        if self._exchange is not None:
            self._advance(self._exchange, line)

    def _advance(self, exchange: sasl.Exchange, response: bytes | None) -> None:
        self.state = State.COMMAND
        try:
            challenge = exchange.send(response)  # type: ignore[arg-type] # None starts a generator
        except StopIteration as done:
            self.claim, self.state = done.value, State.CHECKING
            if self._rules.authority.anyone:
                self.checked(right=True)
        except sasl.SaslCancelled:
            self._refuse(Rejected(501, "5.7.0", "given up"))
        except sasl.SaslError as error:
            self._refuse(Rejected(501, "5.5.2", str(error)))
        else:
            self.state = State.AUTH
            self._say(f"334 {sasl.encode(challenge).decode()}")

    _COMMANDS: ClassVar[dict[str, Callable[[Dialogue, str], None]]] = {
        "HELO": _helo,
        "EHLO": _ehlo,
        "MAIL": _mail,
        "RCPT": _rcpt,
        "DATA": _data,
        "RSET": _rset,
        "NOOP": _noop,
        "VRFY": _vrfy,
        "HELP": _help,
        "QUIT": _quit,
        "AUTH": _auth,
        "STARTTLS": _starttls,
    }


_JUNK = frozenset({"HELO", "EHLO", "RSET", "NOOP", "VRFY", "HELP"})
_BEFORE_TLS = frozenset({"STARTTLS", "EHLO", "HELO", "NOOP", "QUIT"})  # RFC 3207 §4
_NOT_OFFERED = frozenset({"BDAT", "EXPN", "ETRN", "TURN", "LHLO"})  # RFC 5321 §4.2.4: 502, not 500
_UNKNOWN = Rejected(500, "5.5.2", "this command is not known")
_UNOFFERED = Rejected(502, "5.5.1", "this command is not offered")
_TLS_FIRST = Rejected(530, "5.7.0", "STARTTLS must come first")
