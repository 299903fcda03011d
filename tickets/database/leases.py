"""Leases: who has claimed a row, for as long as it is worked on."""

import os
import secrets
import socket


def new_holder() -> str:
    """A name for somebody who claims: of this machine, this process and this moment."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
