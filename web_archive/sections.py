"""The section of the settings that says where pages are served."""

from pydantic import BaseModel, field_validator

PORTS = 65_536


class Web(BaseModel, frozen=True, extra="forbid"):
    """The `[web]` section: where pages are served."""

    listen: str = "127.0.0.1:8080"
    trusted_proxy: str | None = None  # address of a proxy whose X-Forwarded fields are believed

    @field_validator("listen")
    @classmethod
    def host_and_port(cls, value: str) -> str:
        """Refuse what is no host and port."""
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"{value!r} is not host:port, as in 127.0.0.1:8080")
        if int(port) >= PORTS:
            raise ValueError(f"{value!r} has no port: they go up to {PORTS - 1}")
        return value
