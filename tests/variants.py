"""The answers that whole repos are made and run with."""

from __future__ import annotations

from collections.abc import Mapping

NAME = 'Ngũgĩ\'s "Jobs" {{ x }} & Co'

DEFAULTS: Mapping[str, object] = {}
BLANK: Mapping[str, object] = {"starter": "blank"}
BLANK_WITH_EVERYTHING_OFF: Mapping[str, object] = {
    "starter": "blank",
    "license": "none",
    "tasks": False,
    "cache": False,
    "traffic": False,
    "payments": False,
    "graphql": False,
    "observability": False,
    "containers": False,
    "github_actions": False,
    "dependency_updates": "none",
}
JOB_BOARD_WITH_EVERYTHING_ON: Mapping[str, object] = {
    "project_name": NAME,
    "user_name": 'Ngũgĩ "N" wa Thiong\'o & Co',
    "user_email": "ngugi@example.org",
    "github_user": "ngugi",
    "linkedin_user": "ngugi-wa-thiongo",
    "cohort": 'Cohort "1" \u2013 July 2025 {{ y }}',
    "start_date": "2028-02-26",
    "collaborators": "grace-hopper,alan-turing",
    "frontend_partner": "Kathérine `K` <Johnson> [x] {{ x }}",
    "frontend_repo": "https://git.example.org/kj/jobs-app",
    "description": "Posts & finds jobs: 'here', \"there\" {{ z }} \\ everywhere.",
    "django_version": "6.1",
    "hosting": "vm",
    "jenkins": True,
    "travis": True,
    "license": "GPL-3.0-or-later",
    "dependency_updates": "renovate",
    "hosted_url": "https://jobs.example.org/",
    "slides_url": "https://slides.example.org/jobs",
    "video_url": "https://video.example.org/jobs",
    "frontend_origins": "https://jobs.example.org,http://localhost:5173",
}
