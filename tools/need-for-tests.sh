#!/bin/sh
# Says clearly what the test suite needs from the system and is not there.
set -u
missing=""
browser=${SURVEY_CHROMIUM:-}
if [ -z "$browser" ]; then
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && browser=$name && break
    done
fi
[ -n "$browser" ] || missing="$missing chromium"
if ! command -v initdb >/dev/null 2>&1 && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
fi
[ -z "$missing" ] && exit 0
echo "make test needs system packages that are not installed:$missing" >&2
echo "Install them and run it again (Debian and Ubuntu: apt install$missing)." >&2
exit 1
