"""Reading free text: rules that hold for any text, and sentences of each slice."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import loading
from knowledge.base import KnowledgeBase
from knowledge.reading.characters import sounds
from knowledge.understanding import Found, Reader, Understanding, as_json

PIECES = "巫溪 城口县 不做 教育 除了 , 。 <b> 义诊 北京 基金会 我们 去过 wuxi not 合川 作 登记 \u200b".split(" ")


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return loading.load()


@pytest.fixture(scope="module")
def reader(base: KnowledgeBase) -> Reader:
    return Reader(base)


def ids(found: tuple[Found, ...]) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("不要教育要养老", ["elderly"], ["education"]),
        ("不做教育做养老", ["elderly"], ["education"]),
        ("别推教育推养老", ["elderly"], ["education"]),
        ("不要医疗换养老", ["elderly"], ["health"]),
        ("不要教育要养老不要医疗", ["elderly"], ["health", "education"]),
        ("不要教育不要医疗要养老", ["elderly"], ["education", "health"]),
        ("不做教育和养老", [], ["education", "elderly"]),
        ("不做教育不做养老", [], ["education", "elderly"]),
    ],
)
def test_a_refusal_ends_where_the_verb_comes_back(reader: Reader, text: str, wanted: list[str], refused: list[str]) -> None:
    read = reader.read(text)
    assert (ids(read.fields), sorted(ids(read.refused_fields))) == (wanted, sorted(refused))


@pytest.mark.parametrize(
    ("text", "counties"),
    [
        ("想去巫溪县做义诊", ["wuxi"]),
        ("請問雲陽縣有沒有老人食堂", ["yunyang"]),
        ("我想去程口看看", ["chengkou"]),
        ("城囗有人帮了没", ["chengkou"]),
        ("酋阳 教育", ["youyang"]),
        ("巫\u200b溪\u200b县 教\u200b育", ["wuxi"]),
        ("ＷＵＸＩ\u3000教育", ["wuxi"]),
        ("pengshui de lu", ["pengshui"]),
        ("开县的学校", ["kaizhou"]),
        ("500238 缺医生吗", ["wuxi"]),
        ("白帝城那边要不要路灯", ["fengjie"]),
        ("Tell me abt Shizu county", ["shizhu"]),
        ("石柱和城口哪个更缺老师", ["shizhu", "chengkou"]),
        ("彩云阳光助学计划", []),
        ("祝您健康长寿", []),
        ("想寻求长期合作", []),
        ("我们跟校方合川流不息地送书", []),
        ("南京江北新区的社工", []),
        ("每逢节日去看老人", []),
        ("江苏无锡惠山泥人协会", []),
        ("Wuxi, Jiangsu here. We make sensors for farms", []),
        ("我叫陈云阳,是做骨科的", []),
        ("张云阳老师推荐我们来的", []),
        ("会长姓丰都在忙", []),
        ("石柱老师够不够", ["shizhu"]),
        ("城口音很重", []),
        ("城口音乐老师缺不缺", ["chengkou"]),
        ("这个城口碑好", []),
        ("渝北京东仓", []),
        ("长江北岸修堤", []),
        ("双桥梁维修", []),
        ("给老人过长寿宴", []),
        ("巫山烤鱼哪家最地道", []),
        ("云阳有社工站没得", ["yunyang"]),
        ("500241", ["xiushan"]),
    ],
)
def test_counties(reader: Reader, text: str, counties: list[str]) -> None:
    assert ids(reader.read(text).counties) == counties


@pytest.mark.parametrize(
    ("text", "kept", "refused"),
    [
        ("城口太远不考虑,酉阳呢", ["youyang"], ["chengkou"]),
        ("除了巫溪,其他都行", [], ["wuxi"]),
        ("以前在彭水做过,这次想去石柱", ["shizhu"], ["pengshui"]),
        ("Anything but Wushan please", [], ["wushan"]),
        ("非黔江不去", ["qianjiang"], []),
        ("巫溪已经派过队了,换个县", [], ["wuxi"]),
        ("不去开州,开州我们年年去", [], ["kaizhou"]),
        ("去年在石柱,今年想换到云阳", ["yunyang"], ["shizhu"]),
        ("除彭水外都可以", [], ["pengshui"]),
        ("除石柱以外还想去忠县", ["shizhu", "zhongxian"], []),
        ("比起城口,我们更想去巫溪", ["wuxi"], ["chengkou"]),
        ("与其去城口,不如去彭水", ["pengshui"], ["chengkou"]),
        ("从合川过来要多久能到城口", ["chengkou"], []),
        ("万州我们熟,换一个", [], ["wanzhou"]),
        ("Fengdu is too far for us", [], ["fengdu"]),
        ("Anywhere but Fuling, we sell walnuts", [], ["fuling"]),
    ],
)
def test_refused_and_past_counties(reader: Reader, text: str, kept: list[str], refused: list[str]) -> None:
    read = reader.read(text)
    assert ids(read.counties) == kept
    assert ids(read.refused_counties) == refused


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("不做教育,只做医疗义诊", {"health"}),
        ("不要给我推教育了,我们是做厕所的", {"habitat"}),
        ("养牛协会,想带村民养牛", {"industry"}),
        ("婆媳分家闹到村委会,我们来劝和", {"mediation"}),
        ("教大家开挖掘机考证", {"employment"}),
        ("就业邦扶,我们有岗位", {"employment"}),
        ("xiu lu xiu qiao", {"facilities"}),
        ("We can train local NGOs and social workers", {"capacity"}),
        ("除了助学,我们还做义诊", {"education", "health"}),
        ("郁山古镇有没有人修", {"culture"}),
        ("(养老)", {"elderly"}),
        ("😀养老😀", {"elderly"}),
        ("*养老*", {"elderly"}),
        ("行业协会,能干啥", set()),  # what an organisation is called is nothing that it does
        ("社会服务机构", set()),
        ("社会组织孵化中心", {"capacity"}),
        ("你好", set()),
        ("哪个县最需要我们", set()),
    ],
)
def test_fields(reader: Reader, text: str, fields: set[str]) -> None:
    assert set(ids(reader.read(text).fields)) == fields


@pytest.mark.parametrize(
    ("text", "origin", "kind"),
    [
        ("青岛市工商联,想助学", "山东/青岛", "association"),
        ("晋江市鹏星社会工作发展与评估中心", "福建/泉州", "service"),
        ("中国妇女发展基金会,修水窖", "", "national"),
        ("鲁商公益联盟想去看看", "山东", ""),
        ("南岸义工队,想去奉节教画画", "重庆", "volunteer"),
        ("辽宁省职业技能培训协会,焊工开班", "辽宁", "association"),
        ("We are a Shanghai foundation paying for cleft lip operations", "上海", "charity"),
        ("想跟当地社工机构合作", "", ""),
        ("以前在贵州做过,现在想找新地方", "", ""),
        ("我们是教育基金会", "", "charity"),
        ("想教合作社记账", "", ""),
        ("青岛商会设了助学基金", "山东/青岛", "association"),
        ("我们商会和志愿队一起来", "", "association"),
        ("临沂青年志愿者协会想下乡", "山东/临沂", "volunteer"),
        ("民办养老院,有二十名护理员", "", "service"),
        ("乡贤理事会", "", "community"),
        ("A non-profit clinic from Jinan", "山东/济南", "service"),
        ("福建省担当慈善基金会,修公厕", "福建", "charity"),
        ("陕西省古建筑协会,修祠堂", "陕西", "association"),
        ("不是农业协会,是银行的工会,想买年货", "", ""),
        ("爹妈都在浙江打工,娃没人管", "", ""),
    ],
)
def test_origin_and_kind(reader: Reader, text: str, origin: str, kind: str) -> None:
    said = as_json(reader.read(text))
    assert (said["origin"], said["org_kind"]) == (origin, kind)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("看下我们登记的", "my_interests"),
        ("镇里一直没联系我们", "follow_up"),
        ("转人工", "contact_human"),
        ("取消", "cancel"),
        ("菜单", "help"),
        ("删除我的信息", "privacy"),
        ("通知所有报名的单位:周五开会", "admin_broadcast"),
        ("四个重点县是哪几个", "task_info"),
        ("石柱", "county_info"),
        ("登记一下,我们想认领巫溪", "register_interest"),
        ("股票明天涨不涨", "out_of_scope"),
        ("what data do you keep about me", "privacy"),
        ("500241", "county_info"),
        ("我家小区路灯坏了找谁修", "out_of_scope"),
        ("小区业主凑了钱,想给山里装路灯", "find_counties"),
        ("hjkl zxcv", "out_of_scope"),
    ],
)
def test_intents(reader: Reader, text: str, intent: str) -> None:
    assert reader.read(text).intent == intent


@pytest.mark.parametrize("text", ["", "。。。", "😀😀", "\x00\x1f", "12345", "\u202e\u202c", "\ud800"])
def test_no_letters_is_out_of_scope(reader: Reader, text: str) -> None:
    read = reader.read(text)
    assert (read.intent, read.lang, read.fields, read.counties) == ("out_of_scope", "", (), ())


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("路灯", "zh"),
        ("xiu lu", "zh"),
        ("yanglao", "zh"),
        ("street lamps", "en"),
        ("cancel", "en"),
        ("more", "en"),
        ("care", "en"),
    ],
)
def test_language_to_answer_in(reader: Reader, text: str, lang: str) -> None:
    assert reader.read(text).lang == lang


def test_the_words_that_name_the_field_are_quoted(reader: Reader) -> None:
    assert [one.words for one in reader.read("我们想去巫溪的乡镇做<b>远程\u200b会诊</b>").fields] == ["远程\u200b会诊"]
    assert "柑橘" in reader.read("鲁商公益联盟想去三峡库区看看柑橘和榨菜").fields[0].words


def _check(read: Understanding, text: str) -> None:
    for one in (*read.fields, *read.counties, *read.resources, *read.refused_fields, *read.refused_counties):
        assert text[one.start : one.end] == one.words
    if read.origin:
        assert text[read.origin.start : read.origin.end] == read.origin.words


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_the_same_twice_and_quoted_as_written(reader: Reader, text: str) -> None:
    read = reader.read(text)
    assert read == reader.read(text)
    _check(read, text)
    json.dumps(as_json(read))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=30,
    )
)
def test_pieces_of_sentences_are_quoted_as_written(reader: Reader, pieces: list[str]) -> None:
    text = "".join(pieces)
    _check(reader.read(text), text)


def test_a_name_that_merely_sounds_like_a_county_may_stand_alone(base: KnowledgeBase, reader: Reader) -> None:
    """A message of two characters is shorter than the longest name."""
    alike: dict[str, list[str]] = {}
    for char, sound in sounds().items():
        alike.setdefault(sound, []).append(char)
    for county in base.counties.values():
        name = county.short.zh
        for char in alike[sounds()[name[-1]]][:12]:
            text = name[:-1] + char
            _check(reader.read(text), text)


@pytest.mark.parametrize(
    "piece",
    [
        "登记一下我们:南岸义工队,想去奉节教娃画画",
        *"不做教育, 北京上海 协会 基金会的 以前在 队 a- <".split(" "),
        *("wuxi ", "x  ", "巫 溪 "),
    ],
)
def test_time_is_linear(reader: Reader, piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            reader.read(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(4000) < max(12 * seconds(1000), 0.05)


def test_what_is_quoted_begins_and_ends_with_a_word(reader: Reader) -> None:
    (field,) = reader.read("we are growers in Weifang, pruning lessons for Chengkou").fields
    assert field.id == "industry"
    assert field.words == field.words.strip(" ,.")
