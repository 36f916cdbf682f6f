"""What the documentation site adds to Zensical: diagrams drawn at build time, and links to code.

Left alone, Zensical has the reader's browser fetch Mermaid from a CDN, and a link from docs/ to a file
outside it leads nowhere. With this module a diagram is an image in the page, and a link to code opens in
the repository, or is plain text while zensical.toml names no repository.
"""

import base64
import posixpath
import re
from typing import Any
from xml.etree.ElementTree import Element  # nosec B405

import mermaidx  # type: ignore[import-untyped]
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from zensical.extensions.context import ContextPreprocessor

# A diagram's letters are drawn in 16 pixels; with this they are as large as those of a table.
SCALE = 0.75


def diagram(source: str, language: str, css_class: str, *args: Any, **kwargs: Any) -> str:
    """Return the HTML of a `mermaid` code block: an SVG image in a frame of its page."""
    svg = mermaidx.render(source).svg()
    drawn = re.search(r'viewBox="\S+ \S+ (\d+)', svg)
    width = f' width="{int(drawn[1]) * SCALE:.0f}"' if drawn else ""
    image = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return f'<div class="{css_class}" tabindex="0"><img alt="Diagram"{width} src="{image}"></div>'


class CodeLinks(Treeprocessor):
    """Turn links to files outside docs/ into links to the repository."""

    def run(self, root: Element) -> None:
        context = ContextPreprocessor.from_markdown(self.md)
        if context is None:  # not a page of the site
            return
        folder = posixpath.dirname(f"docs/{context.page.path}")
        repository = context.config["repo_url"]
        for link in root.iter("a"):
            path = posixpath.normpath(posixpath.join(folder, link.get("href", "")))
            if ":" in path or path.split("/")[0] == "docs":
                continue
            if repository:
                link.set("href", f"{repository}/blob/main/{path}")
            else:
                link.tag = "span"
                del link.attrib["href"]


class DocsExtension(Extension):
    """The Markdown extension that zensical.toml names."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Python-Markdown's name
        md.treeprocessors.register(CodeLinks(md), "code_links", 0)


def makeExtension(**options: Any) -> DocsExtension:  # noqa: N802  # Python-Markdown's name
    """Return the extension: Python-Markdown calls this by its name."""
    return DocsExtension(**options)
