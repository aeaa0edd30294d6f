"""What the page looks like, to whom: screen readers, small screens, the dark; and what hostile texts do to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from browsing import Tab

import portkey_local
from portkey_local import LocalServer

Opener = Callable[..., Tab]
PATHS = (
    "",
    "/new",
    "/prompts/welcome",
    "/prompts/welcome/versions",
    "/prompts/welcome/compare",
    "/prompts/welcome/runs",
    "/partials",
    "/partials/pp-tone",
    "/login",
    "/prompts/none",
)
HOSTILE = (
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "'><svg onload=hit()>",
    "</textarea><script>hit()</script>",
    "</title></style></template><iframe srcdoc='<script>parent.hit()</script>'>",
    "javascript:hit()",
    "{{{name}}} {{&name}} ${hit()} {% hit() %}",
    "&lt;script&gt;hit()&lt;/script&gt; &#x3C;img&#x3E;",
    '" autofocus onfocus=hit() x="',
    "<a href='javascript:hit()'>x</a><base href='https://evil.example/'>",
    "</option></select><noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "<details open ontoggle=hit()><input autofocus onfocus=hit()><object data=javascript:hit()>",
    "--><!--<svg><animate onbegin=hit() attributeName=x dur=1s>]]>",
    "\u202e\u2028<math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
)


def test_the_page_is_as_small_as_it_was_meant_to_be() -> None:
    room = Path(portkey_local.__file__).parent / "ui"
    files = [path for path in room.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".svg")]
    assert len(files) > 20
    assert sum(path.read_text(encoding="utf-8").count("\n") for path in files) <= 1_500


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        seed(running)
        yield running


def seed(server: LocalServer) -> None:
    """Put in what the tests look at: one prompt with a history, and runs of it."""

    def chat(text: str) -> str:
        system = "You write for {{company}}. {{>pp-tone}}"
        return json.dumps([{"role": "system", "content": system}, {"role": "user", "content": text}])

    server.add_partial(slug="pp-tone", versions=["Be kind, and short."], name="Tone")
    second = chat("Welcome {{name}} to {{company}} in two sentences.{{#formal}} Be formal.{{/formal}}")
    third = chat(
        "Welcome {{name}} to {{company}} in two sentences.{{#formal}} Be formal.{{/formal}}\n"
        "They ordered:{{#items}}\n- {{title}}{{/items}}"
    )
    server.add_prompt(
        slug="welcome",
        name="Welcome a customer",
        labels={"production": 2, "staging": 3},
        published=2,
        versions=[
            {"string": chat("Welcome {{name}} in two sentences."), "virtual_key": "echo"},
            {"string": second, "virtual_key": "echo", "version_description": "Names the company"},
            {"string": third, "virtual_key": "echo", "version_description": "Lists what was ordered"},
        ],
    )
    body = {"variables": {"name": "Ada", "company": "Lovelace & Co"}}
    for version in (2, 3):
        assert httpx.post(f"{server.base_url}/prompts/welcome@{version}/completions", json=body).status_code == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_there_that_some_people_can_t_use(server: LocalServer, open_tab: Opener, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    tab = open_tab(server, color_scheme=scheme, bypass_csp=True)  # axe itself is put into the page
    for path in PATHS:
        tab.open(path)
        found = axe.run(tab.page).response["violations"]
        told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
        assert told == [], path
    tab.complaints.clear()  # the browser notes the 404


def test_it_fits_a_narrow_screen(server: LocalServer, open_tab: Opener) -> None:
    tab = open_tab(server, viewport={"width": 400, "height": 800})
    for path in PATHS:
        tab.open(path)
        assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= 400, path
    tab.open("/prompts/welcome")
    tab.page.get_by_label("name needed").fill("Ada")
    tab.page.get_by_role("button", name="Run", exact=True).click()
    tab.page.get_by_text("first word after").wait_for()
    tab.complaints.clear()


def test_names_without_a_space_and_from_right_to_left_fit_too(open_tab: Opener) -> None:
    endless = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 5
    text = "{{" + "v" * 200 + "}} {{#" + "w" * 200 + "}}x{{/" + "w" * 200 + "}}"
    with LocalServer() as apart, httpx.Client(base_url=apart.base_url) as api:
        for name in (endless, "\u202emoc"):
            body = {"name": name, "collection_id": "default", "string": text, "parameters": {}, "virtual_key": endless}
            slug = api.post("/prompts", json=body).raise_for_status().json()["slug"]
            api.put(f"/prompts/{slug}", json={"string": text + "y", "version_description": endless}).raise_for_status()
            for width in (400, 1180):
                tab = open_tab(apart, viewport={"width": width, "height": 800})
                for path in ("", *(f"/prompts/{slug}{page}" for page in ("", "/versions", "/compare", "/runs"))):
                    tab.open(path)
                    assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= width, path
                if width == 1180:
                    tab.open("")
                    assert tab.page.evaluate("() => document.querySelector('.wide').scrollWidth") <= width
        said = tab.page.locator("code").first
        assert said.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"


def test_everything_is_reached_by_the_keyboard(server: LocalServer, open_tab: Opener) -> None:
    tab = open_tab(server)
    tab.open("/prompts/welcome")
    reached = []
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        at = "() => document.activeElement.ariaLabel || document.activeElement.name || document.activeElement.innerText"
        reached.append(tab.page.evaluate(at))
    assert reached[0] == "Skip to content"
    asked = ["Edit", "Role", "Content", "Model and settings", "version_description", "Save", "text:name", "Run"]
    places = [reached.index(name) for name in asked]
    assert places == sorted(places)
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert tab.page.evaluate(ring) != "none"


def test_the_keyboard_stays_where_somebody_was_when_a_button_goes(server: LocalServer, open_tab: Opener) -> None:
    tab = open_tab(server)
    tab.open("/prompts/welcome")
    page = tab.page
    at = "() => document.activeElement.ariaLabel || document.activeElement.name || document.activeElement.innerText"
    page.get_by_label("name needed").fill("Ada")
    page.get_by_role("button", name="Run", exact=True).press("Enter")
    page.get_by_text("first word after").wait_for()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    assert page.evaluate(at) == "Run"
    page.get_by_label("name needed").press("Control+Enter")
    page.get_by_text("first word after").wait_for()
    assert page.evaluate(at) == "text:name"
    page.get_by_role("button", name="Remove this message").first.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.message').length === 1")
    assert page.evaluate(at) == "Content"
    page.on("dialog", lambda dialog: dialog.accept())


@pytest.mark.parametrize("policy", [True, False], ids=["under the policy", "by escaping alone"])
def test_hostile_texts_are_only_texts(server: LocalServer, open_tab: Opener, policy: bool) -> None:
    text = " ".join(HOSTILE)
    tab = open_tab(server, bypass_csp=not policy)
    tab.context.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1; }")
    template = text.replace("{{{name}}} {{&name}}", "{{name}}")
    body = {"name": text, "collection_id": "default", "version_description": text, "model": text}
    body |= {
        "string": json.dumps([{"role": "user", "content": template + " {{name}}"}]),
        "virtual_key": "echo",
        "parameters": {},
    }
    with httpx.Client(base_url=server.base_url) as api:
        slug = api.post("/prompts", json=body).raise_for_status().json()["slug"]
        api.put(f"/prompts/{slug}", json={**body, "string": template}).raise_for_status()
        api.post("/prompts/partials", json={"name": text, "string": template}).raise_for_status()
    page = tab.page
    paths = ["", f"?search={quote(text)}&collection={quote(text)}", "/partials", f"/login?next={quote(text)}"]
    paths += [f"/prompts/{slug}{path}" for path in ("/versions", "/compare", "/runs", f"?version={quote(text)}", "")]
    for path in paths:
        tab.open(path)
    variable = page.get_by_label("name needed")
    variable.fill(text)
    page.wait_for_function("text => document.querySelector('.turn .text').textContent.includes(text)", arg=text)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("first word after").wait_for()
    assert text in page.locator("[data-text]").text_content()
    for found in ("iframe", "main img", ".turn svg", "main script", "base", ".turn a"):
        assert page.locator(found).count() == 0
    assert page.evaluate("() => window.hits") == 0
    tab.complaints = [each for each in tab.complaints if "status of 40" not in each]


def test_a_text_of_a_million_characters_stays_usable(server: LocalServer, open_tab: Opener) -> None:
    text = "é line of forty characters, more or less\n" * 24_000
    server.add_prompt(slug="long", versions=["short {{name}}", "{{name}}\n" + text])
    tab = open_tab(server)
    tab.open("/prompts/long")
    tab.page.get_by_label("name needed").fill("Ada")
    tab.page.locator(".turn .text").get_by_text("more characters").wait_for()
    tab.page.wait_for_function("() => document.querySelector('.turn .text').textContent.startsWith('Ada')")
    tab.page.get_by_label("What is new in it").fill("Once more")
    tab.page.get_by_role("button", name="Save").click()
    tab.page.get_by_text("version 3", exact=True).wait_for()
    stored = httpx.get(f"{server.base_url}/prompts/long@3").json()
    assert stored["string"] == "{{name}}\n" + text
    for path in ("/prompts/long/versions", "/prompts/long/compare?old=1&new=3", "/prompts/long/runs"):
        tab.open(path)


def test_a_line_of_a_million_characters_is_typed_into(server: LocalServer, open_tab: Opener) -> None:
    server.add_prompt(slug="line", versions=["é" * 1_000_000])
    tab = open_tab(server)
    tab.open("/prompts/line")
    area = tab.page.get_by_role("textbox", name="Template")
    # With `unicode-bidi: plaintext`, as `dir="auto"` means too, each key would take Chromium seconds.
    assert area.evaluate("each => getComputedStyle(each).unicodeBidi") != "plaintext"
    area.press("Control+End")
    tab.page.keyboard.type("end")
    assert area.input_value().endswith("éend")
    tab.page.on("dialog", lambda dialog: dialog.accept())


def test_what_is_typed_keeps_its_lines_and_spaces(server: LocalServer, open_tab: Opener) -> None:
    text = "\n\n  Two empty lines first,\n\ta tab, a no-break\u00a0space, \u2028 and more.  \n\n"
    server.add_prompt(slug="kept", versions=[{"string": text}])
    tab = open_tab(server)
    tab.open("/prompts/kept")
    assert tab.page.get_by_role("textbox", name="Template").input_value() == text
    tab.page.get_by_role("textbox", name="Template").fill(text + "end")
    tab.page.get_by_role("button", name="Save").click()
    tab.page.get_by_text("version 2", exact=True).wait_for()
    assert httpx.get(f"{server.base_url}/prompts/kept@2").json()["string"] == text + "end"


def test_what_a_browser_can_t_keep_is_told(server: LocalServer, open_tab: Opener) -> None:
    server.add_prompt(slug="returns", versions=[{"string": "One\r\nTwo"}])
    tab = open_tab(server)
    tab.open("/prompts/returns")
    tab.page.get_by_text("A browser can't keep them").wait_for()


def test_whoever_leaves_what_is_not_saved_is_asked(server: LocalServer, open_tab: Opener) -> None:
    tab = open_tab(server)
    asked: list[str] = []
    tab.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.open("/prompts/welcome")
    tab.page.get_by_label("name needed").fill("Only a variable")
    tab.page.get_by_role("link", name="Versions").click()
    tab.page.get_by_role("link", name="Edit").click()
    assert asked == []
    tab.page.get_by_label("Content").nth(1).fill("Changed")
    tab.page.get_by_role("link", name="Versions").click()
    tab.page.get_by_role("button", name="Publish version 3").wait_for()
    assert asked == ["beforeunload"]


def test_a_mistake_in_a_template_is_told_while_it_is_typed_and_nothing_is_lost(
    server: LocalServer, open_tab: Opener
) -> None:
    tab = open_tab(server)
    tab.open("/prompts/welcome")
    tab.page.get_by_label("Content").nth(1).fill("Hello {{#name}}")
    tab.page.locator(".problem").get_by_text(re.compile("malformed")).wait_for()
    tab.page.get_by_role("button", name="Save").click()
    tab.page.locator("[data-problem]").get_by_text(re.compile("malformed")).wait_for()
    assert tab.page.get_by_label("Content").nth(1).input_value() == "Hello {{#name}}"
    tab.complaints = [each for each in tab.complaints if "400" not in each]
    tab.page.on("dialog", lambda dialog: dialog.accept())


def test_without_its_script_the_page_still_saves(server: LocalServer, open_tab: Opener) -> None:
    server.add_prompt(slug="plain", versions=["One\nTwo"])
    tab = open_tab(server, java_script_enabled=False)
    tab.page.goto(f"{tab.base}/prompts/plain")
    tab.page.get_by_role("textbox", name="Template").fill("One\nTwo\nThree")
    tab.page.get_by_role("button", name="Save").click()
    assert tab.page.get_by_role("textbox", name="Template").input_value() == "One\nTwo\nThree"
    found: dict[str, Any] = httpx.get(f"{server.base_url}/prompts/plain@2").json()
    assert found["string"] == "One\nTwo\nThree"
