#!/bin/sh
# The real servers that the tests start: installed on Debian as root, otherwise named in one line.
set -eu
missing=""
present() { [ -n "$(find $2 -maxdepth 0 2>/dev/null)" ] || command -v "$1" >/dev/null 2>&1; }
present smtp-sink /usr/sbin/smtp-sink || missing="$missing postfix"
present dovecot /usr/sbin/dovecot || missing="$missing dovecot-imapd"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
present chromium /usr/bin/chromium || missing="$missing chromium"
present openssl /usr/bin/openssl || missing="$missing openssl"
present nginx /usr/sbin/nginx || missing="$missing nginx"
present opendkim /usr/sbin/opendkim || missing="$missing opendkim"
present opendkim-genkey /usr/sbin/opendkim-genkey || missing="$missing opendkim-tools"
present opendmarc /usr/sbin/opendmarc || missing="$missing opendmarc publicsuffix"
present ip /usr/sbin/ip || missing="$missing iproute2"
present systemd-analyze /usr/bin/systemd-analyze || missing="$missing systemd"
command -v npm >/dev/null 2>&1 || [ -d node_modules/axe-core ] || missing="$missing npm"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing$missing"
        apt-get update -qq
        echo "opendmarc opendmarc/dbconfig-install boolean false" | debconf-set-selections
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Some tests are skipped. As root: apt-get install$missing"
    fi
fi
if [ ! -d node_modules/axe-core ] && command -v npm >/dev/null 2>&1; then
    npm install --silent --no-audit --no-fund --no-save --prefix . axe-core@4 || echo "axe-core is missing: pages are not checked for accessibility"
fi
