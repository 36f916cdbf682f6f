"""Text files: small trees in which a check finds something, and where; and trees that it leaves alone."""

from __future__ import annotations

from tests.unit.cases import Found, LeftAlone

FOUND: list[Found] = [
    ("TXT101", {"README.md": "a\n## ðŸš€ Start\n"}, "README.md:2"),
    ("TXT101", {"README.md": "a\n## üöÄ Start\n"}, "README.md:2"),
    ("TXT101", {"docs/a.md": "Django‚Äôs ORM"}, "docs/a.md:1"),
    ("TXT101", {"docs/a.md": "```\nâ”œâ”€â”€ apps\n```\n"}, "docs/a.md:2"),
    ("TXT101", {"docs/a.md": "le cafÃ© du coin, dÃ©jÃ vu\n"}, "docs/a.md:1"),
    ("TXT101", {"README.md": "a \ufffd b\n"}, "README.md:1"),
    ("TXT101", {"README.md": "# A\nsome ðŸ” zebra\n"}, "README.md:2"),
    ("TXT102", {"requirements.txt": "Django\r\n".encode("utf-16")}, "requirements.txt"),
    ("TXT102", {"README.md": "café".encode("cp1252")}, "README.md"),
    ("TXT103", {"a/b.py": "\ufeffimport x\n"}, "a/b.py:1"),
    ("TXT104", {"entrypoint.sh": "#!/bin/sh\r\n"}, "entrypoint.sh"),
    ("TXT104", {"a.py": "x = 1\r\ny = 2\n", ".gitattributes": "*.bat eol=crlf\n"}, "a.py"),
    ("TXT105", {"README.md": "a\nb \nc"}, "README.md:2"),
    ("TXT105", {"a.py": "x = 1\n\t\ny = '''a \n'''\n"}, "a.py:2"),
]
LEFT_ALONE: list[LeftAlone] = [
    (
        "TXT101",
        {
            "README.md": "Ngũgĩ’s “naïve café” – São Paulo … «voilà», ‚Übung‘, Türkçe ağ’ı, Việt\n"
            "Привет: «Слово…» и “в…”, Ελληνικά, 日本語, አማርኛ, 🧑‍💻 👍🏽 🇪🇹 1️⃣ 🛠️ ⚙\n"
            "├── a\n│   └── b\n┌─┬─┐ ═══ © ® ½ → ✓ ★ Use `ðŸš€` as an example.\n"
        },
    ),
    ("TXT102", {"README.md": "é 🚀", "a.html": '<meta charset="latin1">é'.encode("latin-1")}),
    (
        "TXT102",
        {"a.py": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "b.png": b"\xff\xfe"},
    ),
    ("TXT103", {"README.md": "a \ufeff"}),
    ("TXT104", {"run.bat": "dir\r\n", "a.py": "x = 1\n", "vendor/a.js": "a\r\n"}),
    ("TXT104", {"a.py": "x = 1\r\n", ".gitattributes": "* text=auto\n"}),
    ("TXT105", {"README.md": "a break  \nb\n```\ncode \n```\n    more \n", "a.min.js": "a \n"}),
    ("TXT105", {"a.py": 'x = """a \n  \n"""\n', "a.yml": "x: |\n  a \n", "broken.py": "x = ( \n"}),
]
