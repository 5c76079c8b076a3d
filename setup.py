"""Adds what is built and never committed to the wheel: the page bundle, the translations, the templates and fonts."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).resolve().parent
FONTS = ("noto-sans-sc/400Regular", "noto-sans-sc/700Bold", "noto-serif-sc/400Regular", "noto-serif-sc/600SemiBold")


class BuildWithPage(build_py):
    """build_py, then the built files. SURVEY_BUILD=skip leaves them out (tools/setup.sh builds them itself)."""

    def run(self) -> None:
        super().run()
        if os.environ.get("SURVEY_BUILD") == "skip" or self.editable_mode:
            return
        runpy.run_path(str(TOP / "tools" / "build_page.py"))["build"](TOP)
        subprocess.run(
            [sys.executable, "-m", "babel.messages.frontend", "--quiet", "compile", "-d", "survey/translations"],
            cwd=TOP,
            check=True,
        )
        package = Path(self.build_lib) / "survey"
        for folder in ("respondent", "custodian"):
            self._copy(TOP / "survey" / folder / "client" / "dist", package / folder / "client" / "dist")
        self._copy(TOP / "survey" / "translations", package / "translations")
        self._copy(TOP / "templates", package / "templates")
        for font in FONTS:
            for file in (TOP / "node_modules" / "@expo-google-fonts" / font).glob("*.ttf"):
                target = package / "fonts" / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithPage})
