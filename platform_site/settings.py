"""One settings module; the environment decides. Production adds secrets, never behaviour."""

from platform_site import env
from platform_site.faces import facing

BASE_DIR = env.BASE_DIR
LOCAL_DIR = env.LOCAL_DIR

# -- what this installation is -------------------------------------------------------------------------------------
# production | sandbox | demo. The genesis ledger entry says the same; the two must agree or nothing starts.
MODE = env.text("PORTAL_MODE", "demo")
# public | trading | supervision | none (no address is served) | all. `all` exists only in demo and sandbox.
FACE = env.text("PORTAL_FACE", "all")
SITE_NAME = env.text("PORTAL_SITE_NAME", "云泽省公共资源交易平台")
ORIGIN = env.text("PORTAL_ORIGIN", "http://127.0.0.1:8000")
# Where the clock's process asks whether the portal is being served; its own origin where a network says nothing else.
DOOR = env.text("PORTAL_DOOR", ORIGIN)
# The log's name in checkpoints (C2SP tlog-checkpoint origin line); schema-less and stable for ever.
LEDGER_ORIGIN = env.text("PORTAL_LEDGER_ORIGIN", "ggzy.yunze.example/ledger")
# Witnesses of the record, "key address" or "key" alone, separated by commas: one with an address is shown every
# checkpoint there, one without fetches them itself (docs/howto/witness.md).
_WITNESSES = [one.split() for one in env.text("PORTAL_WITNESSES").split(",") if one.strip()]
LEDGER_WITNESSES = [one[0] for one in _WITNESSES]
LEDGER_WITNESS_URLS = {one[0]: one[1] for one in _WITNESSES if len(one) > 1}
KEYS_DIR = LOCAL_DIR / "keys"
# Published static artefacts of the ledger (tiles, checkpoints) and stored files (documents, ciphertexts, papers).
LEDGER_DIR = LOCAL_DIR / "ledger"
MEDIA_ROOT = LOCAL_DIR / "files"

DEBUG = env.flag("PORTAL_DEBUG")
SECRET_KEY = env.text("PORTAL_SECRET_KEY")
if not SECRET_KEY:
    if MODE == "production":
        raise ValueError("PORTAL_SECRET_KEY must be set in production")
    SECRET_KEY = "demo-and-tests-only-" + "0" * 40
ALLOWED_HOSTS = env.text("PORTAL_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [ORIGIN]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "platform_site.clock",
    "platform_site.workdays",
    "platform_site.ledger",
    "platform_site.sealing",
    "platform_site.holds",
    "platform_site.accounts",
    "platform_site.web",
    "platform_site.messages",
    "credit",
    "experts",
    "trading",
    "disclosure",
    "supervision",
    "platform_site.faces",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "platform_site.web.middleware.PinnedClock",
    "platform_site.web.middleware.VaryOnHtmx",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "credit.middleware.ActingFor",
    "axes.middleware.AxesMiddleware",
    "platform_site.accounts.middleware.SecondFactor",
    "platform_site.web.middleware.Refusals",
]
MIDDLEWARE = facing.middleware(FACE, MIDDLEWARE)

ROOT_URLCONF = "platform_site.urls"
WSGI_APPLICATION = "platform_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "platform_site.web.context.site",
                "credit.context.identity",
            ],
            "builtins": ["django.templatetags.static", "platform_site.web.templatetags.gz"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]

# -- servers -------------------------------------------------------------------------------------------------------
# One connection, as the role that reads and writes rows. Only in `manage.py migrate` is it the tables' owner:
# embedded.borrowed_servers puts DATABASE_OWNER_URL in its place there and hides it everywhere else.
DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgresql://portal_app@localhost/portal"))}
REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# kombu has its own word for Redis on a Unix socket
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"

# Public pages that say the same to everybody are kept so long in their process; 0 keeps none (disclosure/keeping.py).
PAGE_CACHE_SECONDS = env.number("PORTAL_PAGE_CACHE_SECONDS", 2)
_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _MEMORY},
    "pages": {"BACKEND": _MEMORY, "LOCATION": "pages", "OPTIONS": {"MAX_ENTRIES": 1_000}},
}

# How many papers are made at the same moment, over all workers: the others keep the clock.
PAPERS_AT_ONCE = env.number("PORTAL_PAPERS_AT_ONCE", 1)
# PEM file with the RSA key that signs papers, its certificate and chain; outside production one is made in KEYS_DIR.
PAPER_SIGNER = env.text("PORTAL_PAPER_SIGNER")

# -- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "platform_site.accounts.addresses.client_address"
# Peers whose X-Forwarded-For is believed: our own front.
TRUSTED_PROXIES = env.text("PORTAL_TRUSTED_PROXIES", "127.0.0.1,::1").split(",")
# Networks that may read /metrics: the operator's own.
METRICS_FROM = env.text("PORTAL_METRICS_FROM", "127.0.0.1/32,::1/128").split(",")
# Encrypts phones and identity numbers in their columns; required in production.
FIELD_KEY = env.text("PORTAL_FIELD_KEY")

# -- language, time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# -- files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# In an image the collected files belong to the image, not to the data volume.
STATIC_ROOT = env.text("PORTAL_STATIC_DIR") or LOCAL_DIR / "static"
# On a bare machine nothing is collected: the files are served from where they lie.
WHITENOISE_USE_FINDERS = True
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/files/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# -- the browser's side --------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if MODE == "production":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "report-uri": ["/csp-report/"],
    }
}

EMAIL_BACKEND = env.text("PORTAL_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = LOCAL_DIR / "mail"
EMAIL_HOST = env.text("PORTAL_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("PORTAL_EMAIL_PORT", 25)
DEFAULT_FROM_EMAIL = env.text("PORTAL_EMAIL_FROM", "noreply@ggzy.yunze.example")

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {"TITLE": SITE_NAME, "VERSION": "1.0", "SWAGGER_UI_DIST": "SIDECAR", "REDOC_DIST": "SIDECAR"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # Eight lines a page otherwise.
        "weasyprint.progress": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # A line for every refused request would tell the operator before the opening that somebody tried to ask or to
        # file for a lot (ENG-21). The servers keep no access log for the same reason.
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.text("PORTAL_LOG_LEVEL", "INFO")},
}

# Importing the Celery application here binds every @shared_task to it, in each process that has settings.
from platform_site.celery import app as celery_app  # noqa: E402, F401
