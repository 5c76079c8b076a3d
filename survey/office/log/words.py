"""The staff log in plain words: what each action and each result is called, in the language of the page.

Law: the log itself keeps the short codes, for its chain covers them and programs search them; words are added where a
person reads. A code without words is shown as it is: nothing that stands in the log is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey.domain.rounds import Round
from survey.office.refusals import REFUSALS

ACTIONS = {
    "abandon-round": _l("Gave a round up"),
    "add-account": _l("Made an account"),
    "add-passkey": _l("Added a passkey"),
    "approve-report": _l("Approved a report"),
    "archive-round": _l("Put a round into the archive"),
    "backup": _l("Made a backup"),
    "ceremony-message": _l("Took part in making the key"),
    "ceremony-objection": _l("Objected while the key was made"),
    "change-account": _l("Changed an account"),
    "change-imported": _l("Changed a draft from an imported file"),
    "change-password": _l("Changed the own password"),
    "change-questionnaire": _l("Changed a questionnaire"),
    "change-round": _l("Changed the draft of a round"),
    "check-import": _l("Checked a file for a new round"),
    "check-import-into": _l("Checked a file for a draft"),
    "choose-language": _l("Chose a language"),
    "choose-password": _l("Chose the first password"),
    "clear-rehearsal": _l("Cleared a rehearsal"),
    "close-round": _l("Closed a round"),
    "confirm-remark": _l("Confirmed decisions about remarks"),
    "copy-questionnaire": _l("Copied a questionnaire"),
    "count-round": _l("Opened the boxes and counted"),
    "create-round": _l("Made a round"),
    "decide-remark": _l("Decided about remarks"),
    "delete-questionnaire": _l("Deleted a draft of a questionnaire"),
    "delete-round": _l("Deleted the draft of a round"),
    "destroy-keys": _l("Destroyed the token keys"),
    "destroy-partials": _l("Destroyed the parts of the custodians"),
    "destroy-round": _l("Destroyed the sealed ballots"),
    "download-audit": _l("Fetched the audit package"),
    "download-boxes": _l("Fetched the list for the custodians"),
    "download-paper": _l("Fetched a paper of a round"),
    "download-report": _l("Fetched a report"),
    "edit-questionnaire": _l("Opened the editor of a questionnaire"),
    "edit-round": _l("Opened the draft of a round"),
    "end-other-sessions": _l("Ended the own other sessions"),
    "end-session": _l("Ended an own session"),
    "enter-paper": _l("Entered numbers of paper forms"),
    "enter-score": _l("Entered a quality score"),
    "export-audit": _l("Wrote the audit package"),
    "export-log": _l("Exported the staff log"),
    "export-questionnaire": _l("Exported a questionnaire"),
    "fetch-list": _l("Fetched the list as a custodian"),
    "freeze-round": _l("Froze a round"),
    "give-code": _l("Gave a one-time code"),
    "give-parts": _l("Handed in parts of custodians"),
    "give-passkey": _l("Signed in with a passkey"),
    "import-questionnaire": _l("Opened the import of a questionnaire"),
    "import-round": _l("Opened the import of a round"),
    "import-units": _l("Opened the import of units"),
    "invite-custodians": _l("Invited the custodians"),
    "issue-start-code": _l("Issued a start code"),
    "list-accounts": _l("Read the list of accounts"),
    "list-questionnaires": _l("Read the list of questionnaires"),
    "list-reports": _l("Read the list of reports"),
    "list-rounds": _l("Read the list of rounds"),
    "list-sessions": _l("Read the own sessions"),
    "log-in": _l("Signed in"),
    "log-out": _l("Signed out"),
    "make-imported": _l("Made a round from an imported file"),
    "make-keys-here": _l("Made the key on this server"),
    "make-round": _l("Made a round"),
    "migrate": _l("Moved the store to a newer version"),
    "new-round": _l("Opened the form of a new round"),
    "nothing-here": _l("Asked for an address that there is not"),
    "offer-passkey": _l("Began to add a passkey"),
    "offer-second-factor": _l("Began to set up one-time codes"),
    "open-round": _l("Opened a round for answers"),
    "partial-opening": _l("Handed in a part as a custodian"),
    "preview-questionnaire": _l("Read the preview of a questionnaire"),
    "print-codes": _l("Printed slips"),
    "print-slips": _l("Made and downloaded slips"),
    "rehearse-round": _l("Made a rehearsal"),
    "release-report": _l("Released a report to the teams"),
    "remove-passkey": _l("Took a passkey away"),
    "replace-custodian": _l("Replaced a custodian"),
    "restart-ceremony": _l("Began the making of the key again"),
    "restore": _l("Restored a backup"),
    "review-remarks": _l("Read the remarks"),
    "rotate-server-key": _l("Renewed the server key"),
    "round-template": _l("Fetched the template for Excel"),
    "save-questionnaire": _l("Saved a questionnaire"),
    "save-recusal": _l("Changed who is kept out"),
    "set-second-factor": _l("Set up one-time codes"),
    "share-test": _l("Tested a key share"),
    "show-account": _l("Read the own account"),
    "show-checklist": _l("Read the checklist"),
    "show-code": _l("Opened the page for the one-time code"),
    "show-log": _l("Read the staff log"),
    "show-login": _l("Opened the page for signing in"),
    "show-passkey": _l("Opened the page for the passkey"),
    "show-progress": _l("Asked how far a step is"),
    "show-questionnaire": _l("Read a questionnaire"),
    "show-recusal": _l("Read who is kept out"),
    "show-report": _l("Read a report"),
    "show-requests": _l("Read the counts of requests"),
    "show-round": _l("Read the page of a round"),
    "show-start": _l("Opened the page for the first sign-in"),
    "show-team-report": _l("Read the report of a team"),
    "show-trend": _l("Compared rounds"),
    "show-turnout": _l("Read the turnout"),
    "show-wall": _l("Showed the wall page"),
    "show-work": _l("Watched a long step"),
    "start-questionnaire": _l("Began a questionnaire"),
    "statement": _l("Signed the record of the opening"),
    "stay": _l("Stayed signed in while typing"),
    "store-failed": _l("The store failed"),
    "take-questionnaire": _l("Took a questionnaire from a file"),
    "take-statement": _l("Took a signed record"),
    "write-boxes": _l("Wrote the list for the custodians"),
}

STEPS = {  # what change-account did to an account
    "let-try": _l("lifted the lock after failures"),
    "lock": _l("locked"),
    "sessions": _l("ended the sessions"),
    "start-code": _l("gave out a start code"),
    "unlock": _l("unlocked"),
}
RESULTS = {
    "done": _l("done"),
    "refused": _l("refused"),
    "started": _l("started"),
    "failed": _l("failed"),
    "not found": _l("not found"),
    "wrong state": _l("not possible at this step"),
    "wrong": _l("wrong password"),
    "wrong code": _l("wrong code"),
    "incomplete": _l("incomplete"),
    "locked": _l("locked after five failures"),
    "locked account": _l("the account is locked"),
    "not confirmed": _l("the word was not typed"),
    "not imported": _l("not imported"),
    "not saved yet": _l("not saved yet"),
    "overtaken": _l("overtaken by somebody else"),
    "checked": _l("checked"),
    "stopped": _l("stopped"),
    "cut off": _l("broken off"),
    "start code": _l("with a start code"),
    "start code too old": _l("the start code is too old"),
    "second factor asked for": _l("second factor asked for"),
    "password first": _l("own password first"),
    "second-factor first": _l("second factor first"),
    "form token refused": _l("form refused"),
    "signed out after 20 idle minutes": _l("signed out after 20 idle minutes"),
    "join": _l("joined"),
    "commit": _l("has committed"),
    "reveal": _l("has revealed"),
    "deal": _l("has handed out shares"),
    "verify": _l("has checked"),
    "confirm": _l("has confirmed"),
}


def action_words(code: str) -> str:
    if code in ACTIONS:
        return str(ACTIONS[code])
    if code.startswith("report-"):
        return _("Wrote a report as a file")
    if code.startswith("paper-"):
        return _("Wrote a paper as a file")
    return code


def result_words(code: str) -> str:
    """Also of what a result counts, and of the kinds of refusals."""
    if code in RESULTS:
        return str(RESULTS[code])
    if found := re.fullmatch(r"(\d+) names", code):
        return _("%(count)s names", count=found.group(1))
    if found := re.fullmatch(r"failed (\d+)", code):
        return _("failed (%(code)s)", code=found.group(1))
    return str(REFUSALS.get(code, code))


def object_words(code: str, names: Mapping[str, str]) -> str:
    """A round or evaluation by its name, an account with what was done to it in words; anything else as it stands."""
    account, _colon, step = code.rpartition(": ")
    if step in STEPS:
        return account + _(": ") + str(STEPS[step])
    id_, slash, rest = code.partition("/")  # a file of a round
    return names[id_] + slash + rest if id_ in names else code


def names_of(rounds: Iterable[Round]) -> dict[str, str]:
    """Id of a round or an evaluation -> its name."""
    names = {}
    for round_ in rounds:
        names[round_.id] = round_.name
        names.update({one.id: f"{round_.name} · {one.team}" for one in round_.evaluations})
    return names


def object_called(text: str, names: Mapping[str, str]) -> str:
    """The id of what was asked for by its whole name; the text itself where nothing is called so."""
    return next((code for code, name in names.items() if name == text), text)


def actions_called(text: str, codes: list[str]) -> str:
    """The code of what was asked for by its code or its words; the text itself where nothing is called so."""
    plain = text.casefold()
    return next((code for code in codes if plain in (code, action_words(code).casefold())), text)
