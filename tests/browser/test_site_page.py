"""The page of a site's owner in a real browser: what the check says of it is what happens."""

from maintenance_edge.markup import markup_errors
from selenium.webdriver.common.by import By

from tests.browser.conftest import Visit, complaints
from tests.browser.shop import Shop

PAGE = """<!doctype html>
<html lang="{{language}}"><meta charset="utf-8"><title>{{title}}</title>
<style>h1 { color: rgb(1, 2, 3) }</style>
<h1>Ours</h1><p>{{message}}</p><p id="said"></p>
<svg width="9" height="9"><rect id="r" width="9" height="9"/><use href="#r"/></svg>
<script>document.getElementById("said").textContent = "by script";</script>
<script type="module">document.body.dataset.module = "ran";</script>
"""

# Each line is one thing that the check refuses, and one that Chromium complains of.
STOPPED = """<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<script src="/app.js"></script>
<link rel="stylesheet" href="/app.css">
<p style="color: red">red</p>
<img alt="" onclick="go()">
<style>@import "/more.css";</style>
<iframe src="/status"></iframe>
<base href="/elsewhere/">
"""


def test_what_the_check_accepts_works_under_the_policy(shop: Shop, visit: Visit) -> None:
    """Style, scripts and drawing are the owner's own, and nothing is complained of."""
    said = '{"message": "New disks"}'
    shop.close({"overrides/page.html": PAGE, "overrides/announcement.json": said})
    browser = visit(shop.url)
    heading = browser.find_element(By.TAG_NAME, "h1")
    body = browser.find_element(By.TAG_NAME, "body")

    assert ((), "rgba(1, 2, 3, 1)", "Ours\nNew disks\nby script", "ran", []) == (
        markup_errors(PAGE, "page/page.html"),
        heading.value_of_css_property("color"),
        body.text,
        body.get_attribute("data-module"),
        complaints(browser),
    )


def test_what_the_check_refuses_is_stopped_by_the_policy(shop: Shop, visit: Visit) -> None:
    """The check forbids nothing that would have worked."""
    shop.close({"overrides/page.html": f"<!doctype html>{STOPPED}"})
    stopped = complaints(visit(shop.url))
    refused = markup_errors(f"<!doctype html>{STOPPED}", "page/page.html")

    assert (8, 8) == (len(refused), len(stopped)), (refused, stopped)
