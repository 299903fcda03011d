"""Own ids: by what shape a Message-ID that a portal made is known."""

import re

OWN_ID = re.compile(r"[0-9a-f]{24}|[a-z]{1,8}-[0-9]+\.ticket")


def is_own_id(message_id: str, domain: str) -> bool:
    """Whether a Message-ID is one that a portal of this domain made: people there may write with others."""
    local, _, behind = message_id.lower().rpartition("@")
    return behind == domain.lower() and OWN_ID.fullmatch(local) is not None
