"""What is said when a step is refused: one sentence for each kind of refusal, in the language of the page.

The exact reason, with its values, is added by reasons.py.
"""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey.errors import WrongState


class OfficeRefusal(WrongState):
    """A step that the pages refuse; reason: a key of REFUSALS."""

    def __init__(self, reason: str, **about: object) -> None:
        super().__init__(reason, **about)
        self.kind = reason


REFUSALS = {
    "refused": _l("What was sent is not what this page takes. Nothing was changed."),
    "invalid-input": _l("What was typed or sent does not have the expected form. Nothing was changed."),
    "not-found": _l("There is nothing at this address"),
    "not-yet": _l("The round has not come to this step."),
    "same-person": _l("You proposed this decision yourself. Another person confirms it."),
    "bad-settings": _l("The server is not set up for this. Please tell the system administrator."),
    "key-away": _l(
        "The key of this server is not in its place: what it locks stays locked. Please tell the system administrator."
    ),
    "remarks-decided": _l("The report is approved; its remarks are decided."),
    "busy": _l("Another long step of this round is under way. Please wait until it has ended."),
    "making-key": _l(
        "The custodians are making the key of this round right now. Until they are done nothing can change."
    ),
    "rehearsal": _l("This is a rehearsal: a copy of its draft. Clear it, change the draft itself, and rehearse again."),
    "no-rehearsal": _l("This is no rehearsal. What is real is never cleared."),
    "rehearsed": _l("This round has a rehearsal already. Clear it first."),
    "not-confirmed": _l("Nothing was done: the word of confirmation is missing, or is another."),
    "no-file": _l("Please choose a file first."),
    "interrupted": _l("The step was interrupted before it ended. Nothing was changed; please start it again."),
    "cut-off": _l(
        "The download was broken off. Everything is as before: none of its codes count, so a part of the file is worth "
        "nothing. Delete it and start the download again."
    ),
    "cut-off-late": _l(
        "The download was broken off when its codes counted already: slips printed before are void, and the file is "
        "not whole. Print the slips again."
    ),
    "wrong-state": _l("The round is not at this step any more. Perhaps somebody else has done it meanwhile."),
    "wrong-partial": _l("A part from a custodian does not check. Nothing was counted."),
    "too-few-shares": _l("There are not enough parts from custodians yet. Nothing was counted."),
    "invalid-spec": _l("The file is not what was expected here."),
    "missing-glyph": _l(
        "A text cannot be printed: a character is in none of the installed fonts. Nothing was printed."
    ),
    "order-remains": _l(
        "The step is done and everything is stored, but the data file could not be put in order yet: it may still show "
        "what was erased. The system administrator runs “survey tidy” when nobody is reading."
    ),
    "store-unavailable": _l("The store failed; nothing was recorded. Please try again, and tell the administrator."),
    "too-large": _l("What was sent is too large."),
    "wrong-password": _l("The password is wrong. Nothing was changed."),
    "not-the-same": _l("The two new passwords are not the same. Nothing was changed."),
    "wrong-passkey": _l("The passkey's answer did not fit, or came too late. Please try again."),
    "many-passkeys": _l("This account has twenty passkeys already. Take one away first."),
    "last-factor": _l("This is your last second factor, and your role needs one. Add another one first."),
    "same-password": _l("Please choose another password than the one you were given."),
    "too-many-tries": _l("There were five wrong passwords. For 15 minutes nothing can be changed here."),
    "no-https": _l(
        "Passkeys work only where these pages are reached over https://. Here they are not; the system administrator "
        "can change that."
    ),
    "no-name": _l(
        "Passkeys need an address with a name, such as https://pinggu.example.cn. Here it is a number; the system "
        "administrator can change that."
    ),
    "recused": _l(
        "Your name is on the list of those who are kept out of this round, because their team is evaluated in it. "
        "You have no role in it; a colleague does its work."
    ),
    "custodian-recused": _l(
        "A custodian of this round is kept out of it, because their team is evaluated in it. Change the custodians "
        "first."
    ),
    "account-recused": _l(
        "The office keeps this person out of a round that is not over, because their team is evaluated in it."
    ),
    "wrong-code": _l("The code does not fit. Please wait for the next one, and check the clock of the phone."),
    "own-account": _l("This is your own account. Another security administrator does this for you."),
    "account-name": _l("An account name has 1 to 60 printable characters."),
    "account-role": _l("Please choose a role."),
    "overtaken": _l(
        "Somebody else has changed or deleted this draft meanwhile, or made it ready. Nothing was changed."
    ),
    "is-known": _l("The library has this version of the questionnaire already."),
    "questionnaire-name": _l("A name has 1 to 60 printable characters. Nothing was changed."),
    "account-taken": _l("There is an account of this name already. One person has one account with one role."),
    "account-leader": _l(
        "This is the name of a leader of an evaluated team. Nobody of an evaluated team gets a role in that round."
    ),
    "weak-password": _l(
        "A password has at least 10 characters and does not hold the account name. Nothing was changed."
    ),
    "guessable-password": _l(
        "This password is among the first that are guessed: a row of keys or digits, a favourite word, a date, a "
        "repetition. Put several words together that have nothing to do with each other."
    ),
    "failed": _l("Something went wrong that should not. Nothing was changed; the administrator finds it in the log."),
}


def refuse(sentence: str) -> None:
    """The next page says it as a refusal; flash() says what was done."""
    flash(sentence, "refused")


def of_refusal(kind: str) -> str:
    return str(REFUSALS.get(kind, _("This could not be done")))
