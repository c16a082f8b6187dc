"""The page of a site's owner in a real browser: the check predicts what the policy blocks."""

from maintenance_edge.markup import markup_errors
from selenium.webdriver.common.by import By

from tests.browser.conftest import Visit, errors_in
from tests.browser.shop import Shop
from tests.edge.builders import some_settings

PAGE = """<!doctype html>
<html lang="{{language}}"><meta charset="utf-8"><title>{{title}}</title>
<link rel="icon" href="data:,">
<style>h1 { color: rgb(1, 2, 3) }</style>
<h1>Ours</h1><p style="color: rgb(4, 5, 6)">{{message}}</p><p id="said"></p>
<svg width="9" height="9"><style><![CDATA[g > rect { fill: rgb(7, 8, 9) }]]></style>
<style>svg&gt;g { stroke: rgb(3, 2, 1) }</style>
<g><rect id="r" width="9" height="9"/></g><use href="#r"/></svg>
<img id="logo" alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<button id="b" onclick="said.textContent = 'by script &amp; click'"></button>
<script>document.getElementById("b").click();</script>
<script type="module">document.body.dataset.module = "ran";</script>
"""
STYLES = """return [["h1", "color"], ["h1 + p", "color"], ["rect", "fill"], ["g", "stroke"]].map(
    ([selector, name]) => getComputedStyle(document.querySelector(selector))[name])"""

# The check refuses each line, and Chromium reports an error for it.
BLOCKED = """<img src="https://cdn.example/a.png">
<script src="/app.js"></script>
<link rel="stylesheet" href="https://cdn.example/app.css">
<svg><style><!-- p { color: red } -->a { }</style></svg>
<style>@import "https://cdn.example/more.css";</style>
<script>let s = document.createElement("script"); s.src = "/b.js"; document.body.append(s)</script>
<iframe src="/status"></iframe>
<base href="/elsewhere/">
"""


def test_accepted_markup_works_under_the_policy(shop: Shop, visit: Visit) -> None:
    """The owner's styles, scripts, images and drawing work, without errors."""
    announcement = '{"message": "New disks"}'
    shop.close({"overrides/page.html": PAGE, "overrides/announcement.json": announcement})
    browser = visit(shop.url)
    body = browser.find_element(By.TAG_NAME, "body")
    said = browser.find_element(By.ID, "said")

    assert (
        (),
        ["rgb(1, 2, 3)", "rgb(4, 5, 6)", "rgb(7, 8, 9)", "rgb(3, 2, 1)"],
        (True, "by script & click"),
        "ran",
        [],
    ) == (
        markup_errors(PAGE, "page/page.html", some_settings()),
        browser.execute_script(STYLES),
        ("New disks" in body.text, said.text),
        body.get_attribute("data-module"),
        errors_in(browser),
    )


def test_the_policy_blocks_refused_markup(shop: Shop, visit: Visit) -> None:
    """The check refuses nothing that would work."""
    shop.close({"overrides/page.html": f"<!doctype html>{BLOCKED}"})
    blocked = errors_in(visit(shop.url))
    refused = markup_errors(f"<!doctype html>{BLOCKED}", "page/page.html", some_settings())

    assert (8, 8) == (len(refused), len(blocked)), (refused, blocked)
