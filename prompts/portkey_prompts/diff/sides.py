"""One version of a prompt, read for a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portkey_prompts.rendering import model_settings
from portkey_prompts.templates.errors import TemplateError
from portkey_prompts.templates.partials import Partial
from portkey_prompts.templates.prompt import Body, body_of
from portkey_prompts.templates.template import Template

from .names import Walk
from .wording import Passage, passages_of


class Side:
    """Read the fields of one version, and parse its template.

    Args:
        name: `old` or `new`, for errors.
        fields: the version, as `retrievePrompt` answers it.
        partials: reference, as it stands in the template, to text.

    Raises:
        TypeError: a field is of another type than the contract says.
        ValueError: there is no `string`, so that these are no fields of a version.
    """

    def __init__(self, name: str, fields: Mapping[str, Any], partials: Mapping[str, str | Partial] | None) -> None:
        if not isinstance(fields, Mapping):
            raise TypeError(f"{name}: expected the fields of a prompt version, not {type(fields).__name__}")
        if "string" not in fields:
            raise ValueError(f"{name}: no `string` in it: give what prompts.retrieve or versions.retrieve answers")
        self.name = name
        self.fields = fields
        self.string: str = self._field("string", str, "")
        self.parameters: Mapping[str, Any] = self._field("parameters", Mapping, {})
        self.metadata: Mapping[str, Any] = self._field("template_metadata", Mapping, {})
        self.texts = texts_of(partials)
        self.problem: TemplateError | None = None
        self.body = self._parse()
        self.passages: list[Passage] = passages_of(self.string, self.kind)
        self.walk = self._walk()

    @property
    def kind(self) -> str:
        """Tell what the prompt renders to; of a malformed one, what its metadata says."""
        return self.body.kind if self.body else str(self.metadata.get("template_type") or "text")

    @property
    def label(self) -> str:
        """Name the version, such as `pp-greeting@12`, or say which side it is."""
        slug, version = self.fields.get("slug"), self.fields.get("prompt_version")
        return f"{slug}@{version}" if slug and version else str(slug or self.name)

    @property
    def raw(self) -> bool:
        """Tell whether the whole text is rendered before its JSON is read."""
        return bool(self.fields.get("is_raw_template"))

    @property
    def defaults(self) -> dict[str, Any]:
        """Copy the parameters that may be defaults of variables."""
        settings = model_settings()
        return {name: value for name, value in self.parameters.items() if name not in settings}

    def value(self, name: str) -> Any:
        """Answer a field for tools, which may stand among the parameters too; the field wins."""
        value = self.fields.get(name)
        return value if value is not None else self.parameters.get(name)

    def items(self, name: str) -> Sequence[Any]:
        """Answer `tools` or `functions`.

        Raises:
            TypeError: it is no array.
        """
        value = self.value(name)
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise TypeError(f"{self.name}.{name} must be an array, not {type(value).__name__}")
        return value

    def _field(self, name: str, kind: type, default: Any) -> Any:
        value = self.fields.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            wanted = "text" if kind is str else "an object"
            raise TypeError(f"{self.name}.{name} must be {wanted}, not {type(value).__name__}")
        return value

    def _parse(self) -> Body | None:
        """Parse the template; the hosted service stores malformed ones too, and those are to be compared as well."""
        kind = self.metadata.get("template_type")
        try:
            return body_of(self.string, raw=self.raw, template_type=kind if isinstance(kind, str) else None)
        except TemplateError as error:
            self.problem = error
            return None

    def _walk(self) -> Walk:
        walk = Walk(self._templates(), raw=self.body is not None and self.body.escape is not None)
        if self.body is not None:
            walk.all(self.body.blocks)
        return walk

    def _templates(self) -> dict[str, Template]:
        templates = {}
        for reference, text in self.texts.items():
            try:
                templates[reference] = Template(text)
            except TemplateError as error:
                error.location = f"{self.name}_partials[{reference!r}]"
                self.problem = self.problem or error
        return templates


def texts_of(partials: Mapping[str, str | Partial] | None) -> dict[str, str]:
    """Copy the texts of partials, by reference.

    Raises:
        TypeError: one is neither a text nor a `Partial`.
    """
    texts = {}
    for reference, part in (partials or {}).items():
        text = part.template.text if isinstance(part, Partial) else part
        if not isinstance(text, str):
            raise TypeError(f"the partial {reference!r} must be its text, not {type(text).__name__}")
        texts[reference] = text
    return texts
