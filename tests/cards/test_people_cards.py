"""What the cards about people say (product 5.0, 5.11; R-ID-02; R-EVT-07)."""

from cards.people import HelpLine, bind_code_card, help_card, language_card, me_card, suggestions_card, welcome_card
from cards.plain import plain
from domain.people.messages import AboutMe, BindCodeIssued, Bound, Profile

BOB = Profile(id="p", name="白博", locale="zh-CN", timezone="Asia/Shanghai", employee_no="E2")
LINES = [HelpLine("checkin", "/checkin　打卡", "更新本周进度，约 10 秒", True), HelpLine("bind", "/bind", "关联")]


def test_me_says_what_is_known_and_leaves_a_dash_for_the_rest() -> None:
    bound = (Bound(platform="feishu", tenant="t", user_id="u"), Bound(platform="wecom", tenant="t", user_id="u"))
    told = plain(
        me_card("c", AboutMe(person=BOB, department="运营部", manager="安然", identities=bound), 3, 1_280, "zh-CN")
    )
    for words in ("白博", "E2", "运营部", "安然", "飞书、企业微信", "3 周", "关联其他账号"):
        assert words in told
    bare = plain(me_card("c", AboutMe(person=BOB, department="", manager="", identities=()), 0, 0, "en"))
    assert "Department: —" in bare
    assert "Linked: —" in bare


def test_a_code_is_easy_to_read_and_to_copy() -> None:
    told = plain(bind_code_card("c", BindCodeIssued(code="012345", minutes=10), "zh-CN"))
    assert "012 345" in told
    assert "「/bind 012345」" in told
    assert "10 分钟内有效" in told


def test_help_gives_words_for_all_and_buttons_for_the_daily_ones() -> None:
    card = help_card("c", LINES, "zh-CN")
    assert [action.label for action in card.actions] == ["打卡"]
    assert "/bind" in plain(card)


def test_suggestions_never_exceed_three_buttons() -> None:
    """R-EVT-07."""
    many = [HelpLine(name, "", "", True) for name in ("checkin", "okr", "me")]
    assert len(suggestions_card("c", "x", many, "zh-CN").actions) == 3
    none = suggestions_card("c", "你好", [], "zh-CN", is_command=False)
    assert none.header.title == "没听懂「你好」"
    assert [action.label for action in none.actions] == ["全部命令"]
    assert suggestions_card("c", "ork", many[:1], "en").header.title == 'There is no command "ork"'


def test_welcome_and_language_speak_to_whom_they_mean() -> None:
    assert "发送「打卡」开始" in plain(welcome_card("c", "白博", LINES, "zh-CN", is_known=True))
    assert "还不认识你" in plain(welcome_card("c", "Dan", LINES, "zh-CN", is_known=False))
    assert [action.label for action in language_card("c", "en").actions] == ["中文", "English"]
