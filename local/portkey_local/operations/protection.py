"""Changes that need the scope `release` though their operation does not: of protected labels and published versions."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import frozen

from portkey_local.access.keyring import Caller
from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_prompts.errors import quoted


@frozen
class Protection:
    """Check whether a call's key may change what bears protected labels, or is published."""

    caller: Caller
    labels: Collection[str]

    @classmethod
    def of(cls, parts: Parts, call: Call) -> Protection:
        """Make the check for a call."""
        return cls(call.caller, parts.protected_labels)

    def check(self, names: Iterable[str | None]) -> None:
        """Check that the caller may create, rename, remove or move labels.

        Raises:
            ForbiddenError: One is protected, and the key is not for `release`.
        """
        for name in names:
            if name in self.labels:
                self.caller.check_may("release", f"the label {quoted(str(name))} is protected")

    def check_version(self, is_published: bool, names: Iterable[str | None]) -> None:
        """Check that the caller may change a version in place.

        Args:
            is_published: Whether the reference without `@` means this version.
            names: Its labels.

        Raises:
            ForbiddenError: It is published or bears a protected label, and the key is not for `release`.
        """
        if is_published:
            self.caller.check_may("release", "the latest version is published")
        self.check(names)
