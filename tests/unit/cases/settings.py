"""Settings and secrets: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

PROJECT = "INSTALLED_APPS = []\n"
DECOUPLED = "from decouple import config\nINSTALLED_APPS = []\n"
API = "INSTALLED_APPS = ['rest_framework']\n"
SQLITE = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n"
# In two parts, so that nobody's scanner takes it for a real one.
TOKEN = "ghp_" + "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"

FOUND: list[Found] = [
    ("SET101", {".env": "SECRET_KEY=x"}, ".env"),
    ("SET101", {".env": "SECRET_KEY=your-secret-key"}, ".env"),
    ("SET101", {"backend/.env.production": "A=1"}, "backend/.env.production"),
    (
        "SET102",
        {"config/settings.py": "import os\nKEY = os.environ['KEY']\n"},
        "config/settings.py",
    ),
    (
        "SET103",
        {"config/settings.py": "SECRET_KEY = 'django-insecure-1'\n"},
        "config/settings.py:1",
    ),
    ("SET104", {"config/settings/base.py": "DEBUG = True\n"}, "config/settings/base.py:1"),
    (
        "SET104",
        {"x/settings.py": "\nDEBUG = config('DEBUG', default=True, cast=bool)\n"},
        "x/settings.py:2",
    ),
    (
        "SET104",
        {"x/settings.py": "DEBUG = os.getenv('DEBUG', 'True') == 'True'\n"},
        "x/settings.py:1",
    ),
    ("SET105", {"config/settings.py": "ALLOWED_HOSTS = ['*']\n"}, "config/settings.py:1"),
    (
        "SET105",
        {"x/settings.py": "ALLOWED_HOSTS = env.list('H', default=['*'])\n"},
        "x/settings.py:1",
    ),
    ("SET106", {"key.pem": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "A" * 64}, "key.pem:1"),
    (
        "SET107",
        {"config/settings.py": "DATABASES = {'default': {'PASSWORD': 'postgres'}}\n"},
        "config/settings.py:1",
    ),
    (
        "SET103",
        {"x/settings.py": "SECRET_KEY = config('SECRET_KEY', default='abc')\n"},
        "x/settings.py:1",
    ),
    (
        "SET103",
        {"x/settings.py": "SECRET_KEY = os.getenv('SECRET_KEY') or 'abc'\n"},
        "x/settings.py:1",
    ),
    ("SET104", {"x/settings.py": "DEBUG: bool = True\n"}, "x/settings.py:1"),
    (
        "SET104",
        {"x/settings.py": "DEBUG = os.getenv('DEBUG', 'true').lower() in ('1', 'true')\n"},
        "x/settings.py:1",
    ),
    (
        "SET105",
        {"x/settings.py": "if not DEBUG:\n    ALLOWED_HOSTS = '*'.split()\n"},
        "x/settings.py:2",
    ),
    (
        "SET107",
        {"x/settings.py": "DB = {'PASSWORD': os.getenv('DB_PASSWORD', 'postgres')}\n"},
        "x/settings.py:1",
    ),
    (
        "SET107",
        {"x/settings.py": "EMAIL_HOST_PASSWORD = 'abcd efgh ijkl mnop'\n"},
        "x/settings.py:1",
    ),
    ("SET108", {"x/settings.py": PROJECT}, "x/settings.py"),
    ("SET109", {"x/settings.py": "CORS_ALLOW_ALL_ORIGINS = True\n"}, "x/settings.py:1"),
    ("SET109", {"x/settings.py": "A = 1\nCORS_ORIGIN_ALLOW_ALL = True\n"}, "x/settings.py:2"),
    ("SET110", {"x/settings.py": SQLITE}, "x/settings.py:1"),
    (
        "SET110",
        {
            "x/settings.py": "DATABASES = {'default': dj_database_url.config(default='sqlite:///db')}\n"
        },
        "x/settings.py:1",
    ),
    (
        "SET111",
        {
            "docker-compose.yml": "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=postgres\n"
        },
        "docker-compose.yml:4",
    ),
    ("SET111", {"compose.yaml": "x:\n  DATABASE_URL: postgres://a:b@db/c\n"}, "compose.yaml:2"),
    (
        "SET111",
        {"k8s/secret.yaml": "kind: Secret\nstringData:\n  KEY: hunter2\n"},
        "k8s/secret.yaml",
    ),
    ("SET112", {"x/settings.py": PROJECT}, "x/settings.py"),
    ("SET113", {"x/settings.py": API}, "x/settings.py"),
    (
        "SET114",
        {"x/settings.py": DECOUPLED, ".gitignore": "*.pyc\n"},
        ".gitignore",
    ),
    ("SET114", {"x/settings.py": PROJECT + "load_dotenv(BASE_DIR / '.env')\n"}, ".gitignore"),
    ("SET115", {"x/settings.py": PROJECT}, "x/settings.py"),
    (
        "SET116",
        {"x/settings.py": API, "jobs/views.py": "class Jobs(ModelViewSet): ...\n"},
        "x/settings.py",
    ),
    ("SET117", {"jobs/mail.py": f"\nKEY = '{TOKEN}'\n"}, "jobs/mail.py:2"),
    ("SET117", {"README.md": f"Use {TOKEN}."}, "README.md:1"),
]
LEFT_ALONE: list[LeftAlone] = [
    ("SET101", {".env.example": "SECRET_KEY="}),
    ("SET102", {"config/settings.py": "import os\nos.environ\n", ".env.example": ""}),
    ("SET103", {"config/settings/base.py": "SECRET_KEY = env('SECRET_KEY')\n"}),
    ("SET103", {"config/settings/development.py": "SECRET_KEY = 'for development'\n"}),
    ("SET104", {"config/settings/base.py": "DEBUG = env.bool('DEBUG', default=False)\n"}),
    (
        "SET103",
        {
            "x/settings.py": "SECRET_KEY = os.getenv('SECRET_KEY', 'change-me')\n"
            "if not DEBUG:\n    if SECRET_KEY == 'change-me':\n        raise ImproperlyConfigured\n"
        },
    ),
    ("SET104", {"config/settings.py": "DEBUG = True\n", "config/settings/__init__.py": ""}),
    ("SET104", {"config/settings/local.py": "DEBUG = True\n"}),
    ("SET105", {"config/settings.py": "ALLOWED_HOSTS = env.list('ALLOWED_HOSTS')\n"}),
    ("SET106", {"cert.pem": "-----BEGIN CERTIFICATE-----\n" + "A" * 64}),
    (
        "SET107",
        {"config/settings.py": "DB = {'PASSWORD': env('DB_PASSWORD')}\nPASSWORD_HASHERS = ['x']\n"},
    ),
    (
        "SET101",
        {"x/kustomization.yaml": "configMapGenerator:\n- envs: [a.env]\n", "x/a.env": "A=1"},
    ),
    (
        "SET101",
        {
            ".env.example": "",
            "deploy/staging.env.sample": "",
            "src/env.d.ts": "",
            ".env.test": "A=1",
        },
    ),
    (
        "SET101",
        {
            "client/.env.production": "VITE_API_URL=https://x\n",
            "web/.env": "# A=1\nNEXT_PUBLIC_X=1\n",
        },
    ),
    ("SET101", {".env.social": "GOOGLE_SECRET=your-google-secret\nOTHER=\n"}),
    ("SET102", {"config/settings.py": "import os\nos.environ\n", "envs/sample.env": ""}),
    (
        "SET103",  # what production's settings set anew
        {
            "c/settings/base.py": "SECRET_KEY = 'x'\n",
            "c/settings/production.py": "SECRET_KEY = env('K')\n",
        },
    ),
    (
        "SET103",
        {"x/settings.py": "if DEBUG:\n    SECRET_KEY = 'x'\nelse:\n    SECRET_KEY = env('K')\n"},
    ),
    ("SET104", {"x/settings.py": "DEBUG = True\nDEBUG = env.bool('DEBUG', False)\n"}),
    (
        "SET104",
        {
            "x/settings.py": "if ENVIRONMENT == 'production':\n    DEBUG = False\nelse:\n    DEBUG = True\n"
        },
    ),
    ("SET104", {"x/settings.py": "DEBUG = os.getenv('ENVIRONMENT', 'x') != 'production'\n"}),
    ("SET104", {"x/settings.py": "DEBUG = False if 'RENDER' in os.environ else True\n"}),
    (
        "SET105",
        {
            "x/settings.py": "if DEBUG is False:\n    ALLOWED_HOSTS = ['a.org']\nelse:\n    ALLOWED_HOSTS = ['*']\n"
        },
    ),
    (
        "SET105",
        {"x/settings.py": "if DEBUG != True:\n    pass\nelse:\n    ALLOWED_HOSTS = ['*']\n"},
    ),
    ("SET105", {"x/settings.py": "ALLOWED_HOSTS = ['*'] if DEBUG else env.list('HOSTS')\n"}),
    ("SET105", {"x/settings.py": "if DEBUG:\n    ALLOWED_HOSTS = ['*']\n"}),
    (
        "SET107",  # rates, paths and names of fields
        {
            "x/settings.py": "R = {'token': '5/minute', 'password': 'apps.x.Password', 'PASSWORD': ''}\n"
            "K = {'USERNAME_FIELD_SECRET': 'access_token'}\nSTRIPE_SECRET = 'your-stripe-secret'\n"
            "SECRET_KEY = config('MY_SECRET', default='abcdef')\nAPI_KEY = config('API_KEY', default='')\n"
        },
    ),
    ("SET107", {"x/settings/local.py": "EMAIL_HOST_PASSWORD = 'mailpit'\n"}),
    ("SET108", {"x/settings.py": PROJECT + "if not DEBUG:\n    SECURE_SSL_REDIRECT = True\n"}),
    ("SET108", {"app/settings.py": "TIMEOUT = 5\n"}),
    ("SET109", {"x/settings.py": "CORS_ALLOW_ALL_ORIGINS = DEBUG\n"}),
    ("SET109", {"x/settings.py": "if DEBUG:\n    CORS_ALLOW_ALL_ORIGINS = True\n"}),
    (
        "SET110",
        {
            "x/settings.py": "if DEBUG:\n    "
            + SQLITE
            + "else:\n    DATABASES = {'default': env.db()}\n"
        },
    ),
    (
        "SET110",
        {"c/settings/base.py": SQLITE, "c/settings/production.py": "env.str('DATABASE_URL')\n"},
    ),
    (
        "SET111",
        {
            "compose.yaml": "x:\n  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n  MYSQL_PASSWORD:\n"
            "  DATABASE_URL: postgres://a:${POSTGRES_PASSWORD}@db/c\n  POSTGRES_PASSWORD_FILE: /run/x\n",
            "docker-compose.dev.yml": "x:\n  POSTGRES_PASSWORD: postgres\n",
            ".devcontainer/compose.yaml": "x:\n  POSTGRES_PASSWORD: postgres\n",
            "k8s/secret.example.yaml": "kind: Secret\nstringData: {KEY: hunter2}\n",
            "k8s/secret.yaml": "kind: Secret\nstringData: {KEY: change-me}\n",
            "k8s/sealed.yaml": "kind: ExternalSecret\nspec: {}\n",
        },
    ),
    ("SET112", {"x/settings.py": PROJECT + "LOGGING = {}\n"}),
    ("SET112", {"x/settings/base.py": PROJECT, "x/settings/production.py": "LOGGING = {}\n"}),
    ("SET113", {"x/settings.py": API + "REST_FRAMEWORK = {'DEFAULT_THROTTLE_CLASSES': []}\n"}),
    ("SET113", {"x/settings.py": API, "jobs/views.py": "@ratelimit(key='ip', rate='5/m')\n"}),
    ("SET113", {"x/settings.py": PROJECT}),
    ("SET114", {"x/settings.py": DECOUPLED, ".gitignore": "# x\n/.env\n"}),
    ("SET114", {"x/settings.py": "import os\nos.environ['KEY']\n"}),
    (
        "SET115",
        {"x/settings/base.py": PROJECT, "x/settings/production.py": "from .base import *\n"},
    ),
    (
        "SET116",
        {
            "x/settings.py": API + "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': []}\n",
            "a/views.py": "class A(APIView): ...\n",
        },
    ),
    (
        "SET116",
        {"x/settings.py": API, "a/views.py": "class A(APIView):\n    permission_classes = []\n"},
    ),
    (
        "SET117",
        {
            "README.md": "Set GITHUB_TOKEN=ghp_"
            + "x" * 36
            + ", CHASECK_TEST-your-key, AKIAIOSFODNN7"
            + "EXAMPLE"
        },
    ),
]
