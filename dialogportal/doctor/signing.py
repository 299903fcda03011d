"""Signing: whether the keys with which letters are signed are those that DNS has."""

import stat
from collections.abc import Iterator

from dialogportal.doctor.remark import Judgement, Remark
from mailer.authorship.nameservers import DnsTrouble, NameService
from mailer.authorship.tag_lists import read_tags
from mailer.delivery.signing import Key, read_keys
from mailer.sections import Dkim
from tickets.errors import BadInput


def check_signing(section: Dkim, domain: str, names: NameService) -> Iterator[Remark]:
    """Whether each key can be read, is nobody else's to read, and is known to DNS; nothing where none is named."""
    if section.key_file is None and section.ed25519_key_file is None:
        return
    judgement = Judgement("signing")
    try:
        keys = read_keys(section, domain)
    except BadInput as error:
        judgement.wrongs.append(str(error))
        yield judgement.finding("")
        return
    for path in filter(None, (section.key_file, section.ed25519_key_file)):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            judgement.doubts.append(f"others can read {path}: chmod 600 {path}")
    for key in keys:
        _compare(judgement, key, names)
    yield judgement.finding(
        f"letters are signed for {domain}, as DNS has it: " + ", ".join(key.selector for key in keys)
    )


def _compare(judgement: Judgement, key: Key, names: NameService) -> None:
    try:
        records = names.ask_texts(key.name)
    except DnsTrouble as error:
        judgement.doubts.append(f"whether DNS has the key {key.name} cannot be seen: {error}")
        return
    wanted = key.record.rpartition("p=")[2].encode()
    if not records:
        judgement.wrongs.append(f"DNS has no key at {key.name}: set its TXT record to {key.record}")
    elif not any((read_tags(record) or {}).get("p", b"").replace(b" ", b"") == wanted for record in records):
        judgement.wrongs.append(f"DNS has another key at {key.name}: set its TXT record to {key.record}")
