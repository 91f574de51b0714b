"""Where the organisation comes from: which of the places in a text is the writer's home."""

from __future__ import annotations

import re
from bisect import bisect_right

from knowledge.lexicon import Lexicon
from knowledge.reading.later import Later
from knowledge.reading.origins import CHONGQING, Origin
from knowledge.reading.scopes import Stretch, clauses
from knowledge.reading.tokens import Tokens
from knowledge.text import HAN, has_han

_FAR = 24
_AS_HOME = Later(
    r"(?:省|市|区|县)?(?:的|这边|本地|本土|籍|人\b|人,|地区| based|-based| here|'s| side|总部|注册|登记|代表处|工作站|联络处)"
)
_PEOPLE = Later(r"人(?![民口才大力社家均数员文工物生群])|(?:过)?来的(?!娃|孩|学|游|客|老人|货|那)")
_PEOPLE_BEFORE = Later(r"(?:^|[的们我咱俺是帮群个,。;])$")
_DONE = Later(
    r"(?<![经通超不越])过(?![去来年冬程日节夜敏度于滤渡关世好得])|过去在|以前|曾|去年|前年|试点|已经|落地|(?:做|干|待|呆|跑|帮)了[^,。;]{0,6}(?:年|次|期)"
    r"|\bbefore\b|\blast year\b|used to (?!be an? )|previously|worked in|helped in"
    r"|done (?:it|this|that) in|\bdid\b|\bbuilt in\b",
)
_SPENT = Later("[年次期]")
"""我们在广州做了十年: it may still be the place."""
_BRANCH = Later(r"(?:会|会员|老板|老乡|企业|我们|分会|办事处|校友|驻|[商人])在$")
_BRANCH_ELSEWHERE = Later(r"[商学协联乡]会在$")
_THEIRS = Later(
    r"(?:爹妈|爸妈|父母|爸爸|妈妈|男人|大人|老公|老婆|丈夫|妻子|子女|儿女|儿子|女儿|儿媳|弟弟|妹妹|哥哥|姐姐|他们|她们)[^,。;]{0,4}$"
    r"|\b(?:parents|husbands|mothers|fathers|they|who|sons|daughters)(?: \w+){0,2} in $"
)
_AWAY, _THEY_WORK = (
    ("在", "去", "到"),
    Later(
        r"(?:那边)?(?:打工|务工|上班|做工|干活|做事)的?(?:爸|妈|爹|娘|父|母|大人|家长|男人|儿|女|子女|老公|老乡|村民|年轻人|农民|亲)"
    ),
)
"""在广东打工的爸妈: not the writer."""
_OURS_IS = Later(
    r"(?:机构|公司|单位|团队|协会|商会|学会|行会|基金会|联谊会|同乡会|我们会|我们队|我们社|我们店|我们厂|本会|总部|人|我们那?[馆家店厂队社会校院所])(?:都|也)?(?:是|在)$"
)
_WE = Later(r"(?:^|[,。;:!? ]|现在|如今|这回|这次)(?:我们|咱们?|俺们?|我哋|阿拉)$")
_SETTLED = Later(r"(?:嫁|搬|调|迁|分配|跟[^,。;]{0,8})(?:到|去|来)了?$|回到了$")
"""嫁到广州, 跟着女儿到了苏州: where one lives now."""
_NOW = Later(r"(?:现在|如今|目前|现居|现住)在?$")
_WORKS = Later(r"做|开|上班|工作|当|教|打工|定居|生活|读|创业")
_FROM = "从"
_CAME = Later(r"[^,。;]{0,4}(?:(?<!回)来的(?!娃|孩|学|游|货)|过来|赶来|出发)|发(?=[,。;!货车]|$)")
"""从兰州坐火车来的: not somebody else's place."""
_BRACKETED = "(", (")", "市)", "省)", "县)", "区)")
"""志愿律师(聊城): the place of what is just named."""
_NOT_THERE = Later(r"\bnot [\w ]{0,14}$|(?:不是|并非)[^,。;]{0,4}$|你们$|把$|\bone (?:is )?in $")
_BUSINESS = Later(
    r"(?:登记|注册|当老师|当医生|教书|读书|上大学|定居|落户|安家|办公|备案|开厂|开公司|开[^,。;!?]{0,5}[店馆栈铺]|办厂|做生意|打工|上班|工作|公司|分公司|办事处|分会|支队)"
)
_SOME = Later(r"(?:[几一两三][个群帮位批家支]|有家)$")
_A_BODY = Later(
    r"(?:的|这边的?|本地的?)?"
    r"(?:(?:一家|一支|一帮|一群|某家|某|有家|一间)(?![^,。;]{0,8}(?:用过|请|找|邀|装过))"
    r"|(?:一个|几个|两个|三个|几家|几位|一位)?[^,。;!?、一在去给帮到村镇乡县寨]{0,10}"
    r"(?:机构|组织|公司|企业|老板|厂长|店主|师傅|志愿者|工程师|协会|学会|商会|行会|基金会|义工))"
)
"""云南一家…, 深圳几个…工程师: it is the place that they are of, whatever they did elsewhere."""
_DOES = Later(r"[给帮去来到想在过做教办跑为]")
"""Between a place and a name: the name is not simply of that place."""
_BEFORE = ((3, _OURS_IS), (2, _SOME), (2, _WE), (-3, _NOT_THERE))
_LEAVES = Later(r"出发(?=$|[,。;!])")
_NOT_OURS = Later(
    rf" ?\? ?(?:no|sorry)\b|(?:[、和跟与]{HAN}{{2,4}}){{0,3}}(?:都|也|我们)?(?:(?:去|到|跑|待|呆)过|跑遍|走遍)|市?外的"
    r"|的(?:孩子|娃|学生|山区|留守|爸|妈|父母|家长)|的?不算|也有|那边(?:已经|饱和|不|没|太)|[^,。;]{0,4}都有(?:分|办|点)"
)
"""四川凉山的孩子: whom one asks for."""
_AFTER = ((1, _AS_HOME), (2, _BUSINESS), (2, _LEAVES), (-3, _NOT_OURS))
"""What a sign just before or just after a place is worth."""
_EARLY = 12
_ALONE_BEFORE = Later(
    r" *(?:(?:我们|咱们|我|咱|俺们|俺)?(?:是|就是|都是|都)|我们|咱们|我|咱|俺|人|家|现|目前|现在|如今|就|也"
    r"|坐标|坐标在|来自|地点|地址|单位|机构|公司|总部|会址|团队|队伍)*"
    r"(?:是|在|都在|from|in|based in|we are in|we're in|i'm in|i am in|we are from|we're from|i'm from|here in)?[ :]*"
)
_ALONE_AFTER = Later(
    r"(?:[^,。;!? 去到给帮在想请教]{0,8}(?:附院|医院|大学|学院|公司|厂|局|所|剧团|车队)(?=的?$|的?[,。;!?]))?"
    r"(?:市区|城区|城里|郊区)?(?:过来的|来的|来|的|人|籍)?(?:这边|本地)?[哈呢哦啊嘛的 )”\"]*"
)
_AND = Later(r"[、和跟与及 ]+| and ")
_STAYED = Later(r"[^,。;]{0,4}(?:也)?(?:去|做|待|呆|跑|帮|到)过|试点|以前")


