"""告知书: the notice that hangs in the hall and is read aloud, one page per team.

Law: it promises only what this installation keeps for this round: what depends on settings, key ceremony or round is
printed where it is so, and its opposite where it is not (P9). What is not hidden stands in the same size of type. The
honest page (survey/respondent/honest.py) is made from the same facts and says more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from survey.domain.installation import Installation
from survey.domain.manifest import Manifest
from survey.domain.rounds import Evaluation, Round
from survey.reports.blocks import Block, Document, Heading, NewPage, Paragraph, Signatures, Title
from survey.reports.moments import moment
from survey.reports.round_papers.posters import as_poster
from survey.reports.words import check_mark, unbroken

Say = tuple[str, str]  # Chinese, English

_TITLE: Say = ("无记名后评估告知书", "Notice: an evaluation without names")
_BLANK = "＿" * 6
_LINE = "_" * 14


def notice(
    round_: Round,
    manifests: Mapping[str, Manifest],
    installation: Installation,
    lang: str = "zh",
) -> Document:
    """manifests: evaluation id -> its frozen facts, for each team that gets a page."""
    which = 0 if lang == "zh" else 1
    apart = installation.made_apart(round_)
    blocks: list[Block] = []
    for evaluation in round_.evaluations:
        if evaluation.id not in manifests:
            continue
        if blocks:
            blocks += [NewPage(), Title([_TITLE[which]])]
        for says, kind in _page(round_, evaluation, manifests[evaluation.id], installation, apart):
            blocks.append(_block(says[which], kind))
    return as_poster(
        Document(
            title=[_TITLE[which]],
            number="",
            blocks=blocks,
            mark="",
            subject=round_.name,
            lang=lang,
        )
    )


def _block(text: str, kind: str) -> Block:
    if kind == "heading":
        return Heading(text)
    if kind == "sign":
        return Signatures([text])
    return Paragraph(text)


def _page(
    round_: Round, evaluation: Evaluation, manifest: Manifest, installation: Installation, apart: bool | None
) -> Iterator[tuple[Say, str]]:
    team = evaluation.team
    yield (
        (
            f"各位同志：{round_.name}结束后，请您评价{team}的作风纪律。请先看完、听完这一页。",
            f"Please say how the team “{team}” behaved ({round_.name}). Read or hear this page before you answer.",
        ),
        "text",
    )
    sections = (
        (("一、参加自愿", "1. It is up to you"), _voluntary()),
        (
            ("二、怎样做到不记名", "2. Why nobody learns what you answered"),
            _kept(round_, evaluation, manifest, installation, apart),
        ),
        (
            ("三、做不到的，也如实告诉您", "3. What we cannot prevent"),
            _not_kept(round_, installation, apart),
        ),
        (("四、结果怎样用", "4. What happens with the answers"), _use(round_)),
        (("五、投出以后", "5. When you have sent it"), _afterwards(round_)),
    )
    for heading, points in sections:
        yield heading, "heading"
        said = list(points)
        for number, (zh, en) in enumerate(said, 1):
            yield ((f"{number}. {zh}", f"({number}) {en}") if len(said) > 1 else (zh, en)), "text"
    yield (
        (
            f"票箱和钥匙在{_BLANK}以前销毁，销毁情况公布。发现不对，请告诉监票人，或者拨打{_BLANK}。",
            f"Ballots and keys are destroyed by {_LINE}, and this is made public. Is something wrong? "
            "Tell a scrutineer, or "
            f"call {_LINE}.",
        ),
        "text",
    )
    yield (
        (
            "（巡察办盖章）　　　　　　　　　　　年　　月　　日",
            "Inspection office (seal): ______________________    Date: ______________",
        ),
        "sign",
    )


def _voluntary() -> Iterator[Say]:
    yield (
        "参不参加、答多少，由您自己定。谁也不得打听、旁观、代填、要截图。",
        "Take part or not, and leave out what you like. Nobody may ask, watch, answer for you, want a picture of your "
        "screen or tell you what to say.",
    )


def _kept(
    round_: Round, evaluation: Evaluation, manifest: Manifest, installation: Installation, apart: bool | None
) -> Iterator[Say]:
    yield (
        "纸条打乱了次序，没有编号，由您自己抽，谁也不登记。",
        "Slips are shuffled, without numbers. You draw yours; nobody notes who has which.",
    )
    yield (
        ("连接是加密的。" if installation.is_https else "") + "不用登录、关注、授权，不要姓名、手机号、位置。",
        ("The connection is encrypted. " if installation.is_https else "")
        + "No login, no following, no permission; no name, phone number or place.",
    )
    yield (
        "手机用答题码换匿名令牌，凭令牌投票。哪个码换的，服务器认不出。",
        "Your phone exchanges the code for an anonymous token and votes with that. Even the server cannot tell which "
        "code bought which token.",
    )
    yield _sealed(round_, apart)
    yield (
        "答卷旁边不存时间、地址、设备、单位、先后。程序不写访问日志。",
        "No time, address, device, unit or order is stored with a ballot. The program writes no access log.",
    )
    mark = unbroken(check_mark(manifest.fingerprint))
    entitled, printed = evaluation.entitled, evaluation.printed(round_.spare_percent)
    yield (
        f"纸条上印着核对码，{evaluation.team}的应是{mark}，手机会自动比对。应参评{entitled}人，印了"
        f"{printed}个码，多的备用。这些公示以后改不了。",
        f"Every slip carries a check mark, here {mark}, which the phone compares. "
        f"{entitled} people are "
        f"entitled, {printed} codes printed, the rest spare. This is published and cannot change.",
    )


def _sealed(round_: Round, apart: bool | None) -> Say:
    names = [custodian.name for custodian in round_.custodians]
    return (
        f"答案在您的手机上封好才发出。钥匙分在{'、'.join(names)}{len(names)}方手里"
        + ("，各方分头做成" if apart else "")
        + f"；{round_.threshold}方一起才打得开票箱，少一方也不行。",
        f"Answers are sealed on your phone before they leave it. The key is split among {len(names)} holders"
        f" ({', '.join(names)})"
        + (", who made it apart" if apart else "")
        + f"; {round_.threshold} of them together open the box.",
    )


def _not_kept(round_: Round, installation: Installation, apart: bool | None) -> Iterator[Say]:
    if installation.is_https:
        yield (
            "沿路的网络知道有部手机何时打开过网站，看不到内容。",
            "The network sees that a phone opened this site, and when, nothing inside.",
        )
    else:
        yield (
            "这里的连接没有加密，只适合演示和排练。请不要在这里真的答题。",
            "The connection here is not encrypted: fit for rehearsals only. Do not answer for real here.",
        )
    yield (
        "网站前面的设备记不记访问，程序不知道。守在服务器旁的人看得到何时来了答卷，拷走数据的人看得出最近一会儿的"
        "先后。请和大家同一时段答。" + ("数据库另有日志，它的归档程序管不到。" if installation.has_own_log else ""),
        "Whether a device in front of the site keeps a record is unknown to the program. Whoever controls the server "
        "sees when ballots arrive; whoever copies the data meanwhile, the order of the last "
        "minutes. Answer when others do."
        + (
            " The database keeps its own log; archives an administrator makes of it are out of our reach."
            if installation.has_own_log
            else ""
        ),
    )
    yield _holders(round_, apart)
    yield (
        "答题的程序由服务器发来，换了就可能泄密。怎样发现，见网站首页下方。",
        "The page that seals comes from the server; another could betray you. How to notice: see the "
        "site's first page.",
    )
    yield (
        "写的细节可能让熟人认出您，微信、输入法、旁边的人可能看到。",
        "Details in a remark can give you away; WeChat, an input method or a neighbour may see it.",
    )
    if round_.kiosk:
        yield (
            "现场的平板归别人管，动了手脚看不出来。最好用自己的手机。",
            "A shared tablet could be tampered with. If you can, use a phone of your own.",
        )


def _holders(round_: Round, apart: bool | None) -> Say:
    if apart is False:
        return (
            "钥匙是在一台机器上做成的，它的主人一个人就打得开，只适合排练。",
            "The key of this round was made on one machine, whose owner alone can open everything: "
            "for rehearsals only.",
        )
    return (
        f"{round_.threshold}方保管人串通，又拿到密封的答卷，读得到答案，不知道是谁的。",
        f"{round_.threshold} holders together, with the sealed ballots in hand, could read them, not whose they are.",
    )


def _use(round_: Round) -> Iterator[Say]:
    yield (
        f"只按巡察组汇总。不足{round_.minimum_group}份，什么数字也不公布；不足{round_.texts_minimum}份，不公布意见。意见"
        "由两人审看概括，不引用原话，报告反馈后原文销毁。反映的问题，核实了才处理。",
        f"Only totals of the whole team are shown: no figure below {round_.minimum_group} ballots, no remarks below "
        f"{round_.texts_minimum}. Two people put remarks into other words, nobody is quoted, and the originals are "
        "erased when the report is released. Nothing follows from a report before it is verified.",
    )


def _afterwards(round_: Round) -> Iterator[Say]:
    closes = moment(round_.closes_at) if round_.closes_at else None
    yield (
        (f"{closes[0]}截止。" if closes else "")
        + "投出后不能修改。收录凭据只证明您的票在箱里，不显示内容；截止后谁都可以核对。",
        (f"Closes {closes[1]}. " if closes else "")
        + "A ballot cannot be changed. The receipt proves that it is in the box, never what it says; after closing "
        "anybody can check.",
    )
    yield (
        "本系统不是涉密系统，请不要写国家秘密和工作秘密。",
        "This is no classified system: do not write state or work secrets.",
    )
