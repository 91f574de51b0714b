"""Answers checked at the border: a text becomes a clean value, or a Fault with the sentence that helps."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING

from handlers.forms import Fault
from knowledge import credit_code
from knowledge.text import has_han

if TYPE_CHECKING:
    from knowledge.moments import NoMoment

NAME_MAX, CONTACT_MAX, LINE_MAX, OFFER_MAX, KEPT_MAX, NOTICE_MAX = 60, 30, 100, 600, 2500, 3500
ORIGIN_MAX = 30
CODE_FAULTS = {
    "length": "fault.code.length",
    "letters": "fault.code.letters",
    "check": "fault.code.check",
    "prefix": "fault.code.prefix",
}
CAPTION_MAX = 950
"""A text under a picture or a file: Telegram takes 1,024 with what stands around it."""
LABEL_MAX, URL_MAX = 40, 500
TAGS = re.compile(r"<[^>]+>")
HTTPS = re.compile(r"https://[^\s/?#@:]+\.[^\s/?#@:.]{2,}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
WEB = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
PHONE = re.compile(r"\+?[0-9]{7,15}")
BEFORE_PHONE = re.compile(r"(?:tel|phone|mobile|(?:我的|本人)?(?:联系)?(?:电话|手机)?(?:号码|号)?[是为]?):?", re.IGNORECASE)
DATES = (
    r"(?<!\d)20\d\d(?!\d)|\d\s*[-/.]\s*\d+(?![\d\s]*[万千百元块k])|[年月周日天号季春夏秋冬]|[节假庆一]以?[后前]|[暑寒]假|学期|以后|之后"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter|quarter|q[1-4]|days?|weeks?|months?|years?|today|tomorrow|next|now|soon|immediately)\b"
    r"|未定|待定|待商|另定|不定|没定|不知道|不清楚|没想好|再说|再商量|长期|常年|马上|立即|尽快"
    r"|\b(?:tbd|tba|undecided|open|not|unknown|later|ongoing|long)\b"
)
"""What speaks of a time, or says that it is not known yet. It is compiled when first asked, which takes a millisecond."""
CONTROL = re.compile(
    r"[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]+"
)
"""Characters that are not seen, or that turn the direction of what follows."""
CONTROL_BUT_LINES = re.compile(CONTROL.pattern.replace(r"\u0000-\u001f", r"\u0000-\u0009\u000b-\u001f"))


def one_line(text: str) -> str:
    """The text in one line, without control and direction characters."""
    return " ".join(CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def organisation(text: str) -> str | Fault:
    """The name of an organisation: 2 to 60 characters, with a letter in it."""
    name = one_line(text)
    if len(name) > NAME_MAX:
        return Fault("fault.organisation.long", {"max": NAME_MAX, "n": len(name)})
    if len(name) < 2 or not any(c.isalpha() for c in name):
        return Fault("fault.organisation.short")
    return name


def contact(text: str) -> str | Fault:
    """The name of a person: 1 to 30 characters, with a letter in it."""
    name = one_line(text)
    if len(name) > CONTACT_MAX:
        return Fault("fault.contact.long", {"max": CONTACT_MAX})
    if not any(c.isalpha() for c in name) or sum(c.isdigit() for c in name) > 3:
        return Fault("fault.contact.name")
    return name


def phone(text: str) -> str | Fault:
    """A telephone number: 7 to 15 digits, spaces, dashes and brackets allowed; mainland mobiles have eleven digits."""
    number = re.sub(r"[\s\-().—–]", "", CONTROL.sub("", unicodedata.normalize("NFKC", text)))
    if said := BEFORE_PHONE.match(number):
        number = number[said.end() :]
    if not PHONE.fullmatch(number):
        return Fault("fault.phone")
    if number.startswith("1") and len(number) != 11 and (len(number) >= 9 or number[1] in "3456789"):
        return Fault("fault.phone.mobile", {"n": len(number)})
    return number


def origin(text: str) -> str | Fault:
    """Where an organisation comes from: 2 to 30 characters in one line. Which place it is, is read elsewhere."""
    place = one_line(text)
    return place if 2 <= len(place) <= ORIGIN_MAX else Fault("fault.origin")


def code(text: str) -> str | Fault:
    """A unified social credit code, well formed and from the civil affairs."""
    number = credit_code.compact(text)
    trouble = credit_code.trouble(number)
    if not trouble:
        return number
    return Fault(CODE_FAULTS[trouble], {"n": len(number), "prefix": number[:2]})


def line(text: str) -> str | Fault:
    """A few words in one line: 2 to 100 characters."""
    words = one_line(text)
    if len(words) > LINE_MAX:
        return Fault("fault.offer.long", {"max": LINE_MAX, "n": len(words)})
    return words if len(words) > 1 and any(c.isalnum() for c in words) else Fault("fault.offer.short")


def dates(text: str) -> str | Fault:
    """From when to when, in words that speak of a time or say that it is open; an amount or a name is none."""
    words = line(text)
    return words if isinstance(words, Fault) or re.search(DATES, words, re.IGNORECASE) else Fault("fault.dates")


def amount(text: str) -> str | Fault:
    """A whole number in figures, however it was written; empty where it says that nobody knows."""
    from knowledge import amounts  # late, as its patterns take time: few people write an amount

    try:
        found = amounts.amount(text)
    except amounts.NoAmount as error:
        return Fault(f"fault.amount.{error.why}")
    return "" if found is None else str(found)


def offered(text: str) -> str | Fault:
    """What an organisation offers: an :func:`offer` in words, a telephone number alone being in the wrong step."""
    words = offer(text)
    return words if isinstance(words, Fault) or any(c.isalpha() for c in words) else Fault("fault.offer.short")


def offer(text: str) -> str | Fault:
    """What is offered, or any other few sentences: 2 to 600 characters."""
    return _sentences(text, OFFER_MAX)


def english(text: str) -> str | Fault:
    """A few sentences without a Chinese character."""
    words = offer(text)
    return Fault("fault.english") if isinstance(words, str) and has_han(words) else words


def kept(text: str) -> str | Fault:
    """A text that is left with the office as it was written: 2 to 2,500 characters."""
    return _sentences(text, KEPT_MAX)


def _sentences(text: str, most: int) -> str | Fault:
    words = CONTROL_BUT_LINES.sub(" ", text).strip()
    long = len(words.encode("utf-16-le")) // 2  # as Telegram counts what a message may hold
    if long > most:
        return Fault("fault.offer.long", {"max": most, "n": long})
    if len(words) < 2 or not any(c.isalnum() for c in words):
        return Fault("fault.offer.short")
    return words


def read_text(html: str) -> str:
    """A text as it is read: without its markup."""
    return unescape(TAGS.sub("", html)).strip()


def read_length(html: str) -> int:
    """How long a text is as Telegram counts: without its markup, an emoji is two."""
    return len(read_text(html).encode("utf-16-le")) // 2


def notice(html: str) -> str | Fault:
    """A notice as Telegram HTML, with room for what stands around it."""
    if not one_line(read_text(html)):
        return Fault("fault.notice.empty")
    if read_length(html) > NOTICE_MAX:
        return Fault("fault.notice.long", {"max": NOTICE_MAX, "n": read_length(html)})
    return html.strip()


def caption_fault(*htmls: str) -> Fault | None:
    """Texts that are too long to stand under a picture or a file."""
    longest = max(map(read_length, htmls), default=0)
    return Fault("fault.notice.caption", {"max": CAPTION_MAX, "n": longest}) if longest > CAPTION_MAX else None


def moment(text: str) -> str | Fault:
    """A moment as it was written; whether it lies ahead is asked when the present is known."""
    words = one_line(text)
    return words if 0 < len(words) <= LABEL_MAX else Fault("fault.moment.unclear")


def moment_fault(found: int | NoMoment, now: int, unclear: str = "fault.moment.unclear") -> Fault | None:
    """What is wrong with a moment, if anything."""
    if isinstance(found, int):
        return None
    if found.why == "none":
        return Fault("fault.moment.none")
    return Fault(unclear) if found.at is None else Fault(f"fault.moment.{found.why}", {"at": found.at, "now": now})


def label(text: str) -> str | Fault:
    """The words on a button: up to 40 characters."""
    words = one_line(text)
    if not words:
        return Fault("fault.label.empty")
    if WEB.match(words):
        return Fault("fault.label.address")
    return words if len(words) <= LABEL_MAX else Fault("fault.label.long", {"max": LABEL_MAX, "n": len(words)})


def address(text: str) -> str | Fault:
    """A web address: https only."""
    words = CONTROL.sub("", text).strip()
    if not HTTPS.fullmatch(words) or len(words) > URL_MAX:
        return Fault("fault.address")
    return words
