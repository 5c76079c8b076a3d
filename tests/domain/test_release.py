"""Review by two people, approval, release: the order of steps, and what nobody can do alone."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from fractions import Fraction

import pytest

from survey.domain.questionnaire import Questionnaire, default_questionnaire, parse_questionnaire
from survey.domain.results import release
from survey.domain.results.composite import Entered
from survey.domain.results.release import Stage
from survey.domain.results.review import Decision, Review, SamePerson, repeats
from survey.domain.results.tally import canonical_json, record_hash
from survey.domain.rounds import Evaluation, Rehearsal, Round, State, Unit
from survey.domain.scoring import half_up
from survey.errors import InvalidInput, NotFound, NotYet, SurveyError, WrongState
from tests.domain.results import full, record
from tests.fake_reports import MemoryReports
from tests.fakes import MemoryRegistry

WORDS = "后勤处的王处长说话太冲"


class Desk:
    """A round with two teams (12 ballots with two remarks, 7 with one) and its stores."""

    def __init__(self, questionnaire: Questionnaire | None = None) -> None:
        form = questionnaire or default_questionnaire()
        large = [full("AB"[i % 2], **({"C_1": WORDS if i else "会前多沟通"} if i < 2 else {})) for i in range(12)]
        small = [full("AB"[i % 2], **({"C_1": "小组的话"} if not i else {})) for i in range(7)]
        self.registry = MemoryRegistry()
        self.store = MemoryReports(self.registry)
        self.round = Round(
            id="round",
            name="第一轮",
            state=State.OPENED,
            questionnaire=form,
            evaluations=tuple(Evaluation(e, e, (Unit(f"u{e}", "后勤处", 12),)) for e in ("e1", "e2")),
            custodians=(),
        )
        self.registry.add_round(self.round)
        self.registry.records["round"] = record(large, small, questionnaire=form)

    def places(self) -> dict[str, tuple[str, str, int]]:
        return {r.text: r.place for r in release.readable(self.registry, self.store, self.round)}

    def decide(self, text: str, decision: Decision, account: str = "one") -> None:
        release.decide(self.registry, self.store, self.round, self.places()[text], decision, account)

    def agree(self, text: str, account: str = "two") -> None:
        release.agree(self.registry, self.store, self.round, self.places()[text], account)

    def review(self) -> None:
        self.decide(WORDS, Decision("paraphrase", "态度", "个别同志态度生硬"))
        self.decide("会前多沟通", Decision("paraphrase", "沟通", "希望事先沟通"))
        self.agree(WORDS)
        self.agree("会前多沟通")

    def approve(self) -> None:
        self.round = release.approve(self.registry, self.store, self.round)

    def release(self) -> None:
        release.release(self.registry, self.store, self.round)

    def results(self) -> dict:
        return release.results(self.registry, self.store, self.round)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_trend_holds_what_was_approved_before_and_never_changes_later() -> None:
    """Two rounds on one store: the first approved has itself alone, the second both, whatever comes after."""
    first, second = Desk(), Desk()
    second.store = first.store
    second.registry = first.store.registry = first.registry
    second.round = replace(second.round, id="second", name="第二轮")
    second.registry.add_round(second.round)
    changed = json.loads(first.registry.records["round"])
    second.registry.records["second"] = canonical_json({**changed, "round": "second", "name": "第二轮"})
    assert [point["name"] for point in second.results()["trend"]] == ["第二轮"]
    for desk in (first, second):
        desk.review()
        desk.approve()
    assert [point["round_id"] for point in first.results()["trend"]] == ["round"]
    assert [point["round_id"] for point in second.results()["trend"]] == ["round", "second"]
    assert [point.round_id for point in release.approved_points(first.store)] == ["round", "second"]
    shown = second.results()["evaluations"]
    assert second.results()["trend"][1]["total"] == half_up(sum(Fraction(t["score"]) for t in shown) / 2, 2)


def test_a_rehearsal_is_in_no_trend(desk: Desk) -> None:
    desk.round = replace(desk.round, rehearsal=Rehearsal("draft", ()))
    desk.registry.rounds["round"] = desk.round
    desk.review()
    desk.approve()
    assert release.approved_points(desk.store) == []


def test_counts_of_paper_forms_are_entered_taken_back_and_fixed_with_the_approval(desk: Desk) -> None:
    def enter(**counts: int | None) -> None:
        release.enter_paper(desk.registry, desk.store, desk.round, counts)

    assert [team["paper"] for team in desk.results()["evaluations"]] == [None, None]
    enter(e1=3, e2=0)
    enter(e2=None)
    assert [team["paper"] for team in desk.results()["evaluations"]] == [3, None]
    with pytest.raises(InvalidInput, match="e2: 8 paper forms; expected 0 to 7"):
        enter(e2=8)
    desk.review()
    desk.approve()
    with pytest.raises(WrongState):
        enter(e1=4)
    assert desk.results()["evaluations"][0]["paper"] == 3


def test_only_remarks_of_teams_whose_texts_may_be_shown_are_read(desk: Desk) -> None:
    assert set(desk.places()) == {WORDS, "会前多沟通"}


def test_the_person_who_proposed_cannot_confirm(desk: Desk) -> None:
    desk.decide(WORDS, Decision("withhold"))
    with pytest.raises(SamePerson, match="one proposed this decision"):
        desk.agree(WORDS, "one")


def test_who_changes_a_proposal_becomes_its_proposer_and_needs_another(desk: Desk) -> None:
    desk.decide(WORDS, Decision("withhold"), "one")
    desk.decide(WORDS, Decision("paraphrase", "态度", "态度生硬"), "two")
    with pytest.raises(SamePerson):
        desk.agree(WORDS, "two")
    desk.agree(WORDS, "one")
    review = desk.store.reviews("round")[desk.places()[WORDS]]
    assert (review.decision.kind, review.proposed_by, review.confirmed_by) == ("paraphrase", "two", "one")


def test_nothing_is_confirmed_that_nobody_proposed(desk: Desk) -> None:
    with pytest.raises(NotYet, match="Nothing is proposed"):
        desk.agree(WORDS)


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("burn"), "decision is 'burn'"),
        (Decision("keep"), "topic has 0 characters"),
        (Decision("keep", "x" * 21), "topic has 21 characters"),
        (Decision("keep", "态度"), "paraphrase has 0 characters"),
        (Decision("keep", "态度", WORDS), "repeats the remark"),
        (Decision("paraphrase", "态度"), "paraphrase has 0 characters"),
        (Decision("paraphrase", "态度", "x" * 201), "paraphrase has 201 characters"),
        (Decision("paraphrase", "态度", "后勤处的王处长，说话太冲。"), "repeats the remark"),
        (Decision("paraphrase", "态度", f"有人说{WORDS}"), "repeats the remark"),
    ],
)
def test_a_decision_that_is_not_whole_is_refused(desk: Desk, decision: Decision, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        desk.decide(WORDS, decision)


def test_a_remark_there_is_not_is_not_decided(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no such remark"):
        release.decide(desk.registry, desk.store, desk.round, ("e2", "C-1", 0), Decision("withhold"), "one")


def test_a_report_is_not_approved_while_a_remark_is_undecided(desk: Desk) -> None:
    desk.decide(WORDS, Decision("withhold"))
    desk.agree(WORDS)
    with pytest.raises(NotYet, match="1 of 2 remarks"):
        desk.approve()
    assert desk.registry.rounds["round"].state is State.OPENED


def test_approval_puts_the_digest_in_the_place_of_the_remarks(desk: Desk) -> None:
    desk.review()
    desk.approve()
    shown = desk.results()
    assert (shown["stage"], desk.round.state) == ("approved", State.REPORTED)
    assert shown["evaluations"][0]["digest"]["C-1"] == [
        {"topic": "态度", "sentence": "个别同志态度生硬", "count": 1},
        {"topic": "沟通", "sentence": "希望事先沟通", "count": 1},
    ]
    assert sorted(shown["evaluations"][0]["texts"]["C-1"]) == ["个别同志态度生硬", "希望事先沟通"]
    assert shown["evaluations"][1]["texts"] == {"C-1": None, "C-2": None}
    assert not any(words in json.dumps(shown, ensure_ascii=False) for words in (WORDS, "会前多沟通"))


def test_the_leading_group_reads_the_digest_that_it_approves(desk: Desk) -> None:
    desk.decide(WORDS, Decision("paraphrase", "态度", "个别同志态度生硬"))
    desk.agree(WORDS)
    assert "digest" not in desk.results()["evaluations"][0]
    desk.review()
    draft = desk.results()
    assert WORDS not in json.dumps(draft, ensure_ascii=False)
    desk.approve()
    assert {**desk.results(), "stage": "draft"} == draft


def test_a_kept_remark_counts_with_the_sentence_of_its_group(desk: Desk) -> None:
    desk.review()
    desk.decide("会前多沟通", Decision("keep", "态度", "个别同志态度生硬"))
    desk.agree("会前多沟通")
    desk.approve()
    entry = {"topic": "态度", "sentence": "个别同志态度生硬", "count": 2}
    assert desk.results()["evaluations"][0]["digest"]["C-1"] == [entry]


@pytest.mark.parametrize("old", [Decision("keep", "沟通"), Decision("paraphrase", "沟通", "希望会前多沟通")])
def test_a_decision_of_earlier_that_would_print_the_remark_waits_to_be_decided_again(desk: Desk, old: Decision) -> None:
    desk.review()
    place = desk.places()["会前多沟通"]
    for confirmed_by in ("two", None):
        desk.store.decided["round"][place] = Review(old, "one", confirmed_by)
        with pytest.raises(NotYet, match="1 of 2 remarks"):
            desk.approve()
        with pytest.raises(NotYet, match="Nothing is proposed"):
            desk.agree("会前多沟通", "two")
    desk.decide("会前多沟通", Decision("paraphrase", "沟通", "希望事先沟通"))
    desk.agree("会前多沟通")
    desk.approve()


def test_nobody_confirms_what_was_changed_after_they_read_it(desk: Desk) -> None:
    place = desk.places()[WORDS]
    desk.decide(WORDS, Decision("withhold"))
    seen = desk.store.reviews("round")
    desk.decide(WORDS, Decision("paraphrase", "态度", "态度生硬"))
    refused = release.change_reviews(desk.registry, desk.store, desk.round, {place: None}, "two", seen)
    assert isinstance(refused[place], WrongState)
    assert desk.store.reviews("round")[place].confirmed_by is None


@pytest.mark.parametrize(
    ("sentence", "original", "is_repeated"),
    [
        ("好", "好", True),
        ("总的评价好", "好", False),
        ("对巡察组态度好评", "态度好", False),
        ("希望会前 多沟通。", "会前多沟通", True),
        ("谈话宜提早通知", "谈话时间可以再提前一天通知", False),
        ("建议谈话时间可以再提前一天", "谈话时间可以再提前一天通知", False),  # eleven in a row
        ("建议谈话时间可以再提前一天通", "谈话时间可以再提前一天通知", True),  # twelve
        ("Tell us about recommendations earlier", "Recommendations came late", False),
    ],
)
def test_what_a_paraphrase_may_have_in_common_with_the_remark(sentence: str, original: str, is_repeated: bool) -> None:
    assert repeats(sentence, original) is is_repeated


def test_release_erases_every_remark_and_review_and_keeps_the_records_name(desk: Desk) -> None:
    name = record_hash(desk.registry.records["round"])
    desk.review()
    desk.approve()
    before = desk.results()
    desk.release()
    stored = desk.registry.records["round"].decode()
    assert WORDS not in stored
    assert "会前多沟通" not in stored
    assert "小组的话" not in stored  # nobody ever read it
    assert record_hash(stored.encode()) == name
    assert desk.store.reviews("round") == {}
    after = desk.results()
    assert {**after, "stage": before["stage"]} == before


def test_release_needs_approval_and_comes_once_to_the_same_end(desk: Desk) -> None:
    with pytest.raises(WrongState, match="needs it to be reported"):
        desk.release()
    desk.review()
    desk.approve()
    desk.release()
    desk.release()
    assert desk.store.drafts["round"].stage is Stage.RELEASED


def test_after_approval_nothing_is_decided_or_entered_any_more(desk: Desk) -> None:
    desk.review()
    place = desk.places()[WORDS]
    desk.approve()
    with pytest.raises(WrongState, match="needs it to be opened"):
        release.decide(desk.registry, desk.store, desk.round, place, Decision("withhold"), "one")
    with pytest.raises(WrongState, match="needs it to be opened"):
        release.enter(desk.registry, desk.store, desk.round, "e1", Entered(Fraction(90)))


def test_a_report_from_a_changed_record_is_refused(desk: Desk) -> None:
    """Two results of one survey, subtracted, would show what changed between them: single answers."""
    desk.review()
    desk.approve()
    document = json.loads(desk.registry.records["round"])
    counts = document["evaluations"][0]["overall"]
    counts.update(A=counts["A"] - 1, B=counts["B"] + 1)
    desk.registry.records["round"] = canonical_json(document)
    with pytest.raises(WrongState, match="second report from a changed record is refused"):
        desk.results()


def composite() -> Questionnaire:
    document = copy.deepcopy(default_questionnaire().document)
    document["scoring"]["composite"].update(enabled=True, deductions=True)
    return parse_questionnaire(document)


def test_a_composite_needs_its_entered_scores_before_approval() -> None:
    desk = Desk(composite())
    desk.review()
    with pytest.raises(NotYet, match="quality scores of 第e1巡察组, 第e2巡察组 are not entered"):
        desk.approve()
    for evaluation in ("e1", "e2"):
        release.enter(desk.registry, desk.store, desk.round, evaluation, Entered(Fraction(88)))
    desk.approve()
    assert desk.results()["evaluations"][0]["composite"]["quality"] == "88.00"


@pytest.mark.parametrize("evaluation", ["e9", "e1"])
def test_scores_are_entered_only_where_there_are_any(desk: Desk, evaluation: str) -> None:
    with pytest.raises(SurveyError, match=r"no evaluation e9|no composite score"):
        release.enter(desk.registry, desk.store, desk.round, evaluation, Entered(Fraction(88)))


def test_similar_remarks_are_counted_and_the_most_frequent_topic_stands_first(desk: Desk) -> None:
    for text in (WORDS, "会前多沟通"):
        desk.decide(text, Decision("paraphrase", "沟通", "加强沟通"))
        desk.agree(text)
    desk.approve()
    assert desk.results()["evaluations"][0]["digest"]["C-1"] == [{"topic": "沟通", "sentence": "加强沟通", "count": 2}]


def test_a_withheld_remark_leaves_nothing(desk: Desk) -> None:
    for text in (WORDS, "会前多沟通"):
        desk.decide(text, Decision("withhold", "态度", "无关的话"))
        desk.agree(text)
    desk.approve()
    assert desk.results()["evaluations"][0]["digest"] == {"C-1": [], "C-2": []}
    assert replace(desk.round).state is State.REPORTED
