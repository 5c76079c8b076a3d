"""Sentences that follow from the figures, for the text of a report: what is high, what is low, what to do next.

Law: each sentence is made from disclosed figures and says no more than they do; a withheld one is never guessed at.
Which item is low is decided by answers that are not positive before it is decided by means, because means lie close
together between 90 and 100 and look alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from survey.reports.content import certainty
from survey.reports.content.table_notes import score_cell
from survey.reports.words import check_number

Report = Mapping[str, Any]
Team = Mapping[str, Any]
_WORST = 3  # items named per team
# Why a team has no grade, for a sentence; every other reason withholds it for the sake of those who answered.
_UNGRADED = {
    "participation-too-low": "因参评率过低",
    "fewer-than-minimum-group": "因有效答卷太少",
    "too-few-answers": "因作出评价的人太少",
    "no-scored-answers": "因没有人作出评价",
    "counted-exceeds-used": "因收到的答卷多于用过的答题码，结果不能使用",
}


def basics(report: Report) -> list[str]:
    """一、基本情况: who was asked, how many answered, how the boxes were opened."""
    teams = report["evaluations"]
    total = {
        key: sum(team[key] for team in teams) for key in ("entitled", "printed", "used", "collected", "counted", "void")
    }
    units = sum(len(team["units"]) for team in teams)
    names = "、".join(custodian["name"] for custodian in report["custodians_opened"])
    void = f"作废{total['void']}份（原因见附表1）" if total["void"] else "没有作废答卷"
    return [
        f"本轮对{len(teams)}个巡察组开展作风纪律后评估，由{units}个被巡察单位的参评人以无记名方式作答。应参评"
        f"{total['entitled']}人，制发答题码{total['printed']}个（含备用码），使用{total['used']}个；收回答卷"
        f"{total['collected']}份，其中有效{total['counted']}份，{void}。各组情况见附表1。",
        f"答卷在作答的设备上加密后投出，由{names}共同开封，全部票箱同时计票一次。开封清单的摘要值为"
        f"{check_number(report['boxes_digest'])}（前16位），应与截止时公布的一致。本报告所有数字出自同一份计票记录，"
        "每页的核验编号即该记录的摘要值前16位。",
        f"有效答卷不足{report['minimum_group']}份的组不显示任何结果，不足{report['texts_minimum']}份的组只显示总分、"
        "等次和满意率。没有显示的数字在表中以“—”表示，只显示范围的以“～”表示，原因在表内或者表下说明。",
    ]


def results(report: Report) -> list[str]:
    """二、测评结果, in words: grades, satisfaction, what carries no grade."""
    teams = report["evaluations"]
    said = []
    for band in report["questionnaire"]["bands"]:
        of_band = [team for team in teams if team["grade_code"] == band["code"]]
        if of_band:
            named = "、".join(_graded(team) for team in of_band)
            said.append(f"等次为“{band['zh']}”的{len(of_band)}个：{named}。")
    without = [team["team"] for team in teams if team["grade"] is None]
    if without:
        said.append(f"没有等次的{len(without)}个：{'、'.join(without)}，原因见附表2。")
    return ["".join(said)] if said else []


def _graded(team: Team) -> str:
    score = f"{shown}分" if (shown := score_cell(team)) is not None else "总分不显示"
    reference = "，仅供参考" if team["reference_only"] else ""
    return f"{team['team']}（{score}，有效答卷{team['counted']}份{reference}）"


def features(report: Report, team: Team) -> list[str]:
    """三、主要特点和问题, one paragraph per team."""
    if all(score_cell(dimension) is None for dimension in team["dimensions"]):
        why = next((e["zh"] for e in team["suppressed"] if e["what"] in ("all", "dimensions", "score")), "")
        return [f"有效答卷{team['counted']}份，不分维度和题目显示。{why}"]
    said = [f"有效答卷{team['counted']}份。", _dimensions(team)]
    worst = weak_items(report, team)
    if worst:
        listed = "；".join(
            f"{item['code']}“{item['zh'].rstrip('。')}”{count}（{item['score']}分）" for item, count in worst
        )
        said.append(f"选满意类以外选项的，以这些题目为多：{listed}。")
    elif any(item["counts"] is not None for item in team["items"]):
        said.append("能够显示的题目，作出评价的都选了满意类选项。")
    return ["".join(said)]


def _dimensions(team: Team) -> str:
    """The highest and the lowest dimension where they can be told apart; where not, between what they lie."""
    scored = [d for d in team["dimensions"] if d["score"] is not None]
    rest = len(team["dimensions"]) - len(scored)
    aside = f"另有{rest}个维度没有显示得分或者只显示范围，不作比较。" if rest else ""
    if not scored:
        return "各维度没有显示得分或者只显示范围，不作比较。"
    if len(scored) == 1:
        return f"只有“{scored[0]['zh']}”显示得分，为{scored[0]['score']}分。{aside}"
    highest, lowest = _ends(scored)
    if highest == lowest:
        return f"{'显示得分的' if rest else ''}{len(scored)}个维度得分均为{highest}分。{aside}"
    if Fraction(highest) - Fraction(lowest) < certainty.gap(team):
        whose = f"显示得分的{len(scored)}个维度" if rest else "各维度"
        return f"{whose}得分接近，都在{lowest}至{highest}分之间，不宜说有高低。{aside}"
    return f"得分较高的维度是{_of(scored, highest)}，较低的是{_of(scored, lowest)}。{aside}"


def weak_items(report: Report, team: Team) -> list[tuple[Mapping[str, Any], str]]:
    """Up to three shown items with the most answers that are scored and not positive: (item, "一般6份、差2份")."""
    scales = report["questionnaire"]["scales"]
    found = []
    for item in team["items"]:
        if item["counts"] is None or item["score"] is None:
            continue
        weak = [o for o in scales[item["scale"]] if o["score"] is not None and not o["positive"]]
        n = sum(item["counts"][option["code"]] for option in weak)
        if n:
            listed = "、".join(f"{o['zh']}{item['counts'][o['code']]}份" for o in weak if item["counts"][o["code"]])
            found.append((n, Fraction(item["score"]), item, listed))
    found.sort(key=lambda entry: (-entry[0], entry[1], entry[2]["code"]))
    return [(item, listed) for _, _, item, listed in found[:_WORST]]


def _of(dimensions: list[Mapping[str, Any]], score: str) -> str:
    """All dimensions with this score: "“工作作风”（98.68分）"."""
    return f"{_names(dimensions, score)}（{score}分）"


def _ends(scored: list[Mapping[str, Any]]) -> tuple[str, str]:
    """The highest and the lowest score."""
    scores = sorted((d["score"] for d in scored), key=Fraction)
    return scores[-1], scores[0]


def _names(dimensions: list[Mapping[str, Any]], score: str) -> str:
    return "、".join(f"“{d['zh']}”" for d in dimensions if d["score"] == score)


def proposals(report: Report) -> list[str]:
    """五、下一步建议: what the rules of the round call for; the office completes it."""
    teams = report["evaluations"]
    said = ["将测评结果向各巡察组反馈（组反馈单另附），对得分较低的题目由组长组织对照检查。"]
    line = report["questionnaire"]["reminder_line"]
    if line is not None:
        # A team without a grade, as where too few took part, is not called in for a score that counts for nothing.
        graded = [team for team in teams if team["grade"] is not None and team["score"] is not None]
        below = [team["team"] for team in graded if Fraction(team["score"]) < Fraction(line)]
        if below:
            said.append(f"{'、'.join(below)}总分低于提醒线{line}分，建议按规定提醒谈话。")
    if any(entry["reason"] == "participation-too-low" for team in teams for entry in team["suppressed"]):
        said.append("参评率过低的组，查明组织发动方面的原因，今后改进。")
    if report["questionnaire"]["checklist"]:
        said.append("禁止事项反映情况另行限阅，未经核实的不作为评价依据，需要核实的按程序办理。")
    if report["questionnaire"]["open_questions"]:
        said.append("对意见建议逐条研究，能改的即改，并适时公布“听到什么、改了什么”。")
    return said


def appraisal(report: Report, team: Team) -> str:
    """鉴定参考语: one or two sentences about the team for a member's 鉴定; no figure by unit, no rank."""
    if team["grade"] is None:
        why = next((e["reason"] for e in team["suppressed"] if e["what"] in ("all", "grade")), "")
        because = _UNGRADED.get(why, "为了不显示个人的回答")
        return f"该同志所在的{team['team']}接受了作风纪律后评估，{because}，不评等次，本项不作评价。"
    reference = "（参评率偏低，仅供参考）" if team["reference_only"] else ""
    return (
        f"该同志所在的{team['team']}作风纪律后评估等次为“{team['grade']}”{reference}{_praise(report, team)}。"
        "以上为对全组的评价，不代表对个人的评价。"
    )


def _praise(report: Report, team: Team) -> str:
    """The best dimensions by name, where they stand out from the others and are good by the bands of the form."""
    scored = [d for d in team["dimensions"] if d["score"] is not None]
    if not scored:
        return ""
    highest, lowest = _ends(scored)
    bands = report["questionnaire"]["bands"]
    good = next((band["min"] for band in bands if band["zh"] == "良好"), bands[0]["min"])
    if Fraction(highest) < Fraction(good) or Fraction(highest) - Fraction(lowest) < certainty.gap(team):
        return ""
    return f"，其中{_names(scored, highest)}得到的评价相对较高"
