"""Words of the office pages that come from the domain's values: states and roles, as people say them."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from survey.domain import staff
from survey.domain.rounds import State

STATES: dict[State, LazyString] = {
    State.DRAFT: _l("Draft"),
    State.FROZEN: _l("Frozen"),
    State.PRINTED: _l("Codes printed"),
    State.OPEN: _l("Open"),
    State.CLOSED: _l("Closed"),
    State.OPENED: _l("Opened"),
    State.REPORTED: _l("Reported"),
    State.ARCHIVED: _l("Archived"),
    State.DESTROYED: _l("Destroyed"),
}

# What a state means, in one line under the state line.
MEANINGS: dict[State, LazyString] = {
    State.DRAFT: _l("Teams, units and questionnaire can still change. Nobody has a code yet."),
    State.FROZEN: _l("Questionnaire, weights and minimum sizes can no longer change. No code is printed yet."),
    State.PRINTED: _l("The slips exist. Nobody can answer yet."),
    State.OPEN: _l("People can answer now. Nobody can read an answer, the office included."),
    State.CLOSED: _l("No ballot is taken any more. The boxes are sealed; the custodians have not opened them yet."),
    State.OPENED: _l("The custodians opened the boxes together and the ballots are counted. The result is fixed."),
    State.REPORTED: _l("The report is approved."),
    State.ARCHIVED: _l("The results are in the archive. Keys and ballots still exist until they are destroyed."),
    State.DESTROYED: _l("Keys and ballots are destroyed. Only the results remain."),
}

ROLES: dict[str, LazyString] = {
    staff.OFFICE: _l("Inspection office"),
    staff.CUSTODIAN: _l("Custodian"),
    staff.READER: _l("Report reader"),
    staff.AUDITOR: _l("Auditor"),
    staff.SYSTEM_ADMIN: _l("System administrator"),
    staff.SECURITY_ADMIN: _l("Security administrator"),
}

DUTIES: dict[str, tuple[LazyString, LazyString]] = {  # role -> (what it does here, what it never can)
    staff.OFFICE: (
        _l("You prepare rounds, print slips, watch turnout, close rounds and read reports."),
        _l("You cannot open a ballot box alone, see one person's answers, or see who answered."),
    ),
    staff.CUSTODIAN: (
        _l("You keep a share of the opening key and lend it to the opening, on your own computer: “%(command)s”."),
        _l("You cannot open a ballot box with fewer custodians than the round requires."),
    ),
    staff.READER: (
        _l("You read the reports of rounds that have been opened."),
        _l("You cannot see single ballots, turnout of open rounds, or the restricted checklist."),
    ),
    staff.AUDITOR: (
        _l("You read the staff log, and check published audit packages without network or account: “%(command)s”."),
        _l("You cannot see or change anything of a round."),
    ),
    staff.SYSTEM_ADMIN: (
        _l("You install, back up and restore: “%(command)s”."),
        _l("You cannot see or change anything of a round."),
    ),
    staff.SECURITY_ADMIN: (
        _l("You manage accounts and read the staff log."),
        _l("You cannot see or change anything of a round."),
    ),
}

COMMANDS = {
    staff.CUSTODIAN: "survey custodian open --share FILE --boxes FILE --out PART",
    staff.AUDITOR: "survey audit verify ZIP",
    staff.SYSTEM_ADMIN: "survey backup FILE",
}


# What a request of a phone was refused for; others stand with the name that programs use.
_KINDS: dict[str, LazyString] = {
    "unknown-code": _l("Unknown code"),
    "code-already-used": _l("Code used before"),
    "too-many-wrong-codes": _l("Too many wrong codes"),
    "not-collecting": _l("Not open"),
    "not-found": _l("No such address"),
    "store-unavailable": _l("The store failed"),
}


def kind_words(kind: str) -> str:
    return str(_KINDS.get(kind, kind))


def role_words(role: str) -> str:
    return str(ROLES.get(role, role))


def state_words(state: State | str) -> str:
    return str(STATES[State(state)])
