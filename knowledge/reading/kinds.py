"""What kind of organisation is writing: read from the end of its name (基金会, 商会, 学会, 志愿队 …)."""

from __future__ import annotations

from typing import NamedTuple

from knowledge.lexicon import Lexicon, Phrases
from knowledge.reading.later import Later
from knowledge.reading.scopes import Stretch, clauses
from knowledge.reading.tokens import Tokens
from knowledge.text import HAN

_NATIONAL = Later(r"(?<!到)(?:中国|中华|全国)(?!人的|人$|梦|移动|银行|电信|联通|石油|石化|社会组织)[^,。;!?的]{0,18}?$")
_NATIONAL_EN = Later(r"\b(?:china|chinese|national|all-china)\b[\w\s'-]{0,40}$")
_OTHERS = Later(
    r"(?:找|联系(?!人)|对接|跟|(?<![呼协])和(?![田谐平睦气])|与|给(?!我们)|帮|资助的|当地|本地|那边|那几个|别家|别人家|村里|镇里|县里|哪些|什么|成立(?!的)|组建|(?<![福修古基乡])建(?![筑设材工])|招募|注册(?![的在于过了])|申办|创办|你们|请(?!问)|由(?=当地|本地|村|县|镇|乡|街道|你们|区里|志愿者|义工|基金(?!会)|学会|协会|商会)|(?<!了)[搞组办弄]一?个|通知|发给|告诉|让|支持的"
    r"|\blocal|\bsupport|\bfor)[^,。;!?]{0,8}$"
    r"|\b(?:train|mentor|coach|recruit|register an?|start an?|set up an?)[^,。;!?]{0,24}$",
)
_HELPED = Later(
    r"(?:^|[想来去要]|(?<![技职])能|专门|我们|可以|负责|帮助|做)(?:教(?!育|师|学|授|科|练)|培养|培育|孵化|培训|带|扶持|支持|资助|发展|指导|督导|辅导|陪伴|陪跑)"
    r"[^,。;!?]{0,8}$",
)
_ONE_NAME = Later(
    rf"{HAN}{{2}}[和与]{HAN}{{2,4}}(?:产业|行业|发展|文化|经济|保护|技术|健康|制造|科技|工程|服务|修缮|交流|教育){HAN}{{0,4}}$"
)
"""茶叶和咖啡产业发展促进会: one name."""
_OWN_NAME = Later(
    r"(?:是|我们|本(?!地)|的一?[家个支]|(?:[弄搞办组建拉凑]|成立|组建)了一?[个支家])[^,。;!?给帮找]{0,12}$|是[^,。;!?]{0,16}的$"
)
_WEAK = frozenset({"社工", "社会工作", "志愿者", "志愿服务", "义工", "volunteers", "volunteer", "基金", "fund", "服务队"})
_NOWHERE = frozenset({"乡镇", "镇", "县里", "村里"})
_HOUSES = frozenset({"敬老院", "护理院", "社工站", "养老机构"})
"""教师、村医、敬老院: a house in a list is none of the writer's."""
_HOUSE_THERE = Later(r"[^,。;!?]{0,2}(?:散了|谁管|归谁|在哪|有没有)|的[^,。;!?]{0,6}已经?")
_HOUSE_OF_OTHERS = Later(
    r"(?:去|到|往|进|给|帮|送)(?:[^,。;!?开办]{0,5})$|(?:老公|老婆|爱人|妈|爸|儿子|女儿|媳妇|朋友)[^,。;!?]{0,3}在[^,。;!?]{0,5}$"
)
"""一个月去一次敬老院."""
_AS_A_VERB = Later(r"(?![的派想愿有可本里组专设协成出牵拿报登查]|会员|会长|$|[,。;!?、) ])")
_LEARNS = Later(r"(?:^|就是|(?<!器)人|[能要想都也就早快才没我你他她娃员姐妹以可须得后,、]|[他她]们|保证|一定|包)$")
"""学会翻身, 大姐学会: to have learnt."""
_SOCIETY, _CLASSMATES = "学会", "同"
_NO_KIND = {
    "学会": (_LEARNS, _AS_A_VERB),
    "学惠": (Later(r"科$|数$"), Later("")),
    "行会": (Later(r"[银举进不平旅执流发通运飞送出同步穿]$"), Later("")),
    "环保社": (Later(""), Later(r"[团会]")),
    "ngo": (Later(""), Later(r" (?:training|incubat|manag|regist|develop|support|capacity|start)")),
}
"""Words that only look like a kind where both patterns fit what stands before and behind."""
_LIKE_US = Later(r" like (?:us|ours)\b")
_NOT_A_NAME = Later(
    r" ?(?:陪训|培训|督导|考|人才|站|证|怎么|管理|招募|队伍|能力|志愿者|登记|training|leader|coordin|manage|supervis)"
)
_DOES = Later(r"的|设了|设立|成立|发起|捐|给|帮|想|和|与|跟|联合(?!总?会)")
"""Between two names: the second is no longer part of the first."""
_TEAM = Later(rf"{HAN}{{2,8}}(?<!部)(?<!军)(?<!乐)(?<!排)队(?=[,。 的想来免要有看喊出每]|$)")
_TEAM_NAME = 3
_CENTRE = Later(
    rf"(?:我们是|这里是|我们叫|名字叫|我们)?[“\" ]*(?P<name>(?!去|想|来|要|在|到|把|给|帮|请|跟|建|办){HAN}{{3,14}}"
    r"(?<![市镇村县城区据物活动民])中心)[”\" ]*的?"
)
_PROFESSION = Later(rf"我(?:是|在){HAN}*队(?=的)")
"""我是地质队的: where the writer works."""
_NOT_OURS = Later(r"(?:不是|并非|还是)[^,。;!?]{0,8}$|[办开做搞组]过[^,。;!?]{0,3}$|组织过[^,。;!?]{0,4}$")
_THROUGH = Later(r"的?[^,。;!?]{0,4}(?:推荐|介绍|告诉|叫(?=我))")
"""研究院的朋友推荐我们的: somebody else's name."""
_THERE_ALONE = Later(rf"(?:我们)?是?{HAN}{{2,8}}那边的{HAN}{{0,6}}")
"""阿拉善那边的基金会, and nothing else."""
_WE_ARE = Later(r"(?:^|[,。;!?(“\" ])(?:我们|咱们|俺们|我|本人)(?:是|叫)[^,。;!?给帮找想去来要]{0,16}$")
_TOLD = Later(r"的?(?:姐妹|兄弟|同事|会员|伙伴|老板|朋友)们?[^,。;!?]{0,2}(?:说|商量|聊|合计|讲)")
"""跟商会的姐妹们说起: the writer's own."""
_IN_GENERAL = Later(r"[^,。;!?]{0,12}(?:区别|不同|多不多|有哪些|是什么|是啥|多少家|有几家)")
"""社工站和社会服务机构有什么区别: no one's name."""
_IS_THERE, _ASKED = Later(r"有[^,。;!?]{0,8}$"), Later(r"[^,。;!?]{0,6}(?:[吗么不?]|没)")
"""有社工站没得: a question about the county."""
_FAR = 40
_CAN_BE = frozenset("national association charity service academic volunteer".split())


