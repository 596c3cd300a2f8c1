"""The page's own markdown: what it makes of the three dialects, and that nothing in it can become HTML."""

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Playground

pytestmark = pytest.mark.browser

SHOW = """async ([text, names]) => {
  const { markdown } = await import("/markdown.js");
  const box = document.createElement("div");
  box.append(markdown(text, (id) => names[id] ?? id));
  return box.innerHTML;
}"""

CASES = [
    ("一段", "<p>一段</p>"),
    ("一行\n二行", "<p>一行<br>二行</p>"),
    ("一段\n\n二段", "<p>一段</p><p>二段</p>"),
    ("**粗** *斜* ~~删~~ `码`", "<p><strong>粗</strong> <em>斜</em> <s>删</s> <code>码</code></p>"),
    ("**粗 *里斜* 粗**", "<p><strong>粗 <em>里斜</em> 粗</strong></p>"),
    ("- 一\n- 二", "<ul><li>一</li><li>二</li></ul>"),
    ("3. 三\n4. 四", '<ol start="3"><li>三</li><li>四</li></ol>'),
    ("# 大", '<p class="md-h md-h1">大</p>'),
    ("> 引\n> 用", "<blockquote>引<br>用</blockquote>"),
    ("上\n---\n下", "<p>上</p><hr><p>下</p>"),
    ("<at id=p2></at>", '<p><span class="md-at">@李娜</span></p>'),
    ("<a atId=p2>旧名</a>", '<p><span class="md-at">@李娜</span></p>'),
    ("<a atId=p9>旧名</a>", '<p><span class="md-at">@旧名</span></p>'),
    ("<font color='grey'>灰</font>", '<p><span class="md-font tone-grey">灰</span></p>'),
    ("<font color='x\" onclick=1'>灰</font>", '<p><span class="md-font">灰</span></p>'),
    ("&lt;b&gt; &#42;&#x2a; &amp;lt;", "<p>&lt;b&gt; ** &amp;lt;</p>"),
    ("&#42;&#42;字面&#42;&#42;", "<p>**字面**</p>"),
    ("<b>标签</b>", "<p>&lt;b&gt;标签&lt;/b&gt;</p>"),
    ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ("[坏](javascript:alert(1))", None),
    ("![图](img_1)", '<p><span class="md-picture">图</span></p>'),
    ("```\n**码**\n```", "<pre>**码**</pre>"),
    ("2 * 3 * 4 与 a_b_c", "<p>2 * 3 * 4 与 a_b_c</p>"),
    ("**没有完", "<p>**没有完</p>"),
]


async def test_markdown_of_the_dialects(playground: Playground) -> None:
    page = await playground.open()
    for text, wanted in CASES:
        made = await page.evaluate(SHOW, [text, {"p2": "李娜"}])
        if wanted is None:
            assert "<a" not in made, text
            assert "坏" in made
        else:
            assert made == wanted, text


async def test_links_lead_to_the_web_only(playground: Playground) -> None:
    page = await playground.open()
    made = await page.evaluate(SHOW, ["[看](https://bida.example/a?b=1&amp;c=2)", {}])
    assert 'href="https://bida.example/a?b=1&amp;c=2"' in made
    assert 'rel="noopener noreferrer"' in made
    for url in ("javascript:1", "data:text/html,1", "dtmd://dingtalkclient/x", "//evil.example", 'https:"onclick=1'):
        assert "<a" not in await page.evaluate(SHOW, [f"[看]({url})", {}]), url


async def test_markdown_takes_any_text_quickly(playground: Playground) -> None:
    """Unfinished markup by the thousand neither hangs nor loses text."""
    page = await playground.open()
    for piece in ("**a", "[", "<font ", "*a ", "~~x", "<at id=", "`a "):
        text = piece * 1500
        length = await measured(page, text)
        assert length > 0, piece


async def measured(page: Page, text: str) -> int:
    script = (
        "async (text) => { const { markdown } = await import('/markdown.js'); const start = performance.now();"
        " const length = markdown(text).textContent.length; return performance.now() - start < 2000 ? length : -1; }"
    )
    length: int = await page.evaluate(script, text)
    return length
