"""The safety rules of docs/relay.md, each with the code that keeps it and the tests that must fail without."""

from __future__ import annotations

from dataclasses import dataclass

SAFETY = "tests/e2e/test_relay_safety.py::"


@dataclass(frozen=True)
class Mutant:
    """One rule taken out: in a file, `old` becomes `new`; at least one of the tests must fail then."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "1: off means off", "mailcatch/relay/rules.py", "        section.enabled,\n", "        True,\n",
        (f"{SAFETY}test_off_nothing_leaves",),
    ),
    Mutant(
        "1: off means no worker", "mailcatch/relay/door.py",
        "settings_of(section, policy, listeners) if section.enabled else None",
        "settings_of(section, policy, listeners)",
        ("tests/unit/relay/test_door.py::test_off_nothing_that_asks_the_dns_is_even_imported",),
    ),
    Mutant(
        "1: a file that merely lies there", "mailcatch/cli/settings.py", 'option.table[0] == "relay"',
        'option.table[0] == "other"', (f"{SAFETY}test_a_file_that_merely_lies_there_sets_nothing",),
    ),
    Mutant(
        "1: pause, at the queue", "mailcatch/store/relay_attempts.py",
        "len(claims) < limit and not is_paused(transaction.connection)", "len(claims) < limit",
        ("tests/unit/store/test_relay_jobs.py::test_pause_is_kept",),
    ),
    Mutant(
        "1: pause, at a probe", "mailcatch/relay/control.py", "        if self.paused():\n", "        if False:\n",
        (f"{SAFETY}test_a_pause_beats_all",),
    ),
    Mutant(
        "2: deny by default", "mailcatch/relay/policy.py",
        'return Decision(asked, final, "blocked", "no rule of relay.allow matches")',
        'return Decision(asked, final, "relay", "anybody")', (f"{SAFETY}test_only_who_is_allowed_gets_mail",),
    ),
    Mutant(
        "2: deny wins", "mailcatch/relay/policy.py", "if denied := _first(self.deny, key, domain):",
        "if denied := None:", (f"{SAFETY}test_deny_beats_allow",),
    ),
    Mutant(
        "2: the final recipient", "mailcatch/relay/policy.py", "return self._decide(asked, self.redirect_to)",
        'return Decision(asked, self.redirect_to, "relay", "rewritten")',
        (f"{SAFETY}test_the_final_recipient_counts",),
    ),
    Mutant(
        "2: before each attempt", "mailcatch/relay/attempt.py",
        'if decision.way != "relay" or decision.address != recipient.address:', "if False:",
        (f"{SAFETY}test_rules_are_asked_again_before_each_attempt",),
    ),
    Mutant(
        "2: local domains", "mailcatch/relay/rules.py", "frozenset(local_domains)", "frozenset()",
        (f"{SAFETY}test_local_domains_are_never_relayed",),
    ),
    Mutant(
        "3: the guard", "mailcatch/relay/guard.py",
        "return next(filter(None, map(_special, _forms(dialled))), None)", "return None",
        (f"{SAFETY}test_what_dns_says_is_looked_at_before_it_is_dialled",),
    ),
    Mutant(
        "3: our own listeners", "mailcatch/relay/rules.py",
        "own = tuple([(each.host, each.port) for each in listeners])", "own: tuple[tuple[str, int], ...] = ()",
        (f"{SAFETY}test_we_are_never_our_own_next_server",),
    ),
    Mutant(
        "4: another port within allowed networks only", "mailcatch/relay/route.py",
        "return self.mx_port if self.guard.allows(address) else PORT", "return self.mx_port",
        (f"{SAFETY}test_another_port_only_within_networks_that_are_allowed",),
    ),
    Mutant(
        "4: no port in a request", "mailcatch/web/relay_shapes.py",
        "class Release(Struct, frozen=True, forbid_unknown_fields=True):", "class Release(Struct, frozen=True):",
        (f"{SAFETY}test_no_request_names_a_host_or_a_port",),
    ),
    Mutant(
        "5: Origin", "mailcatch/web/middleware.py", '"foreign-origin"', '"unknown-host"',
        (f"{SAFETY}test_no_other_site_releases",),
    ),
    Mutant(
        "5: per hour", "mailcatch/store/relay_jobs.py", "if hour >= caps.per_hour:", "if False:",
        (f"{SAFETY}test_what_is_beyond_a_limit_is_held",),
    ),
    Mutant(
        "5: per day", "mailcatch/store/relay_jobs.py", "if day >= caps.per_day:", "if False:",
        (f"{SAFETY}test_what_is_beyond_a_limit_is_held",),
    ),
    Mutant(
        "5: recipients", "mailcatch/relay/jobs.py",
        "    if len(recipients) > most:\n        raise", "    if False:\n        raise",
        (f"{SAFETY}test_what_is_beyond_a_limit_is_held",),
    ),
    Mutant(
        "5: what is held stays held", "mailcatch/store/relay_jobs.py", "    if not counted:\n        _let_go",
        "    if False:\n        _let_go", (f"{SAFETY}test_what_is_beyond_a_limit_is_held",),
    ),
    Mutant(
        "5: every release has an audit row", "mailcatch/store/relay_jobs.py",
        'audit(transaction, job.created_at, job.actor, "enqueue", {',
        '(lambda *said: None)(transaction, job.created_at, job.actor, "enqueue", {',
        ("tests/unit/store/test_relay_jobs.py::test_a_job_is_queued_for_each_recipient",),
    ),
    Mutant(
        "6: AUTH over verified TLS only", "mailcatch/relay/rules.py",
        'over_any_line=section.smarthost_tls != "verify"', "over_any_line=True",
        ("tests/unit/relay/test_rules.py::test_a_smart_host",),
    ),
    Mutant(
        "6: masked", "mailcatch/option.py", "        if self.secret:\n", "        if False:\n",
        ("tests/unit/cli/test_options.py::test_what_the_command_line_does_not_know",),
    ),
    Mutant(
        "8: the warning", "mailcatch/relay/control.py", "notice=NOTICE if first else None", "notice=None",
        (f"{SAFETY}test_whoever_sends_first_is_told",),
    ),
)  # fmt: skip
