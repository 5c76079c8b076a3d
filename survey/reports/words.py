"""The words of the documents, Chinese and English, and how the number of a record is written on paper."""

from __future__ import annotations

from survey.reports.content import certainty

_WORDS = {
    "report": ("后评估结果", "Results of the post-evaluation"),
    "number": ("核验编号", "Check number"),
    "record": ("计票记录", "Tally record"),
    "opened_by": ("开封人", "Opened by"),
    "overview": ("各组结果", "Teams"),
    "team": ("巡察组", "Team"),
    "unit": ("被巡察单位", "Unit"),
    "whole": ("合计", "Whole team"),
    "whole_only": ("答卷只按全组统计", "ballots are counted for the whole team only"),
    "participation": ("参评情况", "Participation"),
    "entitled": ("应参评（人）", "Entitled"),
    "printed": ("制发答题码（个）", "Codes printed"),
    "used": ("已用答题码（个）", "Codes used"),
    "counted": ("计入答卷（份）", "Ballots counted"),
    "void": ("废票（份）", "Void"),
    "return_rate": ("回收率（%）", "Return rate (%)"),
    "participation_rate": ("参评率（%）", "Participation (%)"),
    "participation_definition": (
        "回收率＝计入答卷÷制发答题码；参评率＝计入答卷÷应参评人数。废票不在计入之内。各单位只统计用码，不统计答卷。",
        "Return rate = ballots counted / codes printed. Participation = ballots counted / people entitled. Void ballots"
        " are not counted. Units have figures about codes only, never about ballots.",
    ),
    "result": ("总体结果", "Overall result"),
    "score": ("得分", "Score"),
    "total": ("总分", "Total score"),
    "grade": ("等次", "Grade"),
    "satisfaction_of_valid": ("满意率：占评价者（%）", "Satisfied, of those who rated (%)"),
    "satisfaction_of_entitled": ("满意率：占应参评者（%）", "Satisfied, of those entitled (%)"),
    "satisfaction_definition": (
        "两个满意率的分子相同，都是选了满意类选项的份数；分母一个是作出评价的份数（“不了解”和没填的不算），"
        "一个是应参评人数。",
        "Both rates count the same satisfied answers: once per ballot that gave a rating (not \"don't know\", not"
        " blank), once per person entitled.",
    ),
    "interval": ("满意率的95%区间（评价者，%）", "95% interval, of those who rated (%)"),
    "interval_definition": (
        "95%区间是威尔逊区间，只反映偶然的出入：答卷少，范围就宽。没有作答的人会怎样评价，从中看不出来。",
        "The 95% interval (Wilson) covers chance only: few answers make it wide. What those would have said who did not"
        " answer, it does not tell.",
    ),
    "interval_of_range": (
        "满意率只显示范围的，区间从低端的下限到高端的上限。",
        "Where the rate is shown as a range, the interval reaches from the lower limit of its lower end to the upper"
        " limit of its upper end.",
    ),
    "few_ballots": (
        certainty.NOTE,
        f"Where a team has fewer than {certainty.FEW} ballots, scores less than five points apart do not say that one"
        " is higher.",
    ),
    "headline": ("本轮以此为准", "the headline figure of this round"),
    "reference_only": ("仅供参考", "for reference only"),
    "dimensions": ("各维度得分", "Scores by dimension"),
    "dimension": ("维度", "Dimension"),
    "weight": ("权重", "Weight"),
    "score_definition": (
        "每题得分是作出评价者的平均分，“不了解”和没填的不算；维度得分是各题的平均；总分按权重加权。中间"
        "不取整，显示时四舍五入，各项合计可能与总数不等。",
        "An item's score is the mean of those who rated it, without \"don't know\" and blank; a dimension's score is"
        " the mean of its items; the total is weighted. Nothing is rounded on the way; what is shown is rounded half"
        " up and may not add up.",
    ),
    "items": ("各题选项分布", "Answers by item"),
    "item": ("题目", "Item"),
    "blank": ("未填", "Blank"),
    "distribution": ("分布（份）", "Distribution (ballots)"),
    "checklist": ("禁止事项反映情况（限阅）", "Reported prohibitions (restricted)"),
    "checklist_note": (
        "未经核实。反映是线索，不是结论，不计入得分。",
        "Unverified. A report is a lead, not a finding, and is not part of the score.",
    ),
    "pooled_checklist": ("人数较少的组合并统计（限阅）", "Small teams together (restricted)"),
    "bands_note": (
        "只显示范围：准确的合计会说明其中每个组的情况。",
        "Only ranges are shown: an exact sum would say something about each of these teams.",
    ),
    "texts": ("意见建议摘编", "Digest of the remarks"),
    "topic": ("主题", "Topic"),
    "sentence": ("意见建议（概括）", "Remark, paraphrased"),
    "similar": ("同类条数", "Similar remarks"),
    "texts_note": (
        "由两人分别审看后概括，不引用原话。",
        "Read and put into other words by two people; nobody is quoted.",
    ),
    "texts_under_review": (
        "意见建议正在由两人审看摘编，摘编完成前不列入报告。",
        "Two people are reading the remarks; until they are done the report shows none.",
    ),
    "no_texts": ("没有列入的意见建议。", "Nothing to show."),
    "role": ("参评人身份", "Respondents by role"),
    "withheld": ("人数较少，不单独显示", "Not shown: too few answers"),
    "why_withheld": ("没有显示的数字", "Figures not shown"),
    "notes": ("说明", "Notes"),
    "void_reasons": ("废票原因", "Void ballots, by reason"),
    "form": ("问卷", "Form"),
    "no_total": ("各组之间不加总。", "Teams are not added up."),
    "composite": ("综合得分", "Composite score"),
    "quality": ("质量得分（录入）", "Quality score (entered)"),
    "deductions": ("扣分", "Deductions"),
    "all": ("全部数字", "All figures"),
    "satisfaction": ("满意率", "Satisfaction"),
    "bad-enc": ("封口不成形", "seal malformed"),
    "not-decryptable": ("打不开", "does not open"),
    "bad-padding": ("填充不对", "padding wrong"),
    "not-utf8": ("不是文字", "not text"),
    "not-json": ("不是答卷格式", "not in the form of answers"),
    "wrong-form": ("结构不对", "wrong structure"),
    "unknown-item": ("有问卷以外的题", "answers an unknown item"),
    "unknown-option": ("有题目以外的选项", "chooses an unknown option"),
    "text-too-long": ("文字过长", "text too long"),
}  # fmt: skip


def words(language: str) -> dict[str, str]:
    """All words in "zh" or "en"."""
    return {key: pair[0 if language == "zh" else 1] for key, pair in _WORDS.items()}


def check_number(record: str) -> str:
    """核验编号: the first 16 hex digits of the record's hash in groups of four, as printed on every page."""
    return " ".join(record[start : start + 4].upper() for start in range(0, 16, 4))


def spaced(digest: str) -> str:
    """A SHA-256 in hexadecimal in groups of eight, so that it breaks between groups and can be compared by eye."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def check_mark(fingerprint: str) -> str:
    """核对码: a manifest's fingerprint in groups of four, alike on slip, notice and script."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def unbroken(mark: str) -> str:
    """The same for a paper, where nobody copies it: its spaces and hyphens do not end a line."""
    return mark.replace(" ", "\u00a0").replace("-", "\u2011")
