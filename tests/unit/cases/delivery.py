"""Delivery: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

NEEDS = {
    "manage.py": "",
    "config/settings/base.py": "NAME = env.str('NAME', default='')\n",
    "config/settings/production.py": "env.str('SECRET_KEY')\nKEY = os.environ['API_KEY']\n",
}
PRODUCTION = "DJANGO_SETTINGS_MODULE: config.settings.production"

FOUND: list[Found] = [
    (
        "DPL101",
        {
            **NEEDS,
            "compose.yaml": "services:\n  web:\n    build: .\n    environment:\n"
            f"      {PRODUCTION}\n      SECRET_KEY: x\n",
        },
        "compose.yaml",
    ),
    (
        "DPL101",
        {
            **NEEDS,
            "deploy/kubernetes/base/web.yaml": "kind: Deployment\n",
            "deploy/kubernetes/secrets.env.example": "SECRET_KEY=\n",
            "deploy/kubernetes/overlays/production/config.env": "API_KEY=\n",
            "deploy/kubernetes/overlays/staging/config.env": "OTHER=\n",
        },
        "deploy/kubernetes/overlays/staging/config.env",
    ),
    (
        "DPL101",
        {**NEEDS, "k8s/web.yaml": "kind: Deployment\n---\nkind: Secret\ndata:\n  API_KEY: eA==\n"},
        "k8s/web.yaml",
    ),
    (
        "DPL101",
        {**NEEDS, "render.yaml": "services:\n  - {type: web, name: api, runtime: python}\n"},
        "render.yaml",
    ),
    ("DPL101", {**NEEDS, "railway.json": "{}", ".env.example": "API_KEY=\n"}, ".env.example"),
    ("DPL101", {**NEEDS, "fly.toml": "# Secrets: API_KEY\n[env]\nPORT = '8000'\n"}, "fly.toml"),
    (
        "DPL101",
        {
            **NEEDS,
            "deploy/web.service": "[Service]\nEnvironment=API_KEY=x\nExecStart=/x/python -m x\n",
        },
        "deploy/web.service",
    ),
    ("DPL102", {"Procfile": "web: python manage.py runserver 0.0.0.0:$PORT\n"}, "Procfile:1"),
    (
        "DPL102",
        {"render.yaml": "services:\n  - type: web\n    startCommand: python manage.py runserver\n"},
        "render.yaml:3",
    ),
    (
        "DPL103",
        {
            "Procfile": "release: x\nweb: gunicorn myproject.wsgi --log-file -\n",
            "config/wsgi.py": "",
        },
        "Procfile:2",
    ),
]
LEFT_ALONE: list[LeftAlone] = [
    (
        "DPL101",  # all of them, each in the way of its target
        {
            **NEEDS,
            "compose.yaml": "services:\n  db: {image: 'postgres:17'}\n  web:\n    build: .\n"
            "    environment: [DJANGO_SETTINGS_MODULE=production, SECRET_KEY=x, API_KEY=y]\n",
            "k8s/web.yaml": "kind: Deployment\nenv: [{name: API_KEY, value: x}]\n"
            "---\nkind: ExternalSecret\nspec: {data: [{secretKey: SECRET_KEY}]}\n",
            "render.yaml": "envVarGroups: [{name: all, envVars: [{key: API_KEY}]}]\nservices:\n"
            "  - {runtime: docker, envVars: [{key: SECRET_KEY, sync: false}, {fromGroup: all}]}\n"
            "  - {runtime: python, envVars: [{fromGroup: made-in-the-dashboard}]}\n"
            "  - {type: keyvalue, name: cache}\n",
            "railway.json": "{}",
            ".env.example": "SECRET_KEY=\nAPI_KEY=\n",
            "fly.toml": "# Secrets (fly secrets set):\n#   API_KEY\n[env]\nSECRET_KEY = 'x'\n",
            "deploy/web.service": "[Service]\nEnvironmentFile=/etc/x\nExecStart=/x/gunicorn\n",
            "deploy/environment.example": "SECRET_KEY=''\nAPI_KEY=''\n",
            "deploy/backup.service": "[Service]\nExecStart=/usr/bin/pg_dump\n",
        },
    ),
    (
        "DPL101",  # what development starts, and what starts something else
        {
            **NEEDS,
            "Dockerfile": f"FROM a:1\nENV PORT=8000 \\\n    {PRODUCTION.replace(': ', '=')}\n",
            "compose.dev.yaml": "services:\n  web:\n    build: .\n    environment:\n"
            "      DJANGO_SETTINGS_MODULE: config.settings.development\n",
            "docker-compose.yml": "services:\n  front:\n    build: ./front\n",
        },
    ),
    (
        "DPL101",  # what has a default, somewhere, or is read only now and then
        {
            "x/settings.py": "env = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')\n"
            "A = config('A', default=1)\nB = env('B', 2)\nC = os.getenv('C')\n"
            "D = A or os.environ['D']\nif A:\n    E = env('E')\nenv.read_env('FILE')\n"
            "try:\n    F = os.environ['F']\nexcept KeyError:\n    pass\nos.environ['G'] = 'x'\n",
            "fly.toml": "[env]\n",
        },
    ),
    ("DPL101", {"config/settings/base.py": "env('SECRET_KEY')\n", "fly.toml": "[env]\n"}),
    ("DPL102", {"Procfile": "web: gunicorn config.wsgi\n", "docs/runserver.md": "web: runserver"}),
    ("DPL103", {"Procfile": "web: gunicorn config.wsgi:application\n", "config/wsgi.py": ""}),
    (
        "DPL103",
        {
            "render.yaml": "startCommand: cd backend && gunicorn core.wsgi\n",
            "backend/core/wsgi.py": "",
        },
    ),
    ("DPL103", {"Procfile": "web: gunicorn app:server\n"}),
]
