#!/bin/sh
# Makes .venv with the locked packages, the page bundle and the translations. Does nothing for what is already current:
# each step keeps the digest of its inputs in .setup/.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
mkdir -p .setup

stop() { echo "setup: $1" >&2; exit 1; }
digest() { cat "$@" | sha256sum | cut -c1-64; }
current() { [ -f ".setup/$1" ] && [ "$(cat ".setup/$1")" = "$2" ]; }

command -v "$PYTHON" >/dev/null 2>&1 || stop "Python 3.11 or newer is needed; install it (Debian: apt install python3 python3-venv)."
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "Python 3.11 or newer is needed; $PYTHON is $("$PYTHON" --version). Name another one with: make setup PYTHON=python3.12"

# 1. Python packages, exactly those of the lock file, each checked against its digest.
want=$(digest requirements.lock pyproject.toml setup.py; "$PYTHON" --version)
if ! current venv "$want" || [ ! -x .venv/bin/python ]; then
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "Python's venv module is missing; install it (Debian: apt install python3-venv)."
    echo "setup: Python packages"
    [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
    SURVEY_BUILD=skip .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    echo "$want" >.setup/venv
fi

# 2. The page bundle and the fonts, from package-lock.json.
want=$(digest package-lock.json package.json tools/build_page.py; find survey/respondent/client survey/custodian/client -path '*/dist' -prune -o -type f -print | LC_ALL=C sort | xargs sha256sum)
if ! current page "$want" || [ ! -f survey/respondent/client/dist/answer.js ] ||
    [ ! -f survey/custodian/client/dist/worker.js ] || [ ! -d node_modules ]; then
    echo "setup: page bundle and fonts"
    .venv/bin/python tools/build_page.py
    echo "$want" >.setup/page
fi

# 3. The translations of the office pages.
want=$(find survey/translations -name '*.po' | LC_ALL=C sort | xargs cat /dev/null | sha256sum)
if ! current translations "$want" || [ -z "$(find survey/translations -name '*.mo')" ]; then
    .venv/bin/pybabel --quiet compile -d survey/translations
    echo "$want" >.setup/translations
fi
