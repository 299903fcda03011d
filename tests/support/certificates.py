"""Certificates for the tests: of an authority of their own, for any name and any time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        made = _builder("The tests", "The tests", self._key, now - timedelta(days=30), now + timedelta(days=300))
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = folder / "authority.pem"
        self.certificate.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def issue(self, name: str, days: int = 90, from_days: int = -10, *, is_own: bool = False) -> tuple[Path, Path]:
        """A certificate for this name, from so many days to so many days from now, and its key; or one of its own."""
        self._count += 1
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        issuer = (name, key) if is_own else ("The tests", self._key)
        made = _builder(name, issuer[0], key, now + timedelta(days=from_days), now + timedelta(days=days))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        files = self._folder / f"{self._count}.pem", self._folder / f"{self._count}.key"
        files[0].write_bytes(_pem(made.sign(issuer[1], hashes.SHA256())))
        files[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files


def _builder(name: str, issuer: str, key: Key, start: datetime, end: datetime) -> x509.CertificateBuilder:
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
