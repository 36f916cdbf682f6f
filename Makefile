# Each target is one command, which works without make as well. uv is found on the PATH, or installed into .venv.
SHELL := bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3
UV_VERSION := $(shell grep -om1 'uv==[0-9.]*' pyproject.toml)

.PHONY: help setup new test lint format lock build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: ## install the environment
	@command -v uv >/dev/null || { $(PYTHON) -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check $(UV_VERSION); }
	@uv sync --locked --quiet

new: setup ## start a repo: make new DEST=../my-nexus (DEFAULTS=1 asks nothing)
	@uv run nexus new "$(or $(DEST),$(error Say where: make new DEST=../my-nexus))" $(if $(DEFAULTS),--defaults)

test: setup ## all tests that this machine can run
	uv run pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: setup ## every rule, on all files
	uv run pre-commit run --all-files

format: setup ## mend what can be mended by itself
	-uv run pre-commit run --all-files --hook-stage manual

lock: setup ## lock the dependencies of what the template renders
	uv run scripts/lock.py

build: setup ## the wheel, with the template in it
	uv build --wheel
