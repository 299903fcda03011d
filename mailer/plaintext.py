"""HTML as plain text: links, lists, quotes and tables kept, nothing hidden shown, nothing visible lost."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

DEEPEST = 200  # elements within elements; the parser takes quadratic time beyond
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SKIPPED = {"script", "style", "title", "template", "head", "noscript"}
BLOCKS = {
    "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"}
CELLS = {"td", "th"}
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)


def html_to_text(html: str) -> str:
    """The text that a reader of the HTML sees, quoted blocks marked with `>`."""
    if _depth(html) > DEEPEST:
        return _collapse(TAG.sub("\n", html))
    root = LexborHTMLParser(html).root
    return _collapse("".join(_pieces(root))) if root else ""


def _depth(html: str) -> int:
    depth = deepest = 0
    for closing, name, self_closing in TAG.findall(html):
        if name.lower() in VOID or self_closing:
            continue
        depth += -1 if closing else 1
        depth = max(depth, 0)
        deepest = max(deepest, depth)
    return deepest


def _pieces(root: LexborNode) -> Iterator[str]:
    """Pieces of text in reading order; `\\x01` and `\\x02` stand around what is quoted."""
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        tag = node.tag
        if tag == "-text":
            yield re.sub(r"\s+", " ", node.text_content or "").translate(MARKS)
            continue
        if tag in SKIPPED or not tag or tag.startswith(("!", "-")) or _is_hidden(node):
            continue
        before, after = _around(node, tag)
        yield before
        stack.append(after)
        stack.extend(reversed(list(node.iter(include_text=True))))


MARKS = str.maketrans("", "", "\x01\x02")


def _is_hidden(node: LexborNode) -> bool:
    return bool(HIDDEN.search(node.attributes.get("style") or ""))


def _around(node: LexborNode, tag: str) -> tuple[str, str]:
    """What an element puts before and after its text."""
    if tag == "br":
        return "\n", ""
    if tag == "hr":
        return "\n________________________________\n", ""
    if tag == "blockquote":
        return "\n\x01", "\x02\n"
    if tag == "li":
        return "\n- ", "\n"
    if tag in CELLS:
        return "", "\t"
    if tag == "a":
        return "", _target(node)
    if tag in BLOCKS:
        gap = "\n\n" if tag in PARAGRAPHS else "\n"
        return gap, gap
    return "", ""


def _target(node: LexborNode) -> str:
    """Where a link goes, if its text does not say so."""
    href = (node.attributes.get("href") or "").strip()
    text = node.text(deep=True).strip()
    if not href.startswith(("http://", "https://")) or href.rstrip("/") in text or not text:
        return ""
    return f" <{href}>"


def _collapse(text: str) -> str:
    """Spaces and blank lines as a person would leave them, quoted blocks behind `>`."""
    lines: list[str] = []
    depth = 0
    for raw in text.replace("\xa0", " ").split("\n"):
        if not raw and not (lines and lines[-1]):
            continue
        opened, closed = raw.count("\x01"), raw.count("\x02")
        depth += opened
        line = re.sub(r"[ \r\f\v]+", " ", raw.translate(MARKS)).strip(" \t")
        if line or (lines and lines[-1].strip("> ")):
            lines.append(("> " * depth + line) if line else "")
        depth = max(depth - closed, 0)
    return "\n".join(lines).strip("\n")
