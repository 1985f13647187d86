"""The operations of a running region."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from skywalk.control.readiness import Readiness
from skywalk.drivers.driver import Driver
from skywalk.reconcile.loop import Reconciler
from skywalk.resources.account import Account
from skywalk.resources.instance import Instance, InstanceState
from skywalk.resources.store import Store
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint, VpcEndpointState
from skywalk.supervision.child import Child
from skywalk.supervision.pulse import Pulse
from skywalk.values.chance import SECRET_ALPHABET, UPPER_AND_DIGITS, Chance
from skywalk.values.errors import SkywalkError
from skywalk.values.scope import GLOBAL_REGION, Scope

_ACCOUNT_ID = re.compile(r"[0-9]{12}")
PROCESS_SECONDS = 30.0
_POLL_SECONDS = 0.05
_ACCESS_KEY_ID = re.compile(r"[A-Za-z0-9_]{16,128}")


class RegionOperations:
    """Wired by `app`; see `Operations`."""

    def __init__(
        self,
        store: Store,
        reconciler: Reconciler,
        driver: Driver,
        children: Iterable[Child],
        chance: Chance,
        facts: dict[str, Any],
        stop: Callable[[], Awaitable[None]],
        is_ending: Callable[[], bool] = lambda: False,
        backends: Sequence[Pulse] = (),
        troubles: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`facts` are the parts of the status that do not change: region, quotas, endpoint_url, state_dir, pid."""
        self._store = store
        self._reconciler = reconciler
        self._driver = driver
        self._children = tuple(children)
        self._chance = chance
        self._facts = facts
        self._stop = stop
        self._is_ending = is_ending
        self.readiness = Readiness(reconciler, self._children, is_ending, backends, troubles)

    def status(self) -> dict[str, Any]:
        processes = {child.name: child.connected for child in self._children}
        converged = not self._reconciler.behind and not self._reconciler.failures and all(processes.values())
        return {
            "running": True,
            "ending": self._is_ending(),
            **self._facts,
            "converged": converged,
            "revision": self._store.revision,
            "behind": sorted(self._reconciler.behind),
            "failures": self._reconciler.failures,
            "failing": {subject: list(reasons) for subject, reasons in self._reconciler.failing.items()},
            "processes": processes,
            "silent": self.readiness.silent,
            "troubles": dict(self.readiness.troubles()),
            "ready": not (reasons := self.readiness.reasons()),
            "reasons": reasons,
            "restarts": {child.name: child.restarts for child in self._children},
            "killed": {pulse.name: pulse.killed for pulse in self.readiness.pulses},
            "resources": self._counts(),
        }

    def _counts(self) -> dict[str, int]:
        instances = self._store.of_type(Instance)
        endpoints = self._store.of_type(VpcEndpoint)
        now = self._store.returning.as_it_is
        return {
            "accounts": len(self._store.of_type(Account)),
            "VPCs": len(self._store.of_type(Vpc)),
            "instances": sum(now(one).state is InstanceState.RUNNING for one in instances),
            "endpoints": sum(now(one).state is VpcEndpointState.AVAILABLE for one in endpoints),
        }

    async def wait(self) -> None:
        """Raises SkywalkError for what fails again and again, and for a process that does not come back."""
        await self._reconciler.all_settled()
        while self._gone():
            await self._wait_for_processes()
            # What one that has come back cannot do any more is known by now, and waited for.
            await self._reconciler.all_settled()

    async def _wait_for_processes(self) -> None:
        try:
            async with asyncio.timeout(PROCESS_SECONDS):
                while self._gone():  # noqa: ASYNC110 (nothing tells of it)
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise SkywalkError(f"not started within {PROCESS_SECONDS:.0f} s: {', '.join(self._gone())}") from None

    def _gone(self) -> list[str]:
        return [child.name for child in self._children if not child.connected]

    def list_accounts(self) -> list[dict[str, str]]:
        return [_shown(account) for account in self._store.of_type(Account)]

    def add_account(self, account_id: str, access_key_id: str | None, secret_access_key: str | None) -> dict[str, str]:
        self._check_account(account_id, access_key_id, secret_access_key)
        account = new_account(account_id, self._chance, access_key_id, secret_access_key)
        with self._store.transaction() as tx:
            tx.put(account)
        return _shown(account)

    def _check_account(self, account_id: str, access_key_id: str | None, secret_access_key: str | None) -> None:
        if not _ACCOUNT_ID.fullmatch(account_id):
            raise SkywalkError(f"an account id has twelve digits, not {account_id!r}")
        if self._store.holds(account_id):
            raise SkywalkError(f"there is an account {account_id} already")
        if (access_key_id is None) != (secret_access_key is None):
            raise SkywalkError("give both --access-key-id and --secret-access-key, or neither")
        if access_key_id is None:
            return
        if not _ACCESS_KEY_ID.fullmatch(access_key_id):
            raise SkywalkError("an access key id has 16 to 128 letters and digits")
        if not secret_access_key:
            raise SkywalkError("the secret access key is empty")
        if any(account.access_key_id == access_key_id for account in self._store.of_type(Account)):
            raise SkywalkError(f"the access key id {access_key_id} is in use")

    async def entrance(self, instance_id: str) -> dict[str, Any]:
        instance = self._store.get(Instance, instance_id)
        if instance is None:
            raise SkywalkError(f"there is no instance {instance_id}")
        instance = self._store.returning.as_it_is(instance)
        if instance.state is not InstanceState.RUNNING:
            raise SkywalkError(f"the instance {instance_id} is {instance.state.value}, not running")
        entrance = await self._reconciler.in_driver(self._driver.entrance, instance_id)
        if entrance is None:
            raise SkywalkError(f"the instance {instance_id} has no processes; see: skywalk status")
        return {
            "instance_id": instance_id,
            "init_pid": entrance.init_pid,
            "root": entrance.root,
            "namespace": entrance.namespace,
            "region": instance.scope.region,
        }

    async def counters(self) -> dict[str, dict[str, int]]:
        found = await self._reconciler.in_driver(self._driver.read_counters)
        return {
            owner: {
                "received_packets": counters.received_packets,
                "received_bytes": counters.received_bytes,
                "sent_packets": counters.sent_packets,
                "sent_bytes": counters.sent_bytes,
            }
            for owner, counters in found.items()
        }

    async def connections(self) -> dict[str, dict[str, int]]:
        found = await self._reconciler.in_driver(self._driver.read_connections)
        return {vpc_id: {"tracked": each.tracked, "limit": each.limit} for vpc_id, each in found.items()}

    async def stop(self) -> None:
        await self._stop()


def new_account(
    account_id: str, chance: Chance, access_key_id: str | None = None, secret_access_key: str | None = None
) -> Account:
    """An account with the given keys, or drawn ones."""
    return Account(
        id=account_id,
        scope=Scope(account_id, GLOBAL_REGION),
        access_key_id=access_key_id or "AKIA" + chance.text(UPPER_AND_DIGITS, 16),
        secret_access_key=secret_access_key or chance.text(SECRET_ALPHABET, 40),
    )


def _shown(account: Account) -> dict[str, str]:
    return {
        "account_id": account.id,
        "access_key_id": account.access_key_id,
        "secret_access_key": account.secret_access_key,
    }
