"""Why a figure is not shown: one plain sentence per reason, Chinese and English."""

from __future__ import annotations

_SENTENCES = {
    "fewer-than-minimum-group": (
        "计入的答卷少于{least}份。人数较少，不单独显示任何数字。",
        "Fewer than {least} ballots were counted. Not shown: too few answers.",
    ),
    "fewer-than-texts-minimum": (
        "计入的答卷少于{least}份，只显示总分、等次和满意率。",
        "Fewer than {least} ballots were counted; only total score, grade and satisfaction are shown.",
    ),
    "too-few-answers": (
        "作出评价的不足{least}人。人数较少，不单独显示。",
        "Fewer than {least} people gave a rating. Not shown: too few answers.",
    ),
    "protects-another-figure": (
        "显示这个数字，就能用减法算出另一个没有显示的数字。",
        "With this figure another one that is not shown could be found by subtraction.",
    ),
    "small-shown-as-range": (
        "人数较少，只显示范围，以免看出每个人怎样答。",
        "Only a range is shown: in so small a group the exact value could show how each person answered.",
    ),
    "shown-in-whole-points": (
        "其中有的题目作出评价的人很少，只显示在哪两个整数分之间，以免算出他们的回答。",
        "Few people rated some of its items: only the whole points around it are shown, so that nobody finds their"
        " answers.",
    ),
    "overlaps-another-round": (
        "“{least}”就同一个组问过几乎相同的人，两次结果相减，差的就是少数几个人的回答。",
        "“{least}” asked almost the same people about this team; the difference of both results would be the answers of"
        " a few.",
    ),
    "no-scored-answers": (
        "没有人作出评价（都选“不了解”或者没有填）。",
        'Nobody gave a rating (all chose "don\'t know" or left it blank).',
    ),
    "counted-exceeds-used": (
        "收到的答卷多于用过的答题码，这次结果不能使用。请查明原因后重新测评。",
        "More ballots were found than codes were used: this result must not be used. Find the cause and repeat.",
    ),
    "texts-erased": (
        "意见建议已由两人审看摘编，原文已经销毁。",
        "Two people wrote a digest of the remarks; the original words are erased.",
    ),
    "quality-not-entered": (
        "质量得分还没有录入，综合得分待定。",
        "The quality score is not entered yet.",
    ),
    "participation-too-low": (
        "参评率低于{least}，不评等次。",
        "Participation is below {least}: no grade is given.",
    ),
    "participation-low": (
        "参评率低于{least}，结果仅供参考。",
        "Participation is below {least}: the result is for reference only.",
    ),
    "counted-exceeds-entitled": (
        "计入的答卷多于应参评人数，请核对应参评人数和备用码的使用情况。",
        "More ballots were counted than people are entitled; check the headcount and the use of spare codes.",
    ),
}  # fmt: skip


def explain(reason: str, least: object = "") -> dict[str, str]:
    """{"zh", "en"}: the sentence for a reason; `least` is the number that it names."""
    zh, en = _SENTENCES[reason]
    return {"zh": zh.format(least=least), "en": en.format(least=least)}
