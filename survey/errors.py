"""The family of errors that a person or a program is told about.

A SurveyError carries one clear sentence (what, where, what was expected), the HTTP status it becomes at the
door, and a stable problem type (RFC 9457) for programs. Anything that is not a SurveyError is a bug.

Law: a message never contains a code, a token, an address or an exact time.
"""

from __future__ import annotations

PROBLEM_PREFIX = "urn:survey:problem:"


class SurveyError(Exception):
    """Refused, with a reason that may be shown to whoever asked.

    status: the HTTP status; kind: the last part of the problem type, stable for programs;
    title_zh / title_en: the sentence for people on respondent pages. str(error) is the full sentence in English
    for the command line and the staff plane. why names the exact reason where a kind has several, and about holds the
    values in it: from these two the office says the same in the language of its page (office/reasons.py).
    """

    status = 400
    kind = "refused"
    title_zh = "请求没有被接受。"
    title_en = "The request was refused."

    def __init__(self, *sentence: str, why: str = "", **about: object) -> None:
        super().__init__(*sentence)
        self.why, self.about = why, about

    @property
    def problem_type(self) -> str:
        return PROBLEM_PREFIX + self.kind

    @property
    def detail(self) -> str:
        """The sentence as a stranger may read it in a problem document."""
        return str(self)


class InvalidInput(SurveyError):
    """Bytes or text that break their form: wrong length, wrong type, not canonical."""

    status = 422
    kind = "invalid-input"
    title_zh = "收到的数据格式不对。"
    title_en = "What was sent does not have the expected form."


class InvalidSpec(InvalidInput):
    """A round spec, questionnaire or share file with an error; the message names file, place and expectation."""

    kind = "invalid-spec"


class NotFound(SurveyError):
    status = 404
    kind = "not-found"
    title_zh = "没有找到。请核对网址。"
    title_en = "There is nothing at this address. Please check it."


class WrongState(SurveyError):
    """The round is not in the state that this step needs."""

    status = 409
    kind = "wrong-state"
    title_zh = "这一轮现在不能做这一步。"
    title_en = "The round is not at this step."


class NotCollecting(SurveyError):
    status = 403
    kind = "not-collecting"
    title_zh = "这项后评估现在没有开放，不能领取令牌，也不能投票。"
    title_en = "This evaluation is not open now."


class UnknownCode(SurveyError):
    status = 401
    kind = "unknown-code"
    title_zh = "答题码不对。请对照纸条再输一遍。"
    title_en = "This code is not known. Please compare it with the slip."


class TooManyWrongCodes(SurveyError):
    status = 429
    kind = "too-many-wrong-codes"
    title_zh = "错误的答题码太多。请过几分钟再试；正确的码不受影响。"
    title_en = "Too many wrong codes. Please wait a few minutes; correct codes still work."


class CodeAlreadyUsed(SurveyError):
    status = 409
    kind = "code-already-used"
    title_zh = "这个答题码已经在另一部手机或另一个页面上用过了。"
    title_en = "This code has already been used on another phone or page."


class MissingToken(SurveyError):
    status = 401
    kind = "missing-token"
    title_zh = "没有带上匿名令牌。"
    title_en = "The token is missing."


class InvalidToken(SurveyError):
    status = 401
    kind = "invalid-token"
    title_zh = "匿名令牌对这项后评估无效。"
    title_en = "The token is not valid for this evaluation."


class TokenAlreadySpent(SurveyError):
    status = 409
    kind = "token-already-spent"
    title_zh = "这个令牌已经投过另一份答卷。先投的那一份有效。"
    title_en = "This token has already cast another ballot. The first one counts."


class WrongLength(InvalidInput):
    kind = "wrong-length"


class WrongMediaType(InvalidInput):
    kind = "wrong-media-type"


class TooLarge(SurveyError):
    status = 413
    kind = "too-large"
    title_zh = "发来的内容太大。"
    title_en = "What was sent is too large."


class StoreUnavailable(SurveyError):
    """Nothing was recorded; the same request may be sent again."""

    status = 503
    kind = "store-unavailable"
    title_zh = "暂时存不下，什么也没有记录。请稍后再试一次。"
    title_en = "It could not be stored; nothing was recorded. Please try again shortly."


class NotYet(SurveyError):
    """Asked for something that exists only after closing or opening."""

    status = 403
    kind = "not-yet"
    title_zh = "截止以后才能查看。"
    title_en = "This is available only after closing."


class WrongPartial(SurveyError):
    """A partial opening that does not check; the message names the custodian."""

    status = 409
    kind = "wrong-partial"


class TooFewShares(SurveyError):
    status = 409
    kind = "too-few-shares"


class SettingsError(SurveyError):
    """A missing or bad setting; found at start, not on the first request."""

    status = 500
    kind = "bad-settings"

    @property
    def detail(self) -> str:
        """Without the file or folder that the full sentence names: that is for whoever runs the server."""
        return "The server is not set up for this."


class KeyAway(SettingsError):
    """The server key is not where it should be; what it locks stays locked until it is put there."""

    kind = "key-away"
