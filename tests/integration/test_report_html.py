# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a drift report in a real browser: sorted, filtered, a host opened, by keyboard, without any network."""

from __future__ import annotations

import os
import shutil
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    DriftReport,
    render,
    report_of,
    write,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import (
    NOW,
    change,
    clean,
    drifted,
    large,
    report,
)

from tests.integration.newest import newest_only

pytestmark = newest_only

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>'

Driver = t.Any


@dataclass(kw_only=True)
class Browser:
    """A real browser and what it complained about."""

    driver: Driver
    folder: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, found: DriftReport, **settings: t.Any) -> Driver:
        """Open the page of a report."""
        write(self.folder, render(found, ["html"]))
        context = self.driver.new_context(viewport={"width": 1360, "height": 900}, **settings)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto((self.folder / "drift.html").as_uri())
        return page


@pytest.fixture(scope="session")
def chromium() -> t.Iterator[Driver]:
    if CHROMIUM is None:
        reason = "NOT TESTED in a browser: chromium not installed; run make lab-deps"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  a heavy import that only these tests need

    with sync_playwright() as playwright:
        # The tests open their own files only, and the sandbox does not work for root.
        driver = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield driver
        driver.close()


@pytest.fixture
def browser(chromium: Driver, tmp_path: Path) -> t.Iterator[Browser]:
    made = Browser(driver=chromium, folder=tmp_path)
    yield made
    for context in chromium.contexts:
        context.close()
    assert [] == made.complaints
    assert {(tmp_path / "drift.html").as_uri()} == set(made.requests)


def column(page: Driver, number: int) -> list[str]:
    """Return the cells of a column, from 1."""
    return list(page.locator(f"#rows tbody td:nth-child({number})").all_inner_texts())


def test_deviations_are_shown_the_gravest_first(browser: Browser) -> None:
    page = browser.open(report())
    assert "3 hosts drifted, 3 gave no answer unreachable" == " ".join(page.inner_text("h1").split())
    assert "12 deviations on 6 hosts" == page.inner_text("#shown")
    assert ["high"] * 7 + ["medium"] * 4 + ["low"] == column(page, 5)
    assert ["9", "6", "8", "1", "3", "1"] == page.locator(".total dd:not(.hint)").all_inner_texts()


def test_a_head_sorts_and_the_same_again_turns_the_order(browser: Browser) -> None:
    page = browser.open(report())
    page.click("th:has-text('Setting') button")
    ascending = column(page, 2)
    assert ascending == sorted(ascending)
    assert "ascending" == page.get_attribute("th:has-text('Setting')", "aria-sort")
    page.click("th:has-text('Setting') button")
    assert column(page, 2) == sorted(ascending, reverse=True)
    assert "descending" == page.get_attribute("th:has-text('Setting')", "aria-sort")


def test_filters_by_host_setting_severity_source_and_state_add_up(browser: Browser) -> None:
    page = browser.open(report())
    page.fill("#filter-host", "CLIENT0")
    assert {"client02", "client03", "client04", "client06"} == set(column(page, 1))
    page.select_option("#filter-setting", "offer.state")
    assert ["client02", "client03", "client04"] == column(page, 1)
    page.select_option("#filter-severity", "medium")
    assert ["client03", "client04"] == column(page, 1)
    page.select_option("#filter-severity", "")
    page.select_option("#filter-state", "new")
    assert ["client02"] == column(page, 1)
    page.select_option("#filter-source", "control_panel")
    assert "0 deviations on 0 hosts" == page.inner_text("#shown")
    page.click("#reset")
    assert "12 deviations on 6 hosts" == page.inner_text("#shown")
    page.select_option("#filter-source", "domain_gpo: Workstations")
    assert [("client02", "solicited.state")] == list(zip(column(page, 1), column(page, 2), strict=True))


def test_hosts_are_rows_too_and_the_chart_filters_them(browser: Browser) -> None:
    page = browser.open(report())
    page.click("[data-view=hosts]")
    assert ["client05", "client06", "never01", "client02", "client03", "legacy01"] == column(page, 1)[:6]
    page.click("[data-verdict=failed]")
    assert ["client06", "never01"] == column(page, 1)
    page.click("[data-setting='solicited.state']")
    assert {"solicited.state"} == set(column(page, 2))
    page.click("[data-severity=low]")
    assert ["solicited.control"] == column(page, 2)


def test_a_host_opens_with_what_was_found_and_what_is_declared(browser: Browser) -> None:
    page = browser.open(report())
    page.click(".open-host:has-text('client02')")
    dialog = page.locator("dialog[open]")
    told = dialog.inner_text()
    for text in ("client02", "enabled", "disabled", "CIS Windows 11 3.0.0: 18.9.35.2", "RAUnsolicit\\CORP\\Helpdesk"):
        assert text in told
    page.click("#close")
    page.click("[data-view=hosts]")
    page.click(".open-host:has-text('client05')")
    told = dialog.inner_text()
    assert "no answer in 30 s" in told
    assert "When it last answered, 2026-11-21 04:30 UTC" in told
    page.keyboard.press("Escape")
    page.click(".open-host:has-text('client01')")
    assert "Gone since the last report" in dialog.inner_text()


