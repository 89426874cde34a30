"""Django's settings, all derived from the configuration; nothing secret is written here."""

from financehub.accounts.secret_file import read_or_create_secret
from financehub.project.configuration import read_configuration
from financehub.project.databases import database_settings
from financehub.project.log_setup import set_up_logging

CONFIGURATION = read_configuration()

SECRET_KEY = read_or_create_secret(CONFIGURATION.data_dir / "secret_key", "FINANCEHUB_SECRET_KEY")
DEBUG = CONFIGURATION.is_debug
ALLOWED_HOSTS = list(CONFIGURATION.allowed_hosts)
DATABASES = {"default": database_settings(CONFIGURATION.database_url, CONFIGURATION.mode_dir)}
if "mysql" in DATABASES["default"]["ENGINE"]:
    import pymysql

    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "financehub.accounts",
    "financehub.assets",
    "financehub.storage",
    "financehub.streaming",
    "financehub.api",
    "financehub.tasks",
]
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name",)},
    },
]
MIDDLEWARE = ["financehub.api.request_context.request_context"]
ROOT_URLCONF = "financehub.project.urls"
ASGI_APPLICATION = "financehub.project.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGGING_CONFIG = None
set_up_logging(as_json=CONFIGURATION.logs_json)
