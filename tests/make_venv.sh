#!/bin/sh
# Make the virtual environment; on a bare Debian the module for it may have to be installed first.
set -eu
venv=$1
[ -x "$venv/bin/python" ] && exit 0
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        echo "Python's venv is missing. As root: apt-get install python3-venv" >&2
        exit 1
    fi
fi
python3 -m venv "$venv"
