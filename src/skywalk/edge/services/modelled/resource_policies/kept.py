"""The policy of one resource: what the rows have of it, and the ways to change it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.refusals import service_unavailable
from skywalk.values.arn import parse_arn
from skywalk.values.errors import SkywalkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skywalk.edge.services.modelled.call import ModelledCall

log = logging.getLogger(__name__)


class KeptPolicy:
    """`arn` is that of the resource."""

    def __init__(self, call: ModelledCall, arn: str) -> None:
        self._call = call
        self.arn = arn
        parsed = parse_arn(arn)
        assert parsed is not None
        self.account_id, self.region = parsed.account_id, parsed.region

    @property
    def text(self) -> str | None:
        """None where the resource has no policy."""
        known = self._call.around.state.resources.get(self.arn)
        return None if known is None else known.row.policy

    @property
    def is_known(self) -> bool:
        return self.arn in self._call.around.state.resources

    def check_daemon(self) -> None:
        """Raises AwsError where what is about to be changed could not be told to anybody."""
        if not self._call.around.reporter.connected:
            raise service_unavailable("Policies of resources cannot be changed at the moment: the region is down.")

    async def put(self, text: str, principals: Mapping[str, str]) -> None:
        """Returns when everybody knows. Raises AwsError."""
        data: dict[str, Any] = {"account_id": self.account_id, "region": self.region, "policy": text}
        if principals:
            data["principals"] = principals
        await self._report("put_resource", self.arn, data)

    async def delete(self) -> None:
        """Does nothing where there is none. Raises AwsError."""
        if self.is_known:
            self.check_daemon()
            await self._report("delete_resource", self.arn, {})

    async def delete_all(self) -> None:
        """The policies of its versions and aliases too, whose ARNs begin with its own. Raises AwsError."""
        within = f"{self.arn}:"
        known = [arn for arn in self._call.around.state.resources if arn.startswith(within)]
        for arn in known:
            await KeptPolicy(self._call, arn).delete()
        await self.delete()

    async def _report(self, subject: str, arn: str, data: Mapping[str, Any]) -> None:
        try:
            await self._call.around.reporter.report(subject, {"arn": arn, **data})
        except SkywalkError as error:
            log.error("%s: the policy of %s is not in force everywhere: %s", subject, arn, error)
            raise service_unavailable(f"The policy of {arn} is not in force everywhere: {error}") from None
