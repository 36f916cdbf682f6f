"""The Django project: settings, URLs and servers."""
