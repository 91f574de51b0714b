"""What Telegram refuses in a message: the in-process channel of the tests refuses it too."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

TEXT_MAX, CAPTION_MAX, ALERT_MAX, DATA_MAX, BUTTONS_MAX, ROW_MAX = 4096, 1024, 200, 64, 100, 8
TAGS = frozenset({"b", "strong", "i", "em", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler", "span", "tg-emoji"})
ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")


class _Tags(HTMLParser):
    """Follows the tags; what is wrong with them is kept in ``fault``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.fault = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.fault = self.fault or f"unsupported start tag {tag}"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fault = self.fault or f"unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def fault_of_html(html: str) -> str:
    """What Telegram finds wrong with a text, or nothing."""
    tags = _Tags()
    tags.feed(html)
    tags.close()
    if tags.fault or tags.open or ENTITY.search(html):
        return f"can't parse entities: {tags.fault or tags.open or 'a bare ampersand'}"
    if not tags.text.strip():
        return "message text is empty"
    return "message is too long" if len(tags.text.encode("utf-16-le")) // 2 > TEXT_MAX else ""


def fault_of_keyboard(rows: list[list[dict[str, Any]]]) -> str:
    """What Telegram (or a phone) finds wrong with a keyboard, or nothing."""
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_MAX or any(len(row) > ROW_MAX for row in rows):
        return "too many buttons"
    for button in buttons:
        label, data = str(button["text"]), str(button.get("callback_data", ""))
        if not label.strip():
            return "a button without a label"
        if label != unescape(label):
            return f"a label with HTML in it, which buttons show as it stands: {label}"
        if not button.get("url") and not 1 <= len(data.encode()) <= DATA_MAX:
            return f"button data of {len(data.encode())} bytes: {data}"
    return ""


def fault(method: str, parameters: dict[str, Any]) -> str:
    """Why Telegram would refuse this call, or nothing."""
    text = str(parameters.get("text") or "")
    if method == "answerCallbackQuery":
        if text != unescape(text):
            return f"HTML in a line over the chat, which shows it as it stands: {text}"
        return f"an alert of {len(text)} characters" if len(text) > ALERT_MAX else ""
    if method == "sendPhoto":
        text = str(parameters.get("caption") or "")
        if len(text.encode("utf-16-le")) // 2 > CAPTION_MAX:
            return "message caption is too long"
    elif method not in {"sendMessage", "editMessageText"}:
        return ""
    return fault_of_html(text) or fault_of_keyboard((parameters.get("reply_markup") or {}).get("inline_keyboard", []))
