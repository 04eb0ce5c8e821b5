"""Settings. What a person may change comes from the environment and stands in docs/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from convive.kernel.environment import (
    database_from_url,
    env_flag,
    env_list,
    env_number,
    env_text,
)
from convive.kernel.home import Home

HOME = Home.from_environment()
HOME.make()

SECRET_KEY = env_text("CONVIVE_SECRET_KEY", "") or HOME.secret_key()
DEBUG = env_flag("CONVIVE_DEBUG", default=False)
ALLOWED_HOSTS = env_list("CONVIVE_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CONVIVE_ORIGINS", [])
SITE_HTTPS = env_flag("CONVIVE_HTTPS", default=False)

INSTALLED_APPS = [
    "convive.kernel",
    "convive.look",
    "convive.domain.programme",
    "convive.domain.plans",
    "convive.evidence",
    "convive.domain.offline",
    "convive.domain.people",
    "convive.domain.referrals",
    "convive.domain.services",
    "convive.domain.cases",
    "convive.domain.protection",
    "convive.domain.reach",
    "convive.domain.observatory",
    "convive.domain.committees",
    "convive.domain.privacy",
    "convive.results",
    "convive.reports",
    "convive.upkeep",
    "convive.doors.portal",
    "convive.doors.workspace",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

# Headers first: an answer that any of the others gives carries them too
MIDDLEWARE = [
    "convive.kernel.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages, styles and tables over slow lines
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "convive.kernel.limits.Limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "convive.domain.programme.guard.DenyByDefault",
]

ROOT_URLCONF = "convive.urls"
WSGI_APPLICATION = "convive.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "convive.domain.programme.guard.shell",
            ],
        },
    }
]

DATABASES = {"default": database_from_url(env_text("CONVIVE_DATABASE", ""), HOME.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Languages: Spanish at /, English at /en/
LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English"))]
TIME_ZONE = env_text("CONVIVE_ZONE", "America/Lima")
USE_TZ = True
USE_I18N = True

# Sign-in: password and a second factor, always
AUTH_USER_MODEL = "programme.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "convive.domain.programme.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets a letter because a stranger typed an address
ACCOUNT_SESSION_REMEMBER = False
# Guesses are counted in this process's memory: enough for the one process that serves
# ... by the address that the proxy saw: else one guesser would lock everybody out
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SITE_HTTPS else 0
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "convive.domain.programme.signin.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up: whoever makes the account knows its address
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True  # it proves both steps at once: the device, and who holds it
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # ... so no key enters without PIN, finger or face
MFA_TOTP_ISSUER = "Convive"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:front"
# Sends nothing until told how: a letter on the console would put addresses and links that set a
# password into the messages of the server. `convive member link` makes such a link by hand
EMAIL_HOST = env_text("CONVIVE_EMAIL_HOST", "")
EMAIL_BACKEND = env_text(
    "CONVIVE_EMAIL_BACKEND",
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend",
)
EMAIL_USE_SSL = env_flag("CONVIVE_EMAIL_SSL", default=False)
EMAIL_USE_TLS = env_flag("CONVIVE_EMAIL_TLS", default=not EMAIL_USE_SSL)
EMAIL_PORT = int(env_text("CONVIVE_EMAIL_PORT", "465" if EMAIL_USE_SSL else "587"))
EMAIL_HOST_USER = env_text("CONVIVE_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env_text("CONVIVE_EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = 10  # seconds: a page that sends a letter must not hang on a mail server
DEFAULT_FROM_EMAIL = env_text("CONVIVE_EMAIL_FROM", "convive@localhost")
# Where letters say that the pages are
SITE_URL = env_text("CONVIVE_URL", next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000"))

SESSION_COOKIE_AGE = 8 * 3600
# __Host-: a browser takes it over HTTPS alone, from this very host, for all of it
_HOST = "__Host-" if SITE_HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}session", f"{_HOST}csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# What is said once after a form stays in the session: a cookie of its own would hold its words
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if SITE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_HTTPS
# Preloading binds a whole domain for years: for its owner to ask, not for one server of it
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_SSL_REDIRECT = SITE_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the QR code of the second factor alone
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "upgrade-insecure-requests": SITE_HTTPS,
    }
}

STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "convive.look.finders.LeafletFinder",
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600  # seconds: names carry no hash, so a new version must be seen soon
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Files that people bring in go straight into the home, never into a folder that others share
UPLOAD_MB = env_number("CONVIVE_UPLOAD_MB", 100)
UPLOAD_DAYS = env_number("CONVIVE_UPLOAD_DAYS", 14)
FILE_UPLOAD_TEMP_DIR = HOME.uploads
FILE_UPLOAD_HANDLERS = ["convive.evidence.desk.upload_handler.LimitedUpload"]

BODY_MB = 4 * UPLOAD_MB  # a request beyond this is not even read
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # the offences of one source, each with its class
DATA_UPLOAD_MAX_NUMBER_FILES = 10
# How many of each kind one account may ask for, or one address where nobody is signed in
RATE_LIMITS = {
    "write": "120/m",
    "upload": "30/10m",
    "export": "60/m",
    "search": "60/m",
    "data_request": "5/h",  # what anybody may send without an account
    "opinion": "60/h",  # of one address: a whole course answers on one line
    "code": "10/10m",  # looking up what was sent, by its code
}

# Backups: where to, sealed to whose public key; the worker makes one a day where both are said
BACKUP_DIR = env_text("CONVIVE_BACKUP_DIR", "")
BACKUP_RECIPIENT = env_text("CONVIVE_BACKUP_RECIPIENT", "")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Messages of the system carry codes and counts: never names, free text or locations
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "convive.kernel.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env_text("CONVIVE_LOG", "WARNING")},
    # An address that was not found may hold what somebody typed
    "loggers": {"django.request": {"level": "ERROR"}},
}

PACKS = Path(os.environ.get("CONVIVE_PACKS") or Path(__file__).resolve().parents[2] / "packs")