def test_everything_can_be_done_by_keyboard(browser: Browser) -> None:
    page = browser.open(report())
    page.keyboard.press("/")
    page.keyboard.type("client0")
    assert "filter-host" == page.evaluate("document.activeElement.id")
    while "open-host" not in page.evaluate("document.activeElement.className"):
        page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    for dummy in range(4):
        page.keyboard.press("ArrowDown")
    assert ("client02", "client03") == (first, page.evaluate("document.activeElement.textContent"))
    page.keyboard.press("Enter")
    assert "client03" == page.inner_text("#host-name")
    page.keyboard.press("Escape")
    assert 0 == page.locator("dialog[open]").count()
    assert "client03" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowUp")
    assert "client02" == page.evaluate("document.activeElement.textContent")
    page.locator("th button").first.focus()
    page.keyboard.press("Enter")
    assert "ascending" == page.get_attribute("th >> nth=0", "aria-sort")
    assert "Host" == page.evaluate("document.activeElement.textContent")


def test_names_roles_and_states_are_there_for_screen_readers(browser: Browser) -> None:
    page = browser.open(report())
    assert 1 == page.get_by_role("searchbox", name="Host", exact=True).count()
    for name in ("Setting", "Severity", "Source", "Verdict", "State"):
        assert 1 == page.get_by_role("combobox", name=name, exact=True).count()
    assert "Hosts: 3 clean, 3 drift, 2 failed, 1 unreachable" == page.get_by_role("img").first.get_attribute(
        "aria-label"
    )
    assert 1 == page.get_by_role("table", name="Deviations").count()
    page.click(".open-host >> nth=0")
    assert 1 == page.get_by_role("dialog", name="client02").count()


def test_what_hosts_say_is_text_and_nothing_else(browser: Browser) -> None:
    results = {
        HOSTILE: drifted(change("warning_messages.view_message", HOSTILE, "\u202eevil\x00")),
        "silent": {"unreachable": True, "msg": HOSTILE},
    }
    page = browser.open(report_of(results, now=NOW, run={"name": HOSTILE}, baseline={"name": HOSTILE}))
    assert "Remote Assistance drift: unreachable" == page.title()
    assert 0 == page.locator("img").count()
    assert [HOSTILE] == column(page, 1)
    assert ["\\u202eevil\\x00"] == column(page, 4)
    page.click(".open-host >> nth=0")
    assert HOSTILE == page.inner_text("#host-name")


def test_the_page_runs_no_other_script_than_its_own(browser: Browser) -> None:
    page = browser.open(report())
    page.evaluate(
        "() => { const made = document.createElement('script'); made.textContent = 'document.title = \"owned\"';"
        " document.body.append(made); }"
    )
    assert "Remote Assistance drift: unreachable" == page.title()
    assert 1 == len(browser.complaints)
    assert "Content Security Policy" in browser.complaints.pop()


def test_rows_of_a_large_fleet_are_made_when_they_are_seen(browser: Browser) -> None:
    page = browser.open(large(5000))
    assert "6,598 deviations on 1,649 hosts" == page.inner_text("#shown")
    assert 100 == page.locator("#rows tbody tr").count()
    page.locator("#more").scroll_into_view_if_needed()
    page.locator("#rows tbody tr").nth(199).wait_for()
    page.fill("#filter-host", "ws-04998")
    assert {"ws-04998.corp.example.com"} == set(column(page, 1))
    page.fill("#filter-host", "")
    page.click("[data-view=hosts]")
    assert "5,000 hosts" == page.inner_text("#shown")
    page.locator(".open-host").nth(99).focus()
    page.keyboard.press("ArrowDown")
    assert "drift" == column(page, 2)[100]
    assert 101 == page.evaluate("document.activeElement.closest('tr').rowIndex")


def test_a_clean_fleet_shows_its_hosts(browser: Browser) -> None:
    page = browser.open(report_of({"a": clean(), "b": clean()}, now=NOW))
    assert "No drift clean" == " ".join(page.inner_text("h1").split())
    assert ("2 hosts", ["a", "b"]) == (page.inner_text("#shown"), column(page, 1))
    assert "Nothing drifted." in page.inner_text("main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast_in_light_and_dark(browser: Browser, scheme: str) -> None:
    page = browser.open(report(), color_scheme=scheme)
    page.click(".open-host:has-text('client02')")
    low = page.evaluate(CONTRAST)
    assert [] == low


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_but_tables_scrolls_sideways(browser: Browser, width: int) -> None:
    page = browser.open(report())
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# Contrast as WCAG 2.2 defines it, of each text and the nearest opaque ground behind it; 4.5 is its level AA.
CONTRAST = """() => {
  const numbers = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92
    : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const color = numbers(getComputedStyle(each).backgroundColor);
      if (color.length && (color.length < 4 || color[3] === 1)) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
    if (!own || /SCRIPT|OPTION|NOSCRIPT/.test(node.tagName) || !node.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) low.push(`${node.tagName}.${node.className} ${node.textContent.slice(0, 20)} ${contrast}`);
  }
  return low;
}"""
