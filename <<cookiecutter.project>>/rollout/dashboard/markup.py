"""Parts of the page's HTML. Everything that comes from a release, a journal or Prometheus is escaped here."""

from collections.abc import Sequence

from rollout.report.picture.svg import element, escaped

TONES = {"plain": "", "good": "good", "bad": "bad", "doubtful": "doubtful"}


def section(name: str, title: str, *content: str) -> str:
    """A region with a heading that names it."""
    heading = element("h2", escaped(title), id=name)
    return element("section", heading, *content, aria_labelledby=name)


def paragraph(text: str, kind: str = "") -> str:
    attributes = {"class": kind} if kind else {}
    return element("p", escaped(text), **attributes)


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`rows` hold cells as markup; the first one of a row is its head."""
    head = element("tr", *(element("th", escaped(each), scope="col") for each in heads))
    body = (element("tr", element("th", first, scope="row"), *(cell(each) for each in rest)) for first, *rest in rows)
    whole = element("table", element("caption", escaped(caption)), element("thead", head), element("tbody", *body, ""))
    return element("div", whole, tabindex=0, role="region", aria_label=caption, **{"class": "wide"})


def cell(content: str) -> str:
    return element("td", content)


def toned(text: str, tone: str) -> str:
    """Text in a tone's colour; the text itself says the same."""
    return element("span", escaped(text), **{"class": tone}) if tone else escaped(text)
