"""GET /: one page to try the agent. Whoever runs the service on their own machine gets it; production does not."""

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from agent.settings import Settings

PATH = "/"
PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")


def policy_of(page: str) -> str:
    """A Content-Security-Policy by which a browser runs nothing but this page's own script, and asks only us."""

    def digest(tag: str) -> str:
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {digest('script')}; style-src {digest('style')}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


HEADERS = {
    "content-security-policy": policy_of(PAGE),
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def is_shown(settings: Settings, is_loopback: bool) -> bool:
    """Whether there is a page. On an address that others can reach, only if the setting says so."""
    return settings.page == "on" or (settings.page == "auto" and is_loopback)


def make_router() -> APIRouter:
    """The route of the page. Its script calls the service as any client does, with the token that its user types."""
    router = APIRouter()

    @router.get(PATH, response_class=HTMLResponse, include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(PAGE, headers=HEADERS)

    return router
