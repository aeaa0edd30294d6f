"""The page as people use it, by clicking and typing in a real browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from browsing import Tab
from puppet_upstream import Exchange, Puppet, chunk

from portkey_local import LocalServer

Opener = Callable[..., Tab]


def sign_in(tab: Tab, key: str) -> None:
    tab.page.get_by_label("API key").fill(key)
    tab.page.get_by_role("button", name="Sign in").click()
    tab.page.get_by_role("heading", name="Prompts", exact=False).wait_for()


def stored(server: LocalServer, key: str, reference: str) -> dict[str, Any]:
    response = httpx.get(f"{server.base_url}/prompts/{reference}", headers={"x-portkey-api-key": key})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_prompt_from_the_first_word_to_production(server: LocalServer, open_tab: Opener) -> None:
    key = server.add_key("read", "write", "run", "release")
    tab = open_tab(server)
    page = tab.page

    # Nobody is let in without a key, and one that is wrong is not taken
    page.goto(tab.base)
    assert page.url.startswith(f"{tab.base}/login")
    page.get_by_label("API key").fill("ppk-wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The API key is not valid here").wait_for()
    tab.complaints.clear()  # the browser notes each 401 there
    sign_in(tab, key)
    assert key not in page.url
    page.get_by_text("No prompts here yet").wait_for()

    # A new prompt, rendered while it is typed
    page.get_by_role("link", name="New prompt").click()
    page.get_by_label("Content").nth(0).fill("You write for {{company}}.")
    page.get_by_label("Content").nth(1).fill("Welcome {{name}}.\nBe brief.")
    page.get_by_label("company").fill("Lovelace & Co")
    page.get_by_label("name needed").fill("Ada <b>")
    page.locator(".turn.user").get_by_text("Welcome Ada <b>.\nBe brief.").wait_for()
    page.locator(".turn.system").get_by_text("You write for Lovelace & Co.").wait_for()
    page.get_by_label("Upstream").fill("echo")
    page.get_by_label("Name", exact=True).fill("Welcome a customer")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Welcome a customer").wait_for()
    slug = page.url.rpartition("/")[2]
    first = stored(server, key, slug)
    assert first["string"] == (
        '[{"role": "system", "content": "You write for {{company}}."}, '
        '{"role": "user", "content": "Welcome {{name}}.\\nBe brief."}]'
    )
    assert first["virtual_key"] == "echo"

    # A second version, with a message of its own
    tab.settle()
    page.get_by_role("button", name="Add a message").click()
    page.get_by_label("Content").nth(2).fill("Dear {{name}},{{#formal}} yours{{/formal}}")
    page.get_by_label("formal").select_option("true")
    page.get_by_label("What is new in it").fill("Begins the answer")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("version 2", exact=True).wait_for()
    second = stored(server, key, f"{slug}@2")
    assert second["prompt_version_description"] == "Begins the answer"
    assert second["string"].endswith('{"role": "assistant", "content": "Dear {{name}},{{#formal}} yours{{/formal}}"}]')
    assert stored(server, key, slug)["prompt_version"] == 1

    # Run, by the keyboard
    tab.settle()
    page.get_by_label("name needed").fill("Grace")
    page.keyboard.press("Control+Enter")
    page.locator("[data-text]").get_by_text("Dear Grace,").wait_for()
    page.get_by_text("first word after").get_by_text("tokens").wait_for()

    # Published, labelled, and the label moved
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("button", name="Publish version 2").click()
    page.get_by_role("row", name="2 published").wait_for()
    assert stored(server, key, slug)["prompt_version"] == 2
    for number in (2, 1):
        page.get_by_label(f"Label for version {number}").fill("production")
        page.get_by_label(f"Label for version {number}").press("Enter")
        bearing = page.get_by_role("row").filter(has=page.get_by_label(f"Label for version {number}"))
        bearing.get_by_text("production", exact=True).wait_for()
        assert page.get_by_text("production", exact=True).count() == 1
    assert stored(server, key, f"{slug}@production")["prompt_version"] == 1

    # Two versions side by side, with both answers
    page.get_by_role("link", name="Compare with 1").click()
    page.get_by_role("heading", name="1 → 2").wait_for()
    page.get_by_text("+Dear {{name}},").wait_for()
    page.get_by_label("name needed").fill("Edith")
    page.get_by_role("button", name="Run both").click()
    page.locator("[data-text]").nth(0).get_by_text("Welcome Edith.").wait_for()
    page.locator("[data-text]").nth(1).get_by_text("Dear Edith,").wait_for()
    page.get_by_text("first word after").nth(1).wait_for()

    # What ran, by version
    page.get_by_role("link", name="Runs").click()
    bars, twice = page.get_by_role("img", name="p50"), page.get_by_role("row", name=f"{slug}@2 2")
    until_recorded = time.monotonic() + 15
    while (bars.count() < 4 or not twice.count()) and time.monotonic() < until_recorded:
        page.reload()
    twice.wait_for()
    assert bars.count() == 4  # two versions, each by the whole answer and by the first token

    # Found again, and out
    page.get_by_role("link", name="Prompts").click()
    page.get_by_label("Search by name").fill("WELCOME")
    page.get_by_label("Search by name").press("Enter")
    page.get_by_role("row", name="Welcome a customer").get_by_text("production 1").wait_for()
    assert page.evaluate("() => JSON.stringify([localStorage, sessionStorage, document.cookie])") == '[{},{},""]'
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{tab.base}/prompts/{slug}")
    page.get_by_label("API key").wait_for()
    assert not any(key in url for url in tab.requests)


def test_a_key_that_only_reads_sees_and_renders_and_changes_nothing(server: LocalServer, open_tab: Opener) -> None:
    server.add_prompt(slug="greeting", versions=["Hello {{name}}!", "Good day, {{name}}!"])
    tab = open_tab(server)
    key = server.add_key("read")
    tab.page.goto(f"{tab.base}/prompts/greeting")
    tab.page.get_by_label("API key").fill(key)
    tab.page.get_by_role("button", name="Sign in").click()
    tab.page.get_by_label("name needed").fill("Ada")
    tab.page.get_by_text("Good day, Ada!").wait_for()
    seen = {"Sign out"}
    for path in ("", "/prompts/greeting", "/prompts/greeting/versions", "/prompts/greeting/compare"):
        tab.open(path)
        seen |= set(tab.page.get_by_role("button").all_inner_texts())
    assert seen == {"Sign out", "Search", "Compare"}
    assert tab.page.get_by_role("link", name="New prompt").count() == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_run_is_stopped_and_so_is_the_model(database: str, puppet: Puppet, open_tab: Opener) -> None:
    gone = threading.Event()

    def speak_for_ever(exchange: Exchange) -> None:
        exchange.begin_stream()
        exchange.event(chunk("So far"))
        if exchange.wait_until_gone():
            gone.set()

    puppet.script = speak_for_ever
    with LocalServer(database, upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="long", versions=[{"string": "Go on.", "virtual_key": "up", "model": "m"}])
        tab = open_tab(server)
        tab.open("/prompts/long")
        tab.page.get_by_role("button", name="Run", exact=True).click()
        tab.page.locator("[data-text]").get_by_text("So far").wait_for()
        tab.page.get_by_role("button", name="Stop").click()
        tab.page.get_by_text("stopped").wait_for()
        assert gone.wait(20)
        tab.page.get_by_role("button", name="Run", exact=True).wait_for()


SEVERAL = [
    *({"index": number % 2, "delta": {"content": f"{'AB'[number % 2]}{number} "}} for number in range(4)),
    {"index": 0, "delta": {"content": [{"type": "text", "text": "a part"}, {"type": "image_url", "image_url": "x"}]}},
    {"index": 1, "delta": {"content": None, "refusal": "I can't."}},
]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_each_of_several_answers_is_shown_by_itself_whatever_it_is_made_of(
    database: str, puppet: Puppet, open_tab: Opener
) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.begin_stream()
        for choice in SEVERAL:
            exchange.event({"choices": [choice]})
        exchange.event({"choices": [{"index": index, "delta": {}, "finish_reason": "stop"} for index in (0, 1)]})
        exchange.event("[DONE]")

    puppet.script = answer
    with LocalServer(database, upstreams={"up": {"kind": "openai", "base_url": puppet.base_url}}) as server:
        server.add_prompt(slug="two", versions=[{"string": "Go on.", "virtual_key": "up", "model": "m"}])
        tab = open_tab(server)
        tab.open("/prompts/two")
        tab.page.get_by_role("button", name="Run", exact=True).click()
        tab.page.get_by_text("first word after").wait_for()
        shown = tab.page.locator("[data-text] > div").all_inner_texts()
        image = '{"type":"image_url","image_url":"x"}'
        assert shown == [f"A0 A2 a part{image}", "B1 B3 I can't."]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_double_click_on_save_saves_once(server: LocalServer, open_tab: Opener) -> None:
    tab = open_tab(server)
    tab.open("/new")
    tab.page.get_by_label("Name", exact=True).fill("Welcome")
    tab.page.get_by_role("button", name="Save").dblclick()
    tab.page.get_by_role("heading", name="Welcome").wait_for()
    tab.settle()
    for number, text in ((2, "Hi {{name}}"), (3, "Hi, {{name}}")):
        tab.page.get_by_label("Content").nth(1).fill(text)
        tab.page.get_by_role("button", name="Save").dblclick()
        tab.page.get_by_text(f"version {number}", exact=True).wait_for()
        tab.settle()
    assert httpx.get(f"{server.base_url}/prompts").json()["total"] == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_partial_s_editor_keeps_what_was_typed_until_it_is_saved(server: LocalServer, open_tab: Opener) -> None:
    key = server.add_key("read", "write")
    with httpx.Client(base_url=server.base_url, headers={"x-portkey-api-key": key}) as api:
        slug = api.post("/prompts/partials", json={"name": "Tone", "string": "Be kind."}).json()["slug"]
        tab = open_tab(server)
        tab.page.goto(tab.base)
        sign_in(tab, key)
        tab.open(f"/partials/{slug}")
        text, save = tab.page.get_by_label("Text"), tab.page.get_by_role("button", name="Save as a version")

        # Somebody else was quicker
        api.put(f"/prompts/partials/{slug}", json={"string": "Be brief."})
        text.fill("Be {{kind")
        save.click()
        tab.page.get_by_text("Version 2 is newer than what you began from.").wait_for()
        tab.page.get_by_label("Save mine on top of it").check()

        # What was typed is no template
        save.click()
        tab.page.get_by_text("the tag that opens here with '{{' is not closed").wait_for()
        assert text.input_value() == "Be {{kind"

        # The session is over
        tab.context.clear_cookies()
        text.fill("Be {{kind}}.")
        save.click()
        tab.page.get_by_text("The session is over: sign in again, in another tab.").wait_for()
        assert text.input_value() == "Be {{kind}}."
        tab.complaints.clear()  # the browser notes each of these
        again = tab.context.new_page()
        again.goto(f"{tab.base}/login")
        again.get_by_label("API key").fill(key)
        again.get_by_role("button", name="Sign in").click()
        again.get_by_role("heading", name="Prompts", exact=False).wait_for()
        save.click()
        tab.page.get_by_text("Version 2 is newer than what you began from.").wait_for()
        tab.page.get_by_label("Save mine on top of it").check()
        save.click()
        tab.page.get_by_role("heading", name="Version 3").wait_for()
        tab.complaints.clear()
        assert api.get(f"/prompts/partials/{slug}?version=3").json()["string"] == "Be {{kind}}."


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_prompt_whose_name_is_nothing_to_see_is_listed_by_its_slug(server: LocalServer, open_tab: Opener) -> None:
    with httpx.Client(base_url=server.base_url) as api:
        collection = api.get("/collections").json()["data"][0]["id"]
        body = {"name": "   ", "collection_id": collection, "string": "Hi", "parameters": {}}
        slug = api.post("/prompts", json=body).json()["slug"]
        partial = api.post("/prompts/partials", json={"name": " ", "string": "Be kind."}).json()["slug"]
    tab = open_tab(server)
    for path, name in (("", slug), ("/partials", partial)):
        tab.open(path)
        tab.page.get_by_role("link", name=name).click()
        tab.page.get_by_role("heading", name=name).wait_for()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_server_that_is_gone_is_told_in_one_way_wherever_it_is_asked(server: LocalServer, open_tab: Opener) -> None:
    server.add_prompt(slug="greeting", versions=["Hello {{name}}!"])
    tab = open_tab(server)
    tab.open("/prompts/greeting")
    tab.context.set_offline(True)
    tab.page.get_by_role("textbox", name="Template").fill("Hi {{name}}!")
    tab.page.get_by_role("button", name="Run", exact=True).click()
    tab.page.get_by_role("button", name="Save").click()
    for place in ("[data-rendered]", "[data-text]", "[data-problem]"):
        tab.page.locator(place).get_by_text("The server can't be reached.").wait_for()
    tab.complaints.clear()  # the browser notes each of these
    tab.context.set_offline(False)
    tab.page.get_by_role("button", name="Save").click()
    tab.page.get_by_text("version 2", exact=True).wait_for()
    tab.complaints.clear()
