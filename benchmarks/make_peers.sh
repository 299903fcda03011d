#!/bin/sh
# GNU Mailman 3 core and HyperKitty in a virtual environment of their own, for `make bench-peers` alone.
set -eu
venv=$1
sh tests/make_venv.sh "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
