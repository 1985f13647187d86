"""What an operator may ask of a running region."""

from __future__ import annotations

from typing import Any, Protocol


class Operations(Protocol):
    """Answers are JSON values. Refusals are SkywalkErrors whose text is for the operator."""

    def status(self) -> dict[str, Any]:
        """What runs, and whether it has converged."""
        ...

    async def wait(self) -> None:
        """Returns when everything obeys the newest accepted change. Raises SkywalkError for what fails for good."""
        ...

    def list_accounts(self) -> list[dict[str, str]]:
        """Each account's id and keys."""
        ...

    def add_account(self, account_id: str, access_key_id: str | None, secret_access_key: str | None) -> dict[str, str]:
        """Makes an account, with the given keys or new ones."""
        ...

    async def entrance(self, instance_id: str) -> dict[str, Any]:
        """The way into a running instance: `init_pid`, `root`, `namespace`, `region`."""
        ...

    async def counters(self) -> dict[str, dict[str, int]]:
        """Packets and bytes by owner."""
        ...

    async def connections(self) -> dict[str, dict[str, int]]:
        """Connections by VPC id: `tracked` and `limit`."""
        ...

    async def stop(self) -> None:
        """Takes the region off the machine; its state stays. The daemon ends."""
        ...