class KindHit(NamedTuple):
    """A kind and the stretch that names it."""

    start: int
    end: int
    id: str


class KindReader:
    """Finds kinds; built once from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = Phrases({kind: (*words.zh, *words.en) for kind, words in lexicon.kinds.items()}, by_sound=True)

    def find(self, tokens: Tokens) -> list[KindHit]:
        """Every word that can end an organisation's name, in order."""
        hits = list(self._words.in_han(tokens.text))
        if tokens.words:
            hits += self._words.in_latin(tokens.words)
            if tokens.pinyin:
                hits += self._words.in_sounds(tokens.sounds)
        return [KindHit(*hit) for hit in sorted(hits)]

    def ours(self, tokens: Tokens, hits: list[KindHit]) -> KindHit | None:
        """The kind of the writer's own organisation: the last word of the first name that is not somebody else's."""
        text = tokens.text
        strong: KindHit | None = None
        weak: KindHit | None = None
        for clause in clauses(text):
            here = [hit for hit in hits if clause.start <= hit.start < clause.end and self._can_be_ours(text, clause, hit)]
            if not here:
                continue
            name = here[0]
            for following in here[1:]:
                if following.start - name.end > 8 or _DOES.search(text, name.end, following.start):
                    break
                name = following
            found = self._national(text, clause, name)
            if _WE_ARE.search(text, clause.start, name.start):
                return found  # 留守妇女的读书会,我们是中国妇女研究会的
            if text[name.start : name.end] not in _WEAK or _OWN_NAME.search(text, clause.start, name.start):
                strong = strong or found
            else:
                weak = weak or found  # 老社工结师徒。无锡市社会工作协会: the name comes later
        return strong or weak or self._team(text) or self._centre(text)

    @staticmethod
    def _team(text: str) -> KindHit | None:
        """A team without a usual name (厨娘队) that opens the text."""
        for clause in clauses(text)[:2]:
            team = _TEAM.search(text, clause.start, clause.end + 1)
            before = text[clause.start : team.end() - _TEAM_NAME] if team else ""
            if team and not (
                _PROFESSION.search(text, clause.start, clause.end) or _OTHERS.search(before) or _HELPED.search(before)
            ):
                return KindHit(team.start(), team.end(), "volunteer")
        return None

    @staticmethod
    def _centre(text: str) -> KindHit | None:
        """A centre of any name that is a clause of its own (无锡小桔灯儿童发展中心)."""
        for clause in clauses(text):
            if centre := _CENTRE.fullmatch(text, clause.start, clause.end):
                return KindHit(centre.start("name"), centre.end("name"), "service")
        return None

    @staticmethod
    def _can_be_ours(text: str, clause: Stretch, hit: KindHit) -> bool:
        before = text[max(clause.start, hit.start - _FAR) : hit.start]
        if _NOT_OURS.search(before) or (_ASKED.match(text, hit.end) and _IS_THERE.search(before)):
            return False
        word = text[hit.start : hit.end]
        if word == _SOCIETY and before.endswith(_CLASSMATES):
            return False
        if word in _NO_KIND:
            looks, goes_on = _NO_KIND[word]
            if looks.search(before) and goes_on.match(text, hit.end):
                return False
        if (
            before in _NOWHERE
            or (
                word in _HOUSES
                and (before.endswith("、") or _HOUSE_OF_OTHERS.search(before) or _HOUSE_THERE.match(text, hit.end))
            )
            or _THROUGH.match(text, hit.end)
            or _IN_GENERAL.match(text, hit.end)
        ):
            return False
        if (
            word in _WEAK
            and (not before.strip() or _NOT_A_NAME.match(text, hit.end))
            and hit.end - hit.start < len(text[clause.start : clause.end].strip())
        ):
            return False
        if _LIKE_US.match(text, hit.end) or _TOLD.match(text, hit.end):
            return True
        if _THERE_ALONE.fullmatch(before) and hit.end == clause.end:
            return True
        return not (
            _HELPED.search(before)
            or (_OTHERS.search(before) and not (_OWN_NAME.search(before[-14:]) or _ONE_NAME.search(before)))
        )

    @staticmethod
    def _national(text: str, clause: Stretch, hit: KindHit) -> KindHit:
        before = text[max(clause.start, hit.start - _FAR) : hit.start]
        match = _NATIONAL.search(before) or _NATIONAL_EN.search(before)
        if match and hit.id in _CAN_BE:
            return KindHit(max(clause.start, hit.start - _FAR) + match.start(), hit.end, "national")
        return hit
