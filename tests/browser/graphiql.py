"""GraphiQL, as somebody uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page


class GraphiQL:
    """The page on which GraphQL is tried out."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(f"{address}/graphql/")
        page.locator(".graphiql-container").wait_for()

    def send(self, headers: Mapping[str, str]) -> None:
        """Puts headers into each request from now on."""
        self.page.get_by_role("button", name="Headers", exact=True).click()
        self._write(".graphiql-editor-tool", json.dumps(headers))

    def run(self, document: str) -> Any:
        """What a document is answered with, as the page shows it."""
        self._write(".graphiql-query-editor", document)
        with self.page.expect_response(
            lambda answer: document in json.loads(answer.request.post_data or "{}").values()
        ):
            self.page.locator(".graphiql-execute-button").click()
        self.page.locator(".graphiql-spinner").wait_for(state="detached")
        result = self.page.locator(".result-window .CodeMirror")
        return json.loads(result.evaluate("editor => editor.CodeMirror.getValue()"))

    def _write(self, place: str, text: str) -> None:
        editor: Locator = self.page.locator(f"{place} .CodeMirror:visible").first
        editor.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