class Homes:
    """Tells which place the writer comes from; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        home = {group: "|".join(map(re.escape, getattr(lexicon.home, group))) for group in ("towards", "hello", "here")}
        self._towards = re.compile(rf"(?:{home['towards']}|\bto|\bfor|\bvisit(?:ed)?)$")
        self._opening = re.compile(rf"(?:{home['hello']}|dear \w+|[ ,:!\"“《(。、;])*")
        self._by_home = re.compile(rf"(?:{home['here']})[ :]?$")

    def home(self, tokens: Tokens, places: list[Origin], names: list[tuple[int, int]]) -> Origin | None:
        """The place that the writer comes from, or nothing. ``names``: where names of kinds of organisation stand."""
        if not places:
            return None
        text = tokens.text
        opening = self._opening.match(text)
        opened = opening.end() if opening else 0
        plain_english = bool(tokens.words) and not tokens.pinyin and not has_han(text)
        stretches = clauses(text)
        starts = [one.start for one in stretches]
        best: tuple[float, Origin] | None = None
        sole = len({(one.province, one.city) for one in places if one.province != CHONGQING}) == 1
        for place in places:
            number = bisect_right(starts, place.start) - 1
            clause = stretches[number] if number >= 0 else Stretch(0, len(text))
            until = min(clause.end, place.end + _FAR)
            name = next((first for first, _ in names if place.end <= first < until), None)
            score = self._score(text, place, clause, opened=place.start <= opened, english=bool(tokens.words), name=name)
            score += plain_english + _alone(text, place, places, stretches, number)
            score += 1.5 * (sole and place.start == clause.start and not (tokens.words or _NOT_OURS.match(text, place.end)))
            if score >= 1 and (best is None or score > best[0]):
                best = (score, place)
        return best[1] if best else None

    def _score(self, text: str, place: Origin, clause: Stretch, *, opened: bool, english: bool, name: int | None) -> float:
        """What the words around a place say for its being the writer's home.

        ``opened``: it opens the text; ``name``: where a kind of organisation stands behind it in the clause.
        """
        before, after = text[max(0, place.start - _FAR) : place.start], text[place.end : place.end + _FAR]
        here = place.province == CHONGQING
        inside = before.endswith(("在", " in "))
        settled = not here and _SETTLED.search(before) is not None
        body = _A_BODY.match(after) is not None and not before.endswith("了")
        theirs = body or (name is not None and not _DOES.search(text, place.end, name))
        near = max(clause.start, place.start - _FAR), place.start if theirs else min(clause.end, place.end + _FAR)
        done = _DONE.search(text, *near) if inside or not opened else None
        over = done is not None and inside and not _SPENT.search(done.group())
        score = 2.5 * (opened and not over) + 3 * settled - (4 if over else 3) * (done is not None)
        score += sum(worth for worth, sign in _BEFORE if sign.search(before))
        score += sum(worth for worth, sign in _AFTER if sign.match(after))
        score += 3 * bool(self._by_home.search(before))
        score += 2 * bool(not here and before.endswith(_BRACKETED[0]) and after.startswith(_BRACKETED[1]))
        score += 3 * bool(_NOW.search(before) and _WORKS.match(after))
        came = not here and _CAME.match(after) is not None
        if came and before.endswith(_FROM):
            score += 2
        elif not settled and (self._towards.search(before.rstrip()) or _THEIRS.search(before)):
            score -= 3
        score -= 4 * bool(before.endswith(_AWAY) and _THEY_WORK.match(after))
        if body or name is not None:
            score += 1.5 if body or place.start - clause.start < _EARLY else 1
        if not here and _PEOPLE.match(after):
            score += 2 if _PEOPLE_BEFORE.search(before) else 1
        if inside:
            score += 1 if english and not here else 0.5
        if (_BRANCH if here else _BRANCH_ELSEWHERE).search(before):
            score += 4
        elif here and not opened:
            score -= 1
        return score


def _alone(text: str, place: Origin, places: list[Origin], stretches: list[Stretch], number: int) -> float:
    """What it says for a place that it stands alone in its clause, neither a place of earlier work nor one of a list."""
    if number < 0 or place.province == CHONGQING:
        return 0
    clause = stretches[number]
    end = place.end
    for other in places:
        if other.start >= end and (gap := _AND.match(text, end)) and other.start == gap.end():
            end = other.end
    if not (_ALONE_BEFORE.fullmatch(text, clause.start, place.start) and _ALONE_AFTER.fullmatch(text, end, clause.end)):
        return 0
    last = number == len(stretches) - 1
    before = stretches[number - 1] if number else None
    if before and any(other.end == before.end for other in places):
        return 0  # one more of a list: 去过四川,贵州
    behind = stretches[number + 1] if not last and text[clause.end] == "," else None
    if behind and _STAYED.match(text, *behind):
        return 0
    if not last and before and text[before.end] == "," and _DONE.search(text, *before):
        return 0
    return 2.5
