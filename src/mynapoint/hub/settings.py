"""The hub's settings: read from the environment, strict by default, the same for both databases and the tests.

MYNAPOINT_STATE        folder of database, keys and secrets (default: ./state)
MYNAPOINT_DATABASE     postgresql://USER@HOST/NAME?sslmode=verify-full (default: SQLite in the state folder)
MYNAPOINT_ORIGINS      the hub's public origins, comma-separated; cards sign the one their page was opened at
MYNAPOINT_TRUST        folder of the card authority's root certificates and revocation lists (PEM and DER)
MYNAPOINT_ENVIRONMENT  production | test | emulated: which cards may sign here; never two of them
MYNAPOINT_CARD_VERIFIER   dotted path of the back end that judges cards (hub/identity/verification.py)
MYNAPOINT_CARD_POLICY     policy of certificates for signing in; only for J-LIS's test cards is it another
MYNAPOINT_CARD_ALGORITHMS what cards sign with: RS256; RS256,ES384 also lets the announced card in
MYNAPOINT_OCSP            address of the card authority's OCSP responder; the only one that is ever asked
MYNAPOINT_CRL_HOURS       how old a revocation list may be (default: 24)
MYNAPOINT_PLATFORM_URL, _KEY, _SENDER, _RECIPIENT
                          where cards are judged by a platform provider: its address, the file of its public key, and
                          what the hub and it call each other (hub/identity/platform_provider.py)
MYNAPOINT_OPENID_ISSUER, _AUTHORIZE, _TOKEN, _KEYS, _CLIENT_ID, _CLIENT_KEY, _ACR_VALUES, _ACR
                          where residents also sign in by phone: the OpenID provider's name and addresses, what the hub
                          is called there and the file of its private key (hub/identity/oidc_provider.py)
MYNAPOINT_BATCH_WRITES yes: applications that wait are written together, for days on which many do; on PostgreSQL
                       alone, with 32 threads or more (docs/decisions/0024-applying-under-load.md)
MYNAPOINT_LAST_DAY_GRACE_MINUTES
                       how long after the last day those who came in time are still served, where the programme file
                       says nothing; default 0: nobody is (docs/operations.md)
MYNAPOINT_ADMIT_IRREVOCABLE, _JOURNEY, _MACHINES, _READ
                       how many requests of each kind a process lets in at once (hub/waiting/gates.py)
MYNAPOINT_MAIL         smtp://USER:PASSWORD@HOST:PORT (STARTTLS is required) or smtps://…: who mails answers to
                       inquiries; smtp without STARTTLS only to localhost. Default: none, answers are kept and not sent
MYNAPOINT_MAIL_FROM    the address that mail comes from; mail needs both
MYNAPOINT_PAYER        who pays claims, for the banks' transfer file, comma-separated: code (10 digits), name in kana,
                       bank, its name, branch, its name, kind of account (1, 2, 4), number; default: no file is made
MYNAPOINT_METRICS      host:port where /metrics is served, beside the pages; default: nowhere
MYNAPOINT_TRACES       address of an OpenTelemetry collector (OTLP over HTTP, http://HOST:4318/v1/traces), with
                       the extra `otel`; default: no traces
MYNAPOINT_LOG_LEVEL    INFO: a line for each request; WARNING: only what went wrong
MYNAPOINT_PHONE_ALONE  yes: a phone that nobody linked with a card is a new resident; default no, because nothing shows
                       whether that person has applied with the card already (docs/decisions/0021-phone.md)
MYNAPOINT_CLOCK        dotted path of a function returning the programme's present instant (demo only)
MYNAPOINT_LINK_SOURCE  dotted path of the class that is asked which certificate a new one replaced
                       (hub/identity/links.py; default: what `mynapoint hub links` brought in)
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mynapoint.hub.audit.databases import database

STATE = Path(os.environ.get("MYNAPOINT_STATE", "state")).resolve()
ORIGINS = [
    origin.strip()
    for origin in os.environ.get("MYNAPOINT_ORIGINS", "http://localhost:8000,http://127.0.0.1:8000").split(",")
]
TRUST = Path(os.environ.get("MYNAPOINT_TRUST", STATE / "trust"))
CARD_ENVIRONMENT = os.environ.get("MYNAPOINT_ENVIRONMENT", "production")
CLOCK = os.environ.get("MYNAPOINT_CLOCK", "django.utils.timezone.now")
CARD_AGENT = os.environ.get("MYNAPOINT_CARD_AGENT", "http://127.0.0.1:47220")
LINK_SOURCE = os.environ.get("MYNAPOINT_LINK_SOURCE", "mynapoint.hub.identity.links.LocalTable")
CARD_POLICY = os.environ.get("MYNAPOINT_CARD_POLICY", "1.2.392.200149.8.5.1.3.30")
CARD_ALGORITHMS = os.environ.get("MYNAPOINT_CARD_ALGORITHMS", "RS256").split(",")
OCSP_RESPONDER = os.environ.get("MYNAPOINT_OCSP", "")
TRUST_LOOK_SECONDS = 1.0  # how often a running hub looks whether the trust folder has changed
CRL_HOURS = int(os.environ.get("MYNAPOINT_CRL_HOURS", "24"))
PLATFORM_PROVIDER = {
    name: os.environ.get(f"MYNAPOINT_PLATFORM_{name.upper()}", "") for name in ("url", "key", "sender", "recipient")
}
OPENID = {
    name: os.environ.get(f"MYNAPOINT_OPENID_{name.upper()}", "")
    for name in ("issuer", "authorize", "token", "keys", "client_id", "client_key", "acr_values", "acr")
}
PHONE_ALONE = os.environ.get("MYNAPOINT_PHONE_ALONE", "no") == "yes"
BATCH_WRITES = os.environ.get("MYNAPOINT_BATCH_WRITES", "no") == "yes"
VERIFIERS = {
    "card": os.environ.get("MYNAPOINT_CARD_VERIFIER", "mynapoint.hub.identity.local_verifier.LocalVerifier"),
    "phone": "mynapoint.hub.identity.oidc.DigitalId",
}
LAST_DAY_GRACE_MINUTES = int(os.environ.get("MYNAPOINT_LAST_DAY_GRACE_MINUTES", "0"))
ADMIT = {
    kind: int(os.environ.get(f"MYNAPOINT_ADMIT_{kind.upper()}", most))
    for kind, most in (
        ("irrevocable", "32" if BATCH_WRITES else "8"),
        ("journey", "16"),
        ("machines", "4"),
        ("read", "8"),
    )
}
PAYER = os.environ.get("MYNAPOINT_PAYER", "")
METRICS = os.environ.get("MYNAPOINT_METRICS", "")
TRACES = os.environ.get("MYNAPOINT_TRACES", "")
LOG_LEVEL = os.environ.get("MYNAPOINT_LOG_LEVEL", "INFO")
_MAIL = urlsplit(os.environ.get("MYNAPOINT_MAIL", ""))
MAIL_FROM = os.environ.get("MYNAPOINT_MAIL_FROM", "") if _MAIL.hostname else ""
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "localhost", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL and _MAIL.hostname not in {"localhost", "127.0.0.1", "::1"}
EMAIL_TIMEOUT = 10
BANNER: object = ""


def _secret_key() -> str:
    if "MYNAPOINT_SECRET_KEY" in os.environ:
        return os.environ["MYNAPOINT_SECRET_KEY"]
    path = STATE / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
    return path.read_text().strip()


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = sorted({urlsplit(origin).hostname or "" for origin in ORIGINS})
ROOT_URLCONF = "mynapoint.hub.urls"
WSGI_APPLICATION = "mynapoint.hub.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "mynapoint.hub.audit",
    "mynapoint.hub.books",
    "mynapoint.hub.staff",
    "mynapoint.hub.identity",
    "mynapoint.hub.payment_services",
    "mynapoint.hub.municipalities",
    "mynapoint.hub.reservations",
    "mynapoint.hub.applications",
    "mynapoint.hub.ledger",
    "mynapoint.hub.support",
    "mynapoint.hub.office",
    "mynapoint.hub.providers_area",
    "mynapoint.hub.settlement",
]

MIDDLEWARE = [
    "mynapoint.hub.operation.observing.Observed",
    "django.middleware.security.SecurityMiddleware",
    "mynapoint.hub.web.ApiProblems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mynapoint.hub.waiting.admission.Admission",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "mynapoint.hub.support.visit_guard.VisitGuard",
    "mynapoint.hub.identity.private_pages.PrivatePages",
    "mynapoint.hub.waiting.places.Places",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "mynapoint.hub.web.RefusalMiddleware",
    "mynapoint.hub.audit.unknown_outcome.UnknownOutcome",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "mynapoint.hub.words",
                "mynapoint.hub.municipalities.help_line",
                "mynapoint.hub.municipalities.status_tag",
                "mynapoint.hub.support.helped",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "mynapoint.hub.web.page_context",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get("MYNAPOINT_DATABASE", ""), state=STATE)}
PASSWORD_HASHERS = ["mynapoint.hub.staff.passwords.Argon2id"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from where they lie; nothing to collect
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

_HTTPS = ORIGINS[0].startswith("https:")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "mynapoint.hub.operation.failures.csrf_failure"
SECURE_SSL_REDIRECT = _HTTPS
# TLS ends at a proxy. Whoever reaches the hub past it can claim https, but then is answered in plain http.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
# The card agent is reached by a form POST; it must see the true Origin (docs/decisions/0005-card-agent.md).
SECURE_REFERRER_POLICY = "origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

_PHONE = ["{0.scheme}://{0.netloc}".format(urlsplit(OPENID["authorize"]))] if OPENID["authorize"] else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "script-src": ["'self'"],
        "connect-src": ["'self'"],
        # A form may lead on to the phone's provider; browsers hold redirects to this, too.
        "form-action": ["'self'", CARD_AGENT, *_PHONE],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# One line a request, and whatever went wrong, as JSON without personal data (hub/operation/logs.py).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mynapoint.hub.operation.logs.JsonLines"}},
    "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["standard_error"], "level": "WARNING"},
    "loggers": {
        "mynapoint": {"level": LOG_LEVEL},
        # What was refused is in the line of its request; these have the failures with their places in the code.
        "django.request": {"handlers": ["standard_error"], "level": "ERROR", "propagate": False},
        "django.security": {"level": "ERROR"},
        "django.server": {"handlers": ["standard_error"], "level": "ERROR", "propagate": False},
    },
}
