"""主持词: what the person who lets people draw slips does and says, step by step; and the sheet to count slips on.

The host comes from the office, not from the team (domain rule). Words to be read aloud stand in quotation marks; they
promise nothing that the notice (notice.py) does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from survey.domain.manifest import Manifest
from survey.domain.rounds import Evaluation, Round
from survey.reports.blocks import Block, Column, Document, Heading, NewPage, Paragraph, Signatures, Table
from survey.reports.moments import moment
from survey.reports.round_papers.posters import HANDHELD
from survey.reports.words import check_mark, unbroken

Say = tuple[str, str]  # Chinese, English


def host_script(round_: Round, manifests: Mapping[str, Manifest], public_url: str, lang: str = "zh") -> Document:
    """manifests: evaluation id -> its frozen facts, for each team that the script is for."""
    which = 0 if lang == "zh" else 1
    teams = [evaluation for evaluation in round_.evaluations if evaluation.id in manifests]
    blocks: list[Block] = []
    for heading, steps in _parts(round_, public_url.partition("://")[2]):
        blocks.append(Heading(heading[which]))
        blocks += [Paragraph(f"{number}. {step[which]}") for number, step in enumerate(steps, 1)]
    blocks += [NewPage(), *_count_sheet(round_, teams, manifests, which)]
    return Document(
        title=[("纸条抽取主持词", "Script for the host of the draw")[which]],
        number="",
        blocks=blocks,
        mark="",
        subject=round_.name,
        sheet=HANDHELD,
        lang=lang,
    )


def _parts(round_: Round, address: str) -> Iterator[tuple[Say, Sequence[Say]]]:
    yield ("一、会前准备", "Before the meeting"), list(_before(round_, address))
    yield ("二、会上", "At the meeting"), list(_meeting(round_, address))
    yield ("三、有人问起", "When people ask"), list(_questions(round_))
    yield ("四、会后", "Afterwards"), list(_after())
    yield ("五、自始至终不准", "Never"), list(_never())


def _before(round_: Round, address: str) -> Iterator[Say]:
    yield (
        "印纸条用单独的打印机，印完删掉文件、清空打印机的存储：许多打印机会留着印过的内容。",
        "Print the slips on a printer of your own. Then delete the file and clear the printer's memory: many keep what "
        "they printed.",
    )
    yield (
        "沿虚线裁开，沿点线对折，字朝里。一个单位一个不透明的袋子，摇匀。备用纸条放在同一个袋子里，不另放。",
        "Cut along the dashed lines and fold at the dotted line, code inside. One opaque bag per unit, well shaken; "
        "spare slips in the same bag.",
    )
    yield (
        f"贴好告知书。用自己的手机打开{address}试一试；会场没有信号，就让大家回去答。",
        f"Hang up the notice. Try {address} with your own phone; if there is no network in the hall, people answer "
        "later.",
    )
    yield (
        "请巡察组离开会场。被巡察单位的领导不发、不收，不站在旁边。摄像头转开或者遮住，座位隔开。",
        "The inspection team leaves the hall. Leaders of the unit neither hand out nor collect, nor "
        "stand by. Cameras are "
        "turned away or covered; people sit apart.",
    )
    yield (
        "请两名监票人到场，其中一名是职工代表，当场点清纸条张数，填在后面的表上。",
        "Two scrutineers are present, one of them elected by the staff. They count the slips and fill in the sheet "
        "behind.",
    )
    if round_.kiosk:
        yield (
            "平板放在没有人看得见屏幕的地方，由监票人当面打开答题页。",
            "The shared tablet stands where nobody sees its screen; a scrutineer opens the page in front of everybody.",
        )


def _meeting(round_: Round, address: str) -> Iterator[Say]:
    closes = moment(round_.closes_at) if round_.closes_at else None
    yield (
        "念：“各位同志，现在请大家评价巡察组的作风和纪律。巡察组的同志已经离场。先听我念告知书。”逐条念完告知书。",
        "Say: “We ask you now how the inspection team behaved. Its members have left. First I read "
        "the notice.” Read all "
        "of it.",
    )
    yield (
        "念：“请每人自己从袋子里抽一张，不要挑，不要换，不要打开给别人看。没有名单，谁也不登记您抽了哪张。有人指定"
        "给您，请放回去重抽。”拿着袋子从座位间走过，不看手里。",
        "Say: “Draw one slip each. Do not choose, do not swap, show it to nobody. There is no list; nobody writes down "
        "which is yours. If one was chosen for you, put it back and draw again.” Carry the bag past the seats and look "
        "away.",
    )
    yield (
        f"念：“打开纸条，用手机扫二维码，或者在浏览器里输入{address}，再输入答题码。手机会比对纸条上的核对码，对不上就"
        "停下来，请您告诉我。”",
        f"Say: “Open the slip and scan the code, or type {address} into a browser, then the code. The "
        "phone compares the "
        "check mark; if it stops, tell me.”",
    )
    yield (
        "念：“答多少由您自己定，不了解的就选不了解。意见里请不要写能认出您的细节，也不要写国家秘密和工作秘密。”",
        "Say: “Answer as much as you like; where you do not know, say so. Write no details that give you away, and no "
        "state or work secrets.”",
    )
    if round_.kiosk:
        yield (
            "念：“没有手机的，可以用这里的平板，一次一人，别人请站远。答完它会自己清干净。”",
            "Say: “Without a phone, use the tablet here, one person at a time, others keep away. It clears itself "
            "afterwards.”",
        )
    yield (
        "念：“可以现在答，也可以回去答"
        + (f"，{closes[0]}以前都行" if closes else "")
        + "。最好和大家同一时段答。投出后不能修改。看到‘已投入票箱’才算投完，收录凭据自己留着，纸条撕掉带走。”",
        "Say: “Answer now or later"
        + (f", until {closes[1]}" if closes else "")
        + "; best when others do. You cannot change it afterwards. It is cast when you see ‘In the "
        "box’. Keep the receipt "
        "to yourself, tear up the slip and take it with you.”",
    )
    yield (
        "退到看不见任何屏幕的地方，等够十分钟。不催，不问，不数谁在答。",
        "Step back where you see no screen, and wait ten minutes. Do not hurry, ask, or count who answers.",
    )


def _questions(round_: Round) -> Iterator[Say]:
    yield (
        "扫不出来：手工输入网址和答题码，大小写、空格、短横都不要紧。",
        "It does not scan: type address and code; capitals, spaces and dashes do not matter.",
    )
    yield (
        "提示码已经用过：这张纸条有人用过了。可以再抽一张，并请监票人记下这件事，不记是谁。",
        "It says the code was used: somebody used this slip. Draw another; a scrutineer notes that it happened, not to "
        "whom.",
    )
    yield (
        "网断了：答案还在手机上，连上网点“再试一次”，不会变成两张票。",
        "The network failed: the answers are still on the phone. Try again when it is back; it never becomes two "
        "ballots.",
    )
    yield (
        f"谁看得到我写的：要{round_.threshold}方保管人一起才打得开，打开的是合在一起的票，没有谁的名字。",
        f"Who sees what I write: it takes {round_.threshold} key holders together, and what they open is all ballots "
        "mixed, without names.",
    )
    yield (
        "不想答：可以不答，也可以不抽。不追问。",
        "Somebody does not want to: that is all right. Do not ask why.",
    )


def _after() -> Iterator[Say]:
    yield (
        "两名监票人当场数剩下的纸条，填在后面的表上，签名。只数张数，不打开。",
        "Both scrutineers count the slips left over, fill in the sheet behind and sign. They count without opening.",
    )
    yield (
        "没到会的人要纸条，由监票人拿袋子让本人抽。到截止时还剩的，当众撕碎；没有用过的码，截止时自动作废。",
        "Whoever was absent draws from the bag, before a scrutineer. What is left at closing is torn "
        "up in public; unused "
        "codes become void at closing by themselves.",
    )
    yield (
        "袋子、纸条丢了，或者有人照了相：马上告诉巡察办，重印一次，没有用过的旧纸条就全部作废。",
        "If the bag or slips are lost, or somebody photographed them: tell the office at once. A "
        "reprint voids every old "
        "slip that was not used.",
    )


def _never() -> Iterator[Say]:
    yield (
        "不登记谁抽了哪张，不编号，不拍照，不把答题码发到群里。",
        "Do not note who drew which slip; no numbers, no pictures, no codes in a chat.",
    )
    yield (
        "不看别人的屏幕，不要求截图，不统一口径，不代别人填。",
        "Do not look at screens, ask for pictures, agree on answers or answer for others.",
    )
    yield ("不收回用过的纸条，不查谁没有答。", "Do not collect used slips, and do not find out who has not answered.")


def _count_sheet(
    round_: Round, teams: Sequence[Evaluation], manifests: Mapping[str, Manifest], which: int
) -> Iterator[Block]:
    """Slips per unit as printed, and room to write how many were drawn and how many are left."""
    heads = (
        ("单位", "应参评\n（人）", "纸条\n（张）", "会上抽走", "会后剩余", "截止时\n撕碎"),
        ("Unit", "Entitled\n(people)", "Slips", "Drawn", "Left", "Torn up\nat closing"),
    )[which]
    rows: list[list[str | int]] = []
    marks = []
    strong = set()
    pause = ("", " ")[which]
    for team in teams:
        strong.add(len(rows))
        rows.append([team.team, team.entitled, team.printed(round_.spare_percent), "　", "　", "　"])
        rows += [
            [unit.name, unit.entitled, unit.codes_to_print(round_.spare_percent), "　", "　", "　"]
            for unit in team.units
        ]
        marks.append(f"{team.team}{pause}{unbroken(check_mark(manifests[team.id].fingerprint))}")
    yield Table(
        name="",
        title=("纸条清点表", "Count of slips")[which],
        columns=[
            Column(heads[0], 3, "text"),
            Column(heads[1], 1, "count"),
            Column(heads[2], 1, "count"),
            *(Column(head, 1.2, "mixed") for head in heads[3:]),
        ],
        rows=rows,
        unit=round_.name,
        notes=[
            (
                f"纸条张数含备用{round_.spare_percent}%，各单位向上取整。只记张数，不记人。",
                f"Slips include {round_.spare_percent}% spare, rounded up per unit. Numbers only, never people.",
            )[which],
            (f"核对码：{'；'.join(marks)}", f"Check marks: {'; '.join(marks)}")[which],
        ],
        strong=frozenset(strong),
    )
    yield Signatures(
        [
            (
                "监票人（一）：　　　　　　　　　监票人（二）：",
                "Scrutineer 1: ____________    Scrutineer 2: ____________",
            )[which],
            ("主持人：　　　　　　　　　　　　日期：", "Host: ____________    Date: ____________")[which],
        ]
    )
