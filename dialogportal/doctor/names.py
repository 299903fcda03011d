"""The portal's names on the net: where readers click, and where mail is sent."""

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from dialogportal.doctor.remark import Judgement, Remark
from mailer.authorship.nameservers import DnsTrouble, Questions
from tickets.portal import Portal
from web_archive.sections import Web

PATIENCE = 3.0  # seconds for a connection to our own pages
NO_MAIL = "."  # the server of a domain that takes none (RFC 7505)


def check_base_url(portal: Portal, web: Web) -> Remark:
    """Whether the links in letters lead their readers to the pages."""
    judgement, url = Judgement("base_url"), read_base_url(portal)
    if url is None:
        judgement.wrongs.append(
            f"[portal] base_url is {portal.base_url!r}, and no link in a letter works: write it with its beginning, "
            "as in https://portal.example.dk"
        )
    elif is_local(url.hostname or ""):
        judgement.wrongs.append(
            f"{portal.base_url} is this machine and no other: readers cannot open a link in a letter. Set [portal] "
            "base_url to the name that they know the pages by"
        )
    elif url.path or url.query:
        judgement.wrongs.append(
            f"{portal.base_url} has something behind its name, where pages cannot live: give them a name of their own"
        )
    elif url.scheme == "http":
        judgement.doubts.append(
            f"{portal.base_url}: links that log in travel where others can read them. Put a server with a certificate "
            "in front, and write https://"
        )
    elif web.trusted_proxy is None:
        judgement.doubts.append(
            f"{portal.base_url} is spoken by a proxy, for the portal speaks no https itself: name its address in [web] "
            "trusted_proxy, or all readers look like one"
        )
    return judgement.finding(portal.base_url)


def read_base_url(portal: Portal) -> SplitResult | None:
    """The parts of the address of the pages; None if it is none."""
    with suppress(ValueError):
        url = urlsplit(portal.base_url)
        if url.scheme in ("http", "https") and url.hostname and url.port != 0:
            return url
    return None


def is_local(host: str) -> bool:
    """Whether a name or address means the machine that says it."""
    with suppress(ValueError):
        address = ip_address(host)
        return address.is_loopback or address.is_unspecified
    return host == "localhost" or host.endswith((".localhost", ".localdomain"))


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches what listens at a name or address."""
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return is_local(host)


# -- where mail is sent ----------------------------------------------------------------


def check_domains(domains: Iterable[str], questions: Questions) -> Remark:
    """Whether the world's mail servers learn where to bring mail for these domains, the portal's own among them."""
    judgement, told = Judgement("domain"), []
    for domain in dict.fromkeys(domains):
        try:
            told.append(f"mail for {domain} goes to {_find_servers(judgement, domain, questions)}")
        except DnsTrouble as trouble:
            judgement.doubts.append(
                f"DNS does not answer about {domain}, so nobody knows if mail gets here ({trouble})"
            )
    return judgement.finding("; ".join(told))


def _find_servers(judgement: Judgement, domain: str, questions: Questions) -> str:
    """The servers that take a domain's mail; faults in that go into the judgement. Raises DnsTrouble."""
    if "." not in domain or is_local(domain):
        judgement.wrongs.append(f"nobody out there can write to {domain}: set [portal] domain to a domain of yours")
        return "nobody"
    servers = mail_servers(domain, questions)
    if servers == [NO_MAIL]:
        judgement.wrongs.append(f"{domain} says in DNS that it takes no mail: enter the server that takes it as its MX")
    elif lost := [server for server in servers if not _addresses(server, questions)]:
        judgement.wrongs.append(f"the MX of {domain}, {', '.join(lost)}, has no address in DNS: enter one for it")
    elif not servers and _addresses(domain, questions):
        judgement.doubts.append(f"{domain} has no MX in DNS, and mail goes to the address of its web server: enter one")
    elif not servers:
        judgement.wrongs.append(
            f"{domain} has no MX in DNS, and no mail finds it: enter the server that takes its mail"
        )
    return ", ".join(servers)


def mail_servers(domain: str, questions: Questions) -> list[str]:
    """The servers that take a domain's mail, the preferred first (RFC 5321 5.1). Raises DnsTrouble."""
    return [str(server).lower() or NO_MAIL for _, server in sorted(questions.ask(domain, "MX"))]


def _addresses(name: str, questions: Questions) -> list[str]:
    return [str(address) for kind in ("A", "AAAA") for address in questions.ask(name, kind)]


# -- the pages' certificate ------------------------------------------------------------


def check_website(portal: Portal, questions: Questions) -> list[Remark]:
    """Whether browsers believe the certificate with which the pages are served; nothing is said where there is none."""
    url = read_base_url(portal)
    if url is None or url.scheme != "https" or is_local(url.hostname or ""):
        return []
    judgement, host = Judgement("website"), url.hostname or ""
    try:
        addresses = _addresses(host, questions)
    except DnsTrouble as trouble:
        judgement.doubts.append(f"DNS does not answer about {host} ({trouble})")
    else:
        _judge_website(judgement, host, url.port or 443, addresses)
    return [judgement.finding(f"{host} has a certificate that browsers believe")]


def _judge_website(judgement: Judgement, host: str, port: int, addresses: list[str]) -> None:
    if not addresses:
        judgement.doubts.append(f"DNS knows no {host}: no link in a letter works until it has an address there")
        return
    try:
        with socket.create_connection((addresses[0], port), PATIENCE) as connection:
            ssl.create_default_context().wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        judgement.wrongs.append(
            f"browsers refuse the certificate of {host} ({error.verify_message.rstrip('.')}): renew it, or have the "
            "proxy serve the one that is made out to this name"
        )
    except ssl.SSLError as error:
        judgement.wrongs.append(f"{host}:{port} does not speak https ({error.reason or error}). Look at the proxy")
    except OSError as error:
        judgement.doubts.append(f"{host}:{port} cannot be reached from here ({error}). Look at the proxy")
