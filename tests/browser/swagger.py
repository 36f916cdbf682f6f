"""Swagger UI, as somebody uses it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page


class Swagger:
    """The page on which an API is tried out."""

    def __init__(self, page: Page, address: str, path: str = "/api/docs/") -> None:
        self.page = page
        page.goto(address + path)
        page.locator(".opblock").first.wait_for()

    def log_in_with(self, token: str) -> None:
        """Puts an access token into each request from now on."""
        page = self.page
        page.get_by_role("button", name="Authorize").first.click()
        dialog = page.locator(".modal-ux")
        dialog.get_by_role("textbox").fill(token)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.get_by_role("button", name="Close").click()

    def try_out(
        self, method: str, path: str, body: object = None, **parameters: object
    ) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        operation = self.page.locator(
            f".opblock-{method.lower()}", has=self.page.locator(f"[data-path='{path}']")
        )
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Try it out").click()
        for name, value in parameters.items():
            operation.locator(f"tr[data-param-name='{name}'] input").fill(str(value))
        if body is not None:
            kinds = operation.get_by_label("Request content type")
            if kinds.count():
                kinds.select_option("application/json")
            operation.locator("textarea.body-param__text").fill(json.dumps(body))
        operation.get_by_role("button", name="Execute").click()
        answer = operation.locator(".live-responses-table tbody")
        status = answer.locator(".response-col_status").first.inner_text()
        text = answer.locator(".highlight-code code").first.inner_text()
        operation.locator(".opblock-summary-control").click()
        return int(status.split()[0]), json.loads(text)
