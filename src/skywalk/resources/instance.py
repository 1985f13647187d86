"""Instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from skywalk.resources.resource import Resource


class InstanceState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SHUTTING_DOWN = "shutting-down"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataOptions:
    """As in RunInstances: http_tokens `optional` or `required`, http_endpoint `enabled` or `disabled`."""

    http_tokens: str = "optional"
    http_endpoint: str = "enabled"
    http_put_response_hop_limit: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance(Resource):
    """Its network interfaces are those whose attachment names it. `user_data` is base64 text, empty if none;
    `client_token` the one of the call that launched it. `terminated_at` is when it stopped for good.

    The profile's id is kept beside its ARN: EC2 shows both, also when the profile is gone. `tenancy`,
    `monitoring_enabled` and `ebs_optimized` are shown as they were asked for; nothing depends on them here.
    """

    vpc_id: str
    subnet_id: str
    availability_zone: str
    reservation_id: str
    launch_index: int
    image_id: str
    instance_type: str
    state: InstanceState
    launched_at: datetime
    private_dns_name: str
    metadata_options: MetadataOptions
    user_data: str = ""
    key_name: str | None = None
    instance_profile_arn: str | None = None
    instance_profile_id: str | None = None
    client_token: str = ""
    tenancy: str = "default"
    monitoring_enabled: bool = False
    ebs_optimized: bool = False
    disable_api_termination: bool = False
    disable_api_stop: bool = False
    shutdown_behavior: str = "stop"
    state_transition_reason: str = ""
    state_reason_code: str | None = None
    state_reason_message: str | None = None
    terminated_at: datetime | None = None

    @property
    def references(self) -> tuple[str, ...]:
        return (self.subnet_id, *((self.instance_profile_arn,) if self.instance_profile_arn else ()))
