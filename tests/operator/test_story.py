"""`bida demo --story`: the whole story ends well, and a step that differs is an exit code other programs can see."""

from pathlib import Path

import pytest

from bot import cli
from bot.playground import demo
from bot.playground.story import StoryFailed
from tests.operator.commands import bida


def test_the_story_ends_as_it_should(tmp_path: Path) -> None:
    done = bida("demo", "--story", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "故事讲完了" in done.out


def test_a_step_that_differs_is_told_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def differs(_rig: object) -> None:
        raise StoryFailed("企业微信: expected 「已打卡」")

    monkeypatch.setattr(demo, "tell", differs)
    monkeypatch.setattr("sys.argv", ["bida", "demo", "--story"])
    assert cli.run_cli() == 1
    assert "expected 「已打卡」" in capsys.readouterr().err
