"""What takes the scope `release` besides what the contract says of an operation: labels that are protected."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import frozen

from portkey_local.access.keyring import Caller
from portkey_local.http.calls import Call
from portkey_local.parts import Parts
from portkey_prompts.errors import quoted


@frozen
class Protection:
    """Hold a call's changes against the protected labels."""

    caller: Caller
    labels: Collection[str]

    @classmethod
    def of(cls, parts: Parts, call: Call) -> Protection:
        """Take what counts for a call."""
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
            is_published: Whether it is what the reference without `@` means.
            names: Its labels.

        Raises:
            ForbiddenError: It is published or bears a protected label, and the key is not for `release`.
        """
        if is_published:
            self.caller.check_may("release", "the latest version is published")
        self.check(names)
