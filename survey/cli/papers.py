"""`survey round paper`: the papers that go with a round itself, for the hall and for the archive.

The same bytes as on the round's page (survey/office/rounds/papers.py); what stands on them:
survey/reports/round_papers.
"""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.frame import NEW_FILE, find_round, note, round_argument

KINDS = (
    "notice",
    "script",
    "closing",
    "opening",
    "destruction",
)  # survey.reports.round_papers has them; not imported for --help


@click.command()
@round_argument
@click.option("--kind", required=True, type=click.Choice(KINDS), help="Which paper.")
@click.option("--format", "format_", required=True, type=click.Choice(("pdf", "docx")), help="Form of the file.")
@click.option("--lang", default="zh", show_default=True, type=click.Choice(("zh", "en")), help="For notice and script.")
@click.option("--out", required=True, type=NEW_FILE, help="File to write.")
@click.pass_obj
def paper(instance: Path, round_id: str, kind: str, format_: str, lang: str, out: Path) -> None:
    """Write a paper of ROUND for print: PDF, or Word to edit.

    \b
    notice       告知书, one page per team, to hang up and read aloud: only what this installation keeps
    script       主持词: what the host of the draw does and says, and the sheet to count slips on
    closing      截止封存单: what was sealed, its digest to compare at the opening, for signature; after closing
    opening      开封计票记录单: who opened what, and the numbers, for signature; after the count
    destruction  销毁记录单: what was destroyed, with digests, for signature; after `survey round destroy`
    """
    from survey.cli.files import new_file, require_new
    from survey.reports.places import fonts_folder
    from survey.reports.round_papers import papers as round_papers

    services, round_ = find_round(instance, round_id)
    require_new(out)
    round_papers.find_kind(kind, round_, lang)
    sources = round_papers.gather(
        round_,
        kind,
        services.installation(),
        services.settings.public_url,
        registry=services.registry,
        box=services.box,
        board=services.board,
        reports=services.reports,
        now=services.clock(),
    )
    content = round_papers.make(sources, kind, format_, fonts_folder(), lang)
    note(services, f"paper-{kind}", round_.id)
    with new_file(out) as stream:
        stream.write(content)
    click.echo(f"Wrote {out}.")
