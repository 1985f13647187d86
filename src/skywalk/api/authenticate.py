"""Who signed an API call."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from skywalk.http1.request import RequestHead
from skywalk.identity.caller import Caller, root_caller, user_caller
from skywalk.identity.credentials import MemoryKeyRing
from skywalk.identity.refusals import Refusal, family_of, refuse
from skywalk.identity.sigv4 import SignedRequest, Verifier
from skywalk.policy.context import NO_ENDPOINT, Context
from skywalk.resources.access_key import AccessKey
from skywalk.resources.account import Account
from skywalk.resources.regions import REGIONS
from skywalk.resources.store import Change, Store
from skywalk.resources.user import User
from skywalk.values.clock import Clock


@dataclass(frozen=True, slots=True)
class Proven:
    """The caller, the region that the signature is for, and the condition keys of the call itself: of the way that it
    came, of its time, of what it says of its program."""

    caller: Caller
    region: str
    network: Context = field(default_factory=lambda: NO_ENDPOINT)


class Authenticator:
    """Verifies signatures against the keys of accounts and users, and the region's sessions."""

    def __init__(self, store: Store, clock: Clock, region_key: bytes) -> None:
        self.region_key = region_key
        self._store = store
        self._clock = clock
        self._keys = MemoryKeyRing(region_key)
        self._verifier = Verifier(self._keys)
        for account in store.of_type(Account):
            self._take(account)
        for key in store.of_type(AccessKey):
            self._take_key(key.id)
        store.on_change(self._on_change)

    def authenticate(self, service: str, head: RequestHead, body: bytes, network: Context = NO_ENDPOINT) -> Proven:
        """Raises AwsError, in the service's words: also for a region that nobody has, as of a misspelt setting."""
        request = SignedRequest(head.method, head.path, head.query, head.headers)
        verified = self._verifier.verify(request, service, self._clock.now(), payload_sha256=sha256(body).hexdigest())
        if verified.region not in REGIONS:
            raise refuse(family_of(service), Refusal.WRONG_REGION, region=verified.region)
        return Proven(verified.caller, verified.region, network)

    def _on_change(self, change: Change) -> None:
        for kind, resource_id in change.touched:
            account = self._store.get(Account, resource_id) if kind == Account.__name__ else None
            if account is not None:
                self._take(account)
            if kind == AccessKey.__name__:
                self._take_key(resource_id)

    def _take(self, account: Account) -> None:
        self._keys.put(root_caller(account.id, account.access_key_id), account.secret_access_key)

    def _take_key(self, access_key_id: str) -> None:
        """A user's key counts while it is there and active. Its row changes with its user's name."""
        key = self._store.get(AccessKey, access_key_id)
        user = self._store.get(User, key.user_arn) if key is not None and key.is_active else None
        if key is None or user is None:
            self._keys.remove(access_key_id)
            return
        caller = user_caller(user.scope.account_id, user.name, user.unique_id, key.id, user.path)
        self._keys.put(caller, key.secret_access_key)
