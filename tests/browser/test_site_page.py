"""The page of a site's owner in a real browser: the check predicts what the policy blocks."""

from maintenance_edge.markup import markup_errors
from selenium.webdriver.common.by import By

from tests.browser.conftest import Visit, errors_in
from tests.browser.shop import Shop

PAGE = """<!doctype html>
<html lang="{{language}}"><meta charset="utf-8"><title>{{title}}</title>
<style>h1 { color: rgb(1, 2, 3) }</style>
<h1>Ours</h1><p>{{message}}</p><p id="said"></p>
<svg width="9" height="9"><rect id="r" width="9" height="9"/><use href="#r"/></svg>
<script>document.getElementById("said").textContent = "by script";</script>
<script type="module">document.body.dataset.module = "ran";</script>
"""

# The check refuses each line, and Chromium reports an error for it.
BLOCKED = """<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<script src="/app.js"></script>
<link rel="stylesheet" href="/app.css">
<p style="color: red">red</p>
<img alt="" onclick="go()">
<style>@import "/more.css";</style>
<iframe src="/status"></iframe>
<base href="/elsewhere/">
"""


def test_accepted_markup_works_under_the_policy(shop: Shop, visit: Visit) -> None:
    """The owner's style, scripts and drawing work, without errors."""
    announcement = '{"message": "New disks"}'
    shop.close({"overrides/page.html": PAGE, "overrides/announcement.json": announcement})
    browser = visit(shop.url)
    heading = browser.find_element(By.TAG_NAME, "h1")
    body = browser.find_element(By.TAG_NAME, "body")

    assert ((), "rgba(1, 2, 3, 1)", "Ours\nNew disks\nby script", "ran", []) == (
        markup_errors(PAGE, "page/page.html"),
        heading.value_of_css_property("color"),
        body.text,
        body.get_attribute("data-module"),
        errors_in(browser),
    )


def test_the_policy_blocks_refused_markup(shop: Shop, visit: Visit) -> None:
    """The check refuses nothing that would work."""
    shop.close({"overrides/page.html": f"<!doctype html>{BLOCKED}"})
    blocked = errors_in(visit(shop.url))
    refused = markup_errors(f"<!doctype html>{BLOCKED}", "page/page.html")

    assert (8, 8) == (len(refused), len(blocked)), (refused, blocked)
