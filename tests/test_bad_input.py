"""What is sent by mistake, by machines or in jest: one short, kind answer in the reader's language, or none at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys import ZH, kind_and_short, registered, rows, to_step
from tests.talk import Scripted, Talk

pytestmark = pytest.mark.usefixtures("calm")

FILE = {"file_id": "1", "file_unique_id": "1"}
PICTURE = {**FILE, "width": 90, "height": 90}
PHOTO = [PICTURE]
CLIP = {**PICTURE, "duration": 3}
PLACE = {"latitude": 31.4, "longitude": 109.6}
OFFER = {"zh": "我们是泰安的养老服务机构", "en": "We run elderly care homes"}


# -- messages without words -----------------------------------------------------------------------------------------------


KINDS: dict[str, tuple[dict[str, Any], str, str]] = {
    "sticker": (
        {"sticker": {**PICTURE, "is_animated": False, "is_video": False, "type": "regular"}},
        "谢谢！请用文字说说贵单位能做什么。",
        "in words",
    ),
    "photo": ({"photo": PHOTO}, "请用文字说说想帮什么", "cannot read pictures"),
    "document": ({"document": FILE}, "我看不懂图片和文件", "cannot read pictures and files"),
    "animation": ({"animation": CLIP, "document": FILE}, "请用文字", "in words"),
    "video": ({"video": CLIP}, "请用文字", "in words"),
    "voice": ({"voice": {**FILE, "duration": 3}}, "我听不了语音和视频，请用文字说。", "cannot listen to voice"),
    "video note": ({"video_note": {**FILE, "duration": 3, "length": 90}}, "听不了", "cannot listen"),
    "audio": ({"audio": {**FILE, "duration": 3}}, "听不了", "cannot listen"),
    "location": ({"location": PLACE}, "请直接写区县的名字", "write the county's name"),
    "venue": ({"location": PLACE, "venue": {"location": PLACE, "title": "家", "address": "路"}}, "区县的名字", "county's name"),
    "contact": ({"contact": {"phone_number": "13812345678", "first_name": "王"}}, "登记意向时会问您", "when you register"),
    "dice": ({"dice": {"emoji": "🎲", "value": 6}}, "请用文字说", "Please write it"),
    "poll": (
        {
            "poll": {
                "id": "1",
                "question": "?",
                "options": [{"text": "1", "voter_count": 0, "persistent_id": "1"}],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
        },
        "请用文字说",
        "Please write it",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_message_without_words_is_asked_for_in_words(either: Talk, kind: str) -> None:
    message, zh, en = KINDS[kind]
    said = await either.person("li").sends(**message)
    kind_and_short(said, either)
    assert (zh if either.client == "zh" else en) in said


async def test_a_photo_with_words_is_read_like_words(either: Talk) -> None:
    said = await either.person("li").sends(photo=PHOTO, caption=OFFER[either.client])
    assert ("我理解为" if either.client == "zh" else "I understand") in said


async def test_an_album_is_answered_once(either: Talk) -> None:
    li = either.person("li")
    first = [await li.sends(photo=PHOTO, media_group_id="77") for _ in range(4)]
    kind_and_short(first[0], either)
    assert first[1:] == ["", "", ""]
    assert await li.sends(photo=PHOTO, media_group_id="78")
    with_words = [
        await li.sends(photo=PHOTO, media_group_id="79", caption=OFFER[either.client]),
        await li.sends(photo=PHOTO, media_group_id="79"),
    ]
    assert "1. " in with_words[0]
    assert with_words[1] == ""


async def test_albums_of_two_people_do_not_get_mixed_up(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    assert await li.sends(photo=PHOTO, media_group_id="77")
    assert await wang.sends(photo=PHOTO, media_group_id="77")


async def test_an_album_in_a_form_counts_as_one_wrong_answer(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    assert "这一步请用文字回答" in await li.sends(photo=PHOTO, media_group_id="77")
    assert await li.sends(photo=PHOTO, media_group_id="77") == ""


@pytest.mark.parametrize(
    "service",
    [
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1002, "type": "private"}}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {"write_access_allowed": {}},
    ],
)
async def test_what_telegram_says_itself_wants_no_answer(talk: Talk, service: dict[str, Any]) -> None:
    assert await talk.person("li").sends(**service) == ""


# -- words that are none --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/foo", "/Start2", "/start@another_bot", "/__", "/", "/broadcasting all"])
async def test_an_unknown_command_points_to_help(either: Talk, text: str) -> None:
    said = await either.person("li").says(text)
    kind_and_short(said, either)
    assert "/help" in said


TEXTS = (
    "😀😀😀",
    "。。。",
    "?",
    "12345",
    "\u200b\u200b",
    "\u202e\u202d",
    "a" * 4096,
    "帮" * 4096,
    "<b>",
    "&amp;<i",
    "\x00\x01",
    "𓀀𓀁",
    "العربية",
    "v1:form:1",
    "\ud83d 养老",
)


@pytest.mark.parametrize("text", TEXTS)
async def test_any_text_gets_an_answer_and_a_way_on(either: Talk, text: str) -> None:
    li = either.person("li")
    said = await li.says(text)
    assert said
    assert li.buttons
    assert len(said) <= 4096


async def test_markup_in_a_text_is_shown_as_it_was_written(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("<b>我们</b>是<script>泰安</script>的养老&服务机构")
    assert "<script>" not in li.seen[-1].html


async def test_nothing_understood_shows_how_to_say_it(either: Talk) -> None:
    li = either.person("li")
    said = await li.says("😀😀😀")
    assert ("换个说法试试" if either.client == "zh" else "Try it another way") in said
    assert len(li.buttons) == 4


async def test_a_paste_that_the_client_split_is_answered_once(either: Talk) -> None:
    li = either.person("li")
    part = (OFFER[either.client] + "。") * 400
    assert await li.says(part[:4096])
    assert await li.says(part[4096:8192]) == ""
    assert await li.says("最后一段") == ""
    await either.move_clock(5)
    assert await li.says(OFFER[either.client])


async def test_a_command_after_a_paste_is_no_part_of_it(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "organisation")
    await li.says("红" * 4096)
    assert "已取消" in await li.says("/cancel")


async def test_a_split_paste_in_a_form_is_one_answer(talk: Talk) -> None:
    li = talk.person("li")
    asked = await to_step(li, "organisation")
    said = await li.says("红" * 4096)
    assert said == f"单位名称最多 60 个字，您写了 4096 个字，请写登记的全称或简称。\n\n{asked}"
    assert await li.says(ZH.organisation) == ""
    await talk.move_clock(5)
    assert "联系人怎么称呼？" in await li.says(ZH.organisation)


async def test_the_paste_of_one_does_not_silence_another(talk: Talk) -> None:
    li, wang = talk.person("li"), talk.person("wang")
    await li.says("帮" * 4096)
    assert await wang.says(OFFER["zh"])


# -- edits ----------------------------------------------------------------------------------------------------------------


async def test_an_edited_message_gets_one_line(either: Talk) -> None:
    said = await either.person("li").edits(OFFER[either.client])
    kind_and_short(said, either)


async def test_an_edit_in_the_middle_of_a_form_changes_nothing(talk: Talk) -> None:
    li = talk.person("li")
    await to_step(li, "contact")
    before = rows(talk, "drafts")
    assert "请在核对那一步点「改」" in await li.edits("另一个单位")
    assert rows(talk, "drafts") == before


async def test_a_live_location_that_moves_on_is_not_commented(talk: Talk) -> None:
    assert await talk.person("li").edits("", location={**PLACE, "live_period": 900}) == ""


# -- who is not a person in a chat of their own -------------------------------------------------------------------------------


GROUP = {"id": -100123, "type": "supergroup", "title": "工作群"}
CHANNEL = {"id": -100456, "type": "channel", "title": "频道"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
MESSAGE = {"message_id": 9, "date": 1_780_279_200, "text": "/start"}
NOBODY: dict[str, dict[str, Any]] = {
    "channel post": {"channel_post": {**MESSAGE, "chat": CHANNEL, "sender_chat": CHANNEL}},
    "edited channel post": {"edited_channel_post": {**MESSAGE, "edit_date": 1, "chat": CHANNEL, "sender_chat": CHANNEL}},
    "anonymous administrator": {"message": {**MESSAGE, "chat": GROUP, "from": ANONYMOUS, "sender_chat": GROUP}},
    "post passed on to the group": {
        "message": {**MESSAGE, "chat": GROUP, "from": {**ANONYMOUS, "is_bot": False}, "sender_chat": CHANNEL}
    },
    "another bot": {"message": {**MESSAGE, "chat": GROUP, "from": {**ANONYMOUS, "username": "some_bot"}}},
    "message without a sender": {"message": {**MESSAGE, "chat": GROUP}},
    "poll": {"poll": KINDS["poll"][0]["poll"]},
    "nothing known": {},
    "something new": {"hologram": {"id": 1}},
}


@pytest.mark.parametrize("update", NOBODY)
async def test_an_update_without_a_person_is_passed_over(talk: Talk, update: str) -> None:
    li = talk.person("li")
    number = talk.as_(li).people.says("…")["update_id"]
    assert await li.does({"update_id": number, **NOBODY[update]}) == ""
    assert not any(talk.screen.shown.values())
    assert rows(talk, "people") == []
    assert [row["payload"] for row in rows(talk, "inbox")] == [None]


async def test_blocking_and_coming_back_is_noted(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/start")
    assert await li.turns("kicked") == ""
    assert rows(talk, "people")[0]["unreachable"] is not None
    assert await li.turns("member") == ""
    assert rows(talk, "people")[0]["unreachable"] is None


async def test_a_message_shows_that_somebody_is_back(talk: Talk) -> None:
    li = talk.person("li")
    await li.turns("kicked")
    assert await li.says("/start")
    assert rows(talk, "people")[0]["unreachable"] is None


async def test_removing_the_bot_from_a_group_is_no_block(talk: Talk) -> None:
    li = talk.person("li")
    await li.says("/start")
    await li.turns("left", GROUP)
    await li.turns("kicked", GROUP)
    assert rows(talk, "people")[0]["unreachable"] is None


async def test_what_one_registered_is_not_lost_by_blocking(talk: Talk) -> None:
    boss, li = talk.person("boss", owner=True), talk.person("li")
    await registered(li)
    await li.turns("kicked")
    Scripted.script["sendMessage"] = [
        (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
    ]
    await boss.presses("受理")
    assert rows(talk, "interests")[0]["stage"] == "contacted"
    await li.turns("member")
    await li.says("/my")
    assert "已受理" in li.last
