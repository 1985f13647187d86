"""A region for tests of actions: a store in memory, a clock that stands still, repeatable chance.

    ec2 = Region().client()
    vpc_id = ec2(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert ec2.refusal(delete_vpc, VpcId="vpc-1") == ("InvalidVpcID.Malformed", 'Invalid id: "vpc-1" …')

Each call is one transaction, as in the daemon. `ec2.elsewhere("eu-west-1")` and `region.client("210987654321")` are
other regions and accounts of the same store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from skywalk.actions.call import Call
from skywalk.identity.caller import Caller, root_caller
from skywalk.resources.store import Store
from skywalk.values.chance import SeededChance
from skywalk.values.clock import FixedClock
from skywalk.values.errors import AwsError
from skywalk.values.quotas import NO_QUOTAS, Quotas

A = TypeVar("A")

OWNER = "123456789012"
OTHER_ACCOUNT = "210987654321"
US_EAST_1 = "us-east-1"
REGION_KEY = b"the region's key of these tests!"


class Region:
    """What one daemon holds: any number of accounts and regions in one store."""

    def __init__(self, seed: int = 0, store: Store | None = None) -> None:
        self.store = store or Store()
        self.clock = FixedClock()
        self.chance = SeededChance(seed)

    def client(self, account_id: str = OWNER, region: str = US_EAST_1) -> Client:
        """The account's root in a region."""
        return Client(self, root_caller(account_id), region)


@dataclass(frozen=True)
class Client:
    """Calls actions as one caller in one region."""

    world: Region
    caller: Caller
    region: str
    quotas: Quotas = NO_QUOTAS

    def elsewhere(self, region: str) -> Client:
        """The same caller in another region."""
        return Client(self.world, self.caller, region)

    def limited(self, **quotas: int | None) -> Client:
        """The same caller with some of AWS's quotas set anew, and the others as they are on AWS."""
        return Client(self.world, self.caller, self.region, Quotas(**quotas))

    @contextmanager
    def call(self) -> Iterator[Call]:
        """An open call, for code below the actions; kept at the end."""
        with self.world.store.transaction() as tx:
            world = self.world
            yield Call(self.caller, self.region, tx, world.clock, world.chance, "req-1", REGION_KEY, quotas=self.quotas)

    def __call__(self, action: Callable[[Call, Any], A], **request: Any) -> A:
        """The action's answer; what it stored is kept."""
        with self.call() as call:
            return action(call, request)

    def refusal(self, action: Callable[[Call, Any], object], **request: Any) -> tuple[str, str]:
        """Code and message of the refusal that the action must answer with; nothing may be stored by it."""
        before = self.world.store.revision
        try:
            self(action, **request)
        except AwsError as error:
            assert self.world.store.revision == before
            return error.code, error.message
        raise AssertionError(f"{action.__name__} took {request}")
