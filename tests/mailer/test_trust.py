"""Trust: whose certificates are believed, and what is told of one that is not."""

import ssl
from pathlib import Path

import pytest

from mailer.trust import NoAuthorities, sends_password_in_clear, tell_of_certificate, trusting


def test_a_context_looks_at_certificates_and_names() -> None:
    context = trusting(None)

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_file_that_is_no_use_is_told_by_name(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    with pytest.raises(NoAuthorities, match=r"ca\.pem cannot be read"):
        trusting(file)

    file.write_text("hej")
    with pytest.raises(NoAuthorities, match="holds no certificates"):
        trusting(file)


def test_a_fault_at_tls_is_told_in_words() -> None:
    wrong = ssl.SSLCertVerificationError(1, "x")
    wrong.verify_message = "certificate has expired"
    plain = ssl.SSLError(1, "x")
    plain.reason = "WRONG_VERSION_NUMBER"
    odd = ssl.SSLError(1, "odd")
    odd.reason = ""

    assert tell_of_certificate(wrong) == "its certificate is not taken: certificate has expired"
    assert "STARTTLS" in tell_of_certificate(plain)
    assert tell_of_certificate(odd).startswith("TLS fails: ")


@pytest.mark.parametrize(
    ("host", "leaves"),
    [
        ("127.0.0.1", False), ("[::1]", False), ("localhost", False), ("LOCALHOST", False),
        ("192.0.2.1", True), ("mail.example.dk", True), ("localhost.example.dk", True),
    ],
)  # fmt: skip
def test_a_password_stays_on_this_machine_only_on_its_way_to_itself(host: str, leaves: bool) -> None:
    assert sends_password_in_clear(host) is leaves
