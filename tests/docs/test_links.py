"""Every link and anchor of the documentation leads somewhere, in the repository and on the site."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import site_hooks  # noqa: E402

CODE = re.compile(r"^(```+|~~~+).*?^\1$|``.*?``|`[^`\n]*`", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)|<(?:a|img)\b[^>]*(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.M)
MADE_OF_CODE = "api/"
"""Pages whose anchors come from docstrings; `make docs` checks those."""


def links_of(text: str) -> list[str]:
    """Find the links of a page that lead to no other host; code has none."""
    found = [one or other for one, other in LINK.findall(CODE.sub("", text))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors_of(text: str) -> set[str]:
    """Name a page's headings as GitHub and the site do; one that comes again bears a number."""
    without_blocks = re.sub(r"^(```+|~~~+).*?^\1$", "", text, flags=re.M | re.S)
    anchors: set[str] = set()
    for heading in HEADING.findall(without_blocks):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = 0
        while (name := f"{slug}-{count}" if count else slug) in anchors:
            count += 1
        anchors.add(name)
    return anchors


def broken(pages: dict[str, str], exists: Callable[[str], bool]) -> list[str]:
    """Name the links of pages that lead nowhere; paths are relative to the page."""
    lost = []
    for page, text in pages.items():
        for link in links_of(text):
            path, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
            is_lost = target not in pages and not exists(target)
            if not is_lost and anchor and target in pages and not target.startswith(MADE_OF_CODE):
                is_lost = anchor not in anchors_of(pages[target])
            if is_lost:
                lost.append(f"{page}: {link}")
    return lost


@pytest.fixture(scope="module")
def repository() -> dict[str, str]:
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("contracts/*.md")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    """Every page of the site, as MkDocs gets it."""
    docs = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
    pages = {**docs, **site_hooks.made_pages()}
    return {name: site_hooks.relinked(text, name) for name, text in pages.items()}


def test_every_page_that_installs_the_package_says_where_it_is(repository: dict[str, str]) -> None:
    """No index has it: a page's own line fails for a reader who comes from a search, and not from the README."""
    asks = re.compile(r"pip install [^`\n]*portkey-prompts|^portkey-prompts\[.*==", re.M)
    pages = {name: text for name, text in repository.items() if name.startswith("docs/") and asks.search(text)}
    pages.pop("docs/decisions.md", None)
    assert len(pages) > 8
    assert [name for name, text in pages.items() if "](../README.md#install)" not in text] == []


def test_every_link_of_the_repository_leads_somewhere(repository: dict[str, str]) -> None:
    assert len(repository) > 18
    assert sum(len(links_of(text)) for text in repository.values()) > 50
    assert broken(repository, lambda path: (ROOT / path).exists()) == []


def test_every_link_of_the_site_leads_somewhere(site: dict[str, str]) -> None:
    assert sum(len(links_of(text)) for text in site.values()) > 300  # the contract's page links its schemas
    assert broken(site, lambda path: (ROOT / "docs" / path).is_file()) == []


def test_what_leads_nowhere_is_noticed() -> None:
    pages = {
        "a.md": "# One `two`, three!\n[x](b.md) [x](b.md#there) [x](b.md#not) [x](#one-two-three) [x](c.md) ![](d.png)",
        "b.md": "# There\n`[code](none.md)`\n```\n[code](none.md)\n# Not\n```\n[far](https://example.org/none)",
    }
    assert broken(pages, lambda path: path == "d.png") == ["a.md: b.md#not", "a.md: c.md"]


def test_every_page_stands_in_the_navigation_once(site: dict[str, str]) -> None:
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    settings = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), loader)

    def pages(entries: list[Any]) -> list[str]:
        return [page for entry in entries for value in entry.values() for page in _listed(value)]

    def _listed(value: Any) -> list[str]:
        return [value] if isinstance(value, str) else pages(value)

    assert sorted(pages(settings["nav"])) == sorted(site)


def test_the_contract_s_page_has_every_operation_and_every_field(site: dict[str, str]) -> None:
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    page = site["contract.md"]
    operations = [
        item[method] for item in contract["paths"].values() for method in site_hooks.METHODS if method in item
    ]
    assert len(operations) > 25
    for operation in operations:
        assert page.count(f"\n### {operation['operationId']}\n") == 1
    for name, schema in contract["components"]["schemas"].items():
        section = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        parts = [schema, *schema.get("allOf", ())]
        assert [
            field for part in parts for field in part.get("properties", ()) if f"| `{field}` |" not in section
        ] == []
