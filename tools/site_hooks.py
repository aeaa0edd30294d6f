"""What MkDocs calls while it builds the site: pages made from files that lie outside of docs/, and their links.

`mkdocs.yml` names this file. A link to a file that has no page stops the build.
"""

# MkDocs lies in an environment of its own.
# pyright: reportMissingImports=false
from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from contract_page import METHODS as METHODS  # noqa: E402
from contract_page import ContractPage  # noqa: E402

COPIED = {
    "index.md": "README.md",
    "changes.md": "CHANGELOG.md",
    "released-contracts.md": "contracts/README.md",
}
"""Pages that are files elsewhere in the repository."""
LINKED = {
    **{source: page for page, source in COPIED.items()},
    "overlay/portkey_ai/errors.py": "api/types.md",
    "openapi.yaml": "contract.md",
    "Makefile": "regenerating.md",
}
"""Where links to files outside of docs/ lead."""
RESOURCES = {
    "portkey_ai": ("Prompts", "Completions", "Stream", "PromptVersions", "PromptPartials", "Generations"),
    "portkey_openapi.resources": ("Labels", "Collections"),
}
RECORDS_OWN = "from_dict|to_dict|dict|json|copy|model_|get_headers|with_meta"
"""What every record has; it would hide the fields of each."""
LINK = re.compile(r"(\]\()([^)#\s]*)((?:#[^)\s]*)?\))")
FENCE = re.compile(r"^(```.*?^```)$", re.M | re.S)
ELSEWHERE = re.compile(
    r"<(?:script|img|iframe|source)[^>]+src=\"?(?:https?:)?//"
    r"|<link[^>]+(?:stylesheet|icon|preload|preconnect)[^>]*(?:https?:)?//"
)


def api_page(prefix: str) -> str:
    """Write the reference of one client, sync (no prefix) or async, and of what hangs on it."""
    parts = [f"::: portkey_ai.{prefix}Portkey\n    options: {{heading_level: 1}}"]
    for package, names in RESOURCES.items():
        parts += [f"::: {package}.{prefix}{name}" for name in names]
    return "\n\n".join(parts) + "\n"


def types_page() -> str:
    """Write the reference of what both clients share."""
    sections = {
        "Where prompts come from": ("portkey_ai.PromptSource", "portkey_ai.LoadedPrompt"),
        "What calls answer": (
            "portkey_ai.PromptRender",
            "portkey_ai.PromptCompletion",
            "portkey_ai.PromptCompletionChunk",
        ),
        "Errors": ("portkey_ai.errors",),
        "A server in a test": ("portkey_local.LocalServer",),
    }
    options = {
        "What calls answer": f'heading_level: 3, filters: ["!^_", "!^({RECORDS_OWN})"]',
        "Errors": "heading_level: 2, show_root_heading: false, show_root_toc_entry: false, inherited_members: false",
    }
    parts = ["# Prompts, results and errors"]
    for section, names in sections.items():
        parts.append(f"## {section}")
        parts += [f"::: {name}\n    options: {{{options.get(section, 'heading_level: 3')}}}" for name in names]
    return "\n\n".join(parts) + "\n"


def made_pages() -> dict[str, str]:
    """Write every page that has no file in docs/."""
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    return {
        **{page: (ROOT / source).read_text(encoding="utf-8") for page, source in COPIED.items()},
        "contract.md": ContractPage(contract).text(),
        "api/portkey.md": api_page(""),
        "api/async-portkey.md": api_page("Async"),
        "api/types.md": types_page(),
    }


def relinked(text: str, page: str) -> str:
    """Lead a page's links to files of the repository to the pages that those became; code is left alone."""
    source = COPIED.get(page, f"docs/{page}")

    def lead(link: re.Match[str]) -> str:
        opening, target, closing = link.groups()
        if not target or ":" in target:
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        there = LINKED.get(path) or path.removeprefix("docs/")
        return f"{opening}{posixpath.relpath(there, posixpath.dirname(page) or '.')}{closing}"

    return "".join(part if part.startswith("```") else LINK.sub(lead, part) for part in FENCE.split(text))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    from mkdocs.structure.files import File

    for name, text in made_pages().items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Mend the links of a page."""
    return relinked(markdown, page.file.src_uri)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site whose pages would ask another host for anything."""
    from mkdocs.exceptions import PluginError

    for path in Path(config.site_dir).rglob("*.html"):
        if found := ELSEWHERE.search(path.read_text(encoding="utf-8")):
            raise PluginError(f"{path} asks another host: {found[0]}")
