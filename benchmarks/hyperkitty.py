"""HyperKitty as the peer for import and search: its Django project on SQLite and Whoosh, served by gunicorn."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.instruments import free_port, running, wait_until_serving
from benchmarks.mailman import PEERS

LIST = "arkiv@example.dk"
SETTINGS = '''\
"""As HyperKitty's own example has them, made for serving: no debugging, compressed files made beforehand."""

BASE = {home!r}
SECRET_KEY = "of an archive on loopback that lives minutes"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
SITE_ID = 1
FILTER_VHOST = False
MAILMAN_REST_API_URL = "http://127.0.0.1:9"
MAILMAN_REST_API_USER = MAILMAN_REST_API_PASS = MAILMAN_ARCHIVER_KEY = "none"
MAILMAN_ARCHIVER_FROM = ("127.0.0.1",)
INSTALLED_APPS = (
    "hyperkitty", "django_mailman3", "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.sites", "django.contrib.messages", "django.contrib.staticfiles",
    "django.contrib.humanize", "rest_framework", "django_gravatar", "compressor", "haystack", "django_extensions",
    "django_q", "allauth", "allauth.account", "allauth.socialaccount",
)
MIDDLEWARE = (
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware", "django.middleware.locale.LocaleMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware", "django_mailman3.middleware.TimezoneMiddleware",
)
ROOT_URLCONF = "archive_urls"
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.i18n", "django.template.context_processors.media",
        "django.template.context_processors.static", "django.template.context_processors.tz",
        "django.template.context_processors.csrf", "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
        "django_mailman3.context_processors.common", "hyperkitty.context_processors.common",
    ]}},
}}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": BASE + "/archive.sqlite3"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = USE_I18N = True
STATIC_URL, STATIC_ROOT = "/static/", BASE + "/static"
STATICFILES_FINDERS = (
    "django.contrib.staticfiles.finders.FileSystemFinder", "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "compressor.finders.CompressorFinder",
)
COMPRESS_ENABLED = COMPRESS_OFFLINE = True
COMPRESS_PRECOMPILERS = (("text/x-scss", "cp {{infile}} {{outfile}}"),)
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_URL = "account_login", "hk_root", "account_logout"
HAYSTACK_CONNECTIONS = {{
    "default": {{"ENGINE": "haystack.backends.whoosh_backend.WhooshEngine", "PATH": BASE + "/index"}}
}}
Q_CLUSTER = {{"orm": "default", "timeout": 300, "retry": 360}}
'''
URLS = """\
from django.conf.urls import include
from django.urls import path

urlpatterns = [
    path("", include("hyperkitty.urls")),
    path("", include("django_mailman3.urls")),
    path("accounts/", include("allauth.urls")),
]
"""
WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""


class HyperKitty:
    """An archive with no list in it yet."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._environment = os.environ | {"DJANGO_SETTINGS_MODULE": "archive_settings", "PYTHONPATH": str(home)}
        (home / "archive_settings.py").write_text(SETTINGS.format(home=str(home)))
        (home / "archive_urls.py").write_text(URLS)
        (home / "archive_wsgi.py").write_text(WSGI)
        self._command("migrate", "--verbosity", "0")
        self._database = home / "archive.sqlite3"
        shutil.copy(self._database, home / "as-migrated.sqlite3")
        self._command("collectstatic", "--noinput", "--verbosity", "0")
        self._command("compress", "--force", "--verbosity", "0")

    def empty(self) -> None:
        """Take all messages out again."""
        shutil.copy(self._home / "as-migrated.sqlite3", self._database)

    def import_archive(self, mbox: Path) -> None:
        """Add the messages to the list, without indexing them."""
        # Without --since a second file's messages count as old, and are left out in silence.
        self._command("hyperkitty_import", "-l", LIST, "--no-sync-mailman", "--since", "1980-01-01", str(mbox))

    def index(self) -> None:
        """Bring HyperKitty's search index up to date."""
        self._command("update_index_one_list", LIST)

    def count(self) -> int:
        """How many messages the list has."""
        asked = "from hyperkitty.models import Email; print('messages:', Email.objects.count())"
        return int(self._command("shell", "-c", asked).rsplit("messages:", 1)[1])

    def _command(self, *words: str) -> str:
        done = subprocess.run(
            [PEERS / "django-admin", *words], env=self._environment, cwd=self._home, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"django-admin {words[0]}: {done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Its pages, by one gunicorn worker; the address of the search page for words to be added to."""
        port, log = free_port(), self._home / "errors.log"
        command = [str(PEERS / "gunicorn"), "--workers", "1", "--bind", f"127.0.0.1:{port}", "archive_wsgi:application"]
        with running(command, self._home, log, environment=self._environment) as process:
            wait_until_serving(process, port, log)
            yield f"http://127.0.0.1:{port}/search?mlist={LIST}&q="


@contextmanager
def hyperkitty() -> Iterator[HyperKitty]:
    """A HyperKitty of which nothing is left afterwards."""
    home = Path(mkdtemp(prefix="hyperkitty-bench-"))
    try:
        yield HyperKitty(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
