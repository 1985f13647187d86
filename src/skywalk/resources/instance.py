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
    `client_token` the one of the call that launched it. `launched_at` is when it was last started, `created_at` when
    it was launched (None where that is the same), `terminated_at` when it stopped for good.

    `public_key` is what the key pair of `key_name` was at the launch, in OpenSSH's form: deleting the pair changes
    nothing for the instance. `assigns_public_address` says that each start gives its interface a public address, as
    the launch did. `reboots_asked` counts RebootInstances, `reboots_done` what the machine has obeyed of it.

    The profile's id is kept beside its ARN: EC2 shows both, also when the profile is gone; `profile_association_id`
    (`iip-assoc-…`) names the two's association. `tenancy`, `monitoring_enabled`, `ebs_optimized` and `cpu_credits`
    (`standard`, `unlimited`, None where the type has none) are shown as they were asked for; nothing depends on them.
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
    public_key: str = ""
    instance_profile_arn: str | None = None
    instance_profile_id: str | None = None
    profile_association_id: str | None = None
    profile_associated_at: datetime | None = None
    client_token: str = ""
    tenancy: str = "default"
    monitoring_enabled: bool = False
    ebs_optimized: bool = False
    cpu_credits: str | None = None
    hostname_type: str = "ip-name"
    has_resource_name_a_record: bool = False
    assigns_public_address: bool = False
    created_at: datetime | None = None
    reboots_asked: int = 0
    reboots_done: int = 0
    disable_api_termination: bool = False
    disable_api_stop: bool = False
    shutdown_behavior: str = "stop"
    state_transition_reason: str = ""
    state_reason_code: str | None = None
    state_reason_message: str | None = None
    terminated_at: datetime | None = None

    @property
    def references(self) -> tuple[str, ...]:
        named = (self.subnet_id, self.instance_profile_arn, self.profile_association_id)
        return tuple(name for name in named if name)

    @property
    def has_run(self) -> bool:
        """Whether it was stopped and started since its launch, so that its files are older than this start."""
        return self.created_at is not None
