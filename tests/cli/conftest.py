"""The command as a person runs it, in this process: arguments in, exit status and words out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from survey.cli import main
from survey.services import Services, open_services
from survey.settings import Settings

SPEC = """\
name: 2026年第一轮巡察
custodians: [巡察办, 纪委, 组织部]
teams:
  - name: 第一巡察组
    leader: 组长甲
    units:
      - {name: 文学院, entitled: 4}
      - {name: 后勤处, entitled: 2}
  - name: 第二巡察组
    units:
      - {name: 图书馆, entitled: 3}
"""
PASSWORD = "correct horse battery"


@dataclass
class Survey:
    """`survey --instance INSTANCE ...`, in the folder `work`."""

    instance: Path
    work: Path
    _opened: list[Services] = field(default_factory=list)

    def __call__(self, *arguments: object, exit_code: int = 0, typed: str | None = None) -> Result:
        words = ["--instance", str(self.instance), *map(str, arguments)]
        result = CliRunner().invoke(main, words, input=typed, prog_name="survey")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result

    def json(self, *arguments: object) -> Any:
        return json.loads(self(*arguments).stdout)

    @property
    def services(self) -> Services:
        self._opened.append(open_services(Settings.load(self.instance)))
        return self._opened[-1]

    def close(self) -> None:
        for services in self._opened:
            services.close()

    def write(self, name: str, text: str) -> Path:
        file = self.work / name
        file.write_text(text, "utf-8")
        return file

    def init(self, **options: str) -> Survey:
        words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
        self("init", "--admin-password-file", self.write("password", PASSWORD + "\n"), *words)
        return self

    def create(self, spec: str = SPEC) -> str:
        """A round in state draft; its id."""
        round_id: str = self.json("round", "create", self.write("spec.yaml", spec), "--json")["round"]
        return round_id

    def freeze(self, spec: str = SPEC) -> str:
        round_id = self.create(spec)
        self("round", "keys", round_id, "--all-here", self.work / "shares")
        self("round", "freeze", round_id)
        return round_id

    def open(self, spec: str = SPEC) -> str:
        round_id = self.freeze(spec)
        self("round", "codes", round_id, "--out", self.work / "slips")
        self("round", "open", round_id)
        return round_id

    @property
    def codes(self) -> Path:
        return self.work / "slips" / "codes.csv"


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Survey]:
    """No instance yet; init() makes it. The work folder is private, as a careful person's is."""
    for name in ("SURVEY_INSTANCE", "SURVEY_DATABASE_URL", "SURVEY_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "work"
    work.mkdir()
    survey = Survey(tmp_path / "instance", work)
    yield survey
    survey.close()


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made-once")
    survey = Survey(folder / "instance", folder)
    survey.init(database_url=f"sqlite:///{folder / 'instance' / 'survey.db'}")
    return survey.instance


@pytest.fixture
def made(survey: Survey, _made_once: Path) -> Survey:
    """A fresh instance on SQLite: a copy of one that `survey init` made, for init takes a second."""
    shutil.copytree(_made_once, survey.instance)
    settings = survey.instance / "settings.json"
    document = json.loads(settings.read_text("utf-8"))
    document["database_url"] = f"sqlite:///{survey.instance / 'survey.db'}"
    settings.write_text(json.dumps(document), "utf-8")
    return survey


@pytest.fixture
def plain_slips(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """PDFs that are quick to make, for tests of what happens around them; gives the number made so far."""
    made = []

    def quick(slips: Any, fonts: Path) -> bytes:
        made.append(len(slips))
        return b"%PDF-1.7 " + b" ".join(slip.code.encode() for slip in slips)

    monkeypatch.setattr("survey.reports.slips.print.slips_pdf", quick)
    return lambda: len(made)
