"""What the platform refuses in messages that are no cards, and what it cuts (wecom.md §3.2, §3.6)."""

from adapters.simulation import Json
from adapters.wecom.simulator.calls import text_of
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.refusal import Refused, need

TEXT_BYTES = 2048
APP_TYPES = frozenset({
    "text", "image", "voice", "video", "file", "textcard", "news", "mpnews", "markdown", "miniprogram_notice",
    "template_card",
})  # fmt: skip
GROUP_TYPES = APP_TYPES - {"template_card", "miniprogram_notice"}


def cut_text(text: str) -> str:
    """What is left of a text after the platform cut it at 2048 bytes."""
    return text.encode()[:TEXT_BYTES].decode(errors="ignore")


def check_content(company: Company, kind: str, body: Json, *, markdown_bytes: int = TEXT_BYTES) -> Json:
    """The content object as readers will get it. Raises `Refused` with the platform's code."""
    content = body.get(kind)
    if not isinstance(content, dict):
        raise Refused(44004 if kind in ("text", "markdown", "markdown_v2") else 40058, f"{kind} missing")
    if kind == "text":
        return {**content, "content": cut_text(text_of(content, "content", 44004))}
    if kind in ("markdown", "markdown_v2"):
        need(len(text_of(content, "content", 44004).encode()) <= markdown_bytes, 45002, "content too large")
    elif kind in ("image", "voice", "file", "video"):
        need(company.has_media(text_of(content, "media_id", 40007)), 40007, "invalid media_id")
    elif kind == "textcard":
        _check_textcard(content)
    elif kind == "news":
        _check_news(content)
    return content


def _check_textcard(content: Json) -> None:
    need(len(text_of(content, "title")) <= 128, 40058, "title too long")
    need(len(text_of(content, "description")) <= 512, 40058, "description too long")
    need(len(text_of(content, "url").encode()) <= 2048, 40058, "url too long")
    need(len(str(content.get("btntxt", ""))) <= 4, 40058, "btntxt too long")


def _check_news(content: Json) -> None:
    articles = content.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= 8:
        raise Refused(40058, "1 to 8 articles")
    for article in articles:
        need(len(text_of(article, "title").encode()) <= 128, 40058, "title too long")
        need(article.get("url") or article.get("appid"), 40058, "url missing")
        need(len(str(article.get("description", "")).encode()) <= 512, 40058, "description too long")
