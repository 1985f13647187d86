"""The condition keys that requests to the modelled services have: those of tags, and the services' own."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.policy.keys import names
from skywalk.values.modelled_services import modelled_services

_OTHER_PREFIXES = frozenset({"cloudformation", "cloudwatch", "iot", "tag"})
"""Of actions, where they are not the names that clients sign for."""

OWN_KEYS: Mapping[str, frozenset[str]] = {
    "cloudformation": frozenset(
        {
            "cloudformation:changesetname",
            "cloudformation:importresourcetypes",
            "cloudformation:resourcetypes",
            "cloudformation:rolearn",
            "cloudformation:stackpolicyurl",
            "cloudformation:targetregion",
            "cloudformation:templateurl",
        }
    ),
    "cloudwatch": frozenset({"cloudwatch:alarmactions", "cloudwatch:namespace"}),
    "kms": frozenset(
        {
            "kms:bypasspolicylockoutsafetycheck",
            "kms:calleraccount",
            "kms:datakeypairspec",
            "kms:encryptionalgorithm",
            "kms:encryptioncontext:",
            "kms:encryptioncontextkeys",
            "kms:expirationmodel",
            "kms:grantisforawsresource",
            "kms:grantoperations",
            "kms:granteeprincipal",
            "kms:keyagreementalgorithm",
            "kms:keyorigin",
            "kms:keyspec",
            "kms:keyusage",
            "kms:macalgorithm",
            "kms:messagetype",
            "kms:multiregion",
            "kms:replicaregion",
            "kms:requestalias",
            "kms:retiringprincipal",
            "kms:rotationperiodindays",
            "kms:schedulekeydeletionpendingwindowindays",
            "kms:signingalgorithm",
            "kms:validto",
            "kms:viaservice",
            "kms:wrappingalgorithm",
            "kms:wrappingkeyspec",
        }
    ),
    "lambda": frozenset(
        {
            "lambda:codesigningconfigarn",
            "lambda:functionurlauthtype",
            "lambda:layer",
            "lambda:principal",
            "lambda:securitygroupids",
            "lambda:subnetids",
        }
    ),
    "secretsmanager": frozenset(
        {
            "secretsmanager:addreplicaregions",
            "secretsmanager:blockpublicpolicy",
            "secretsmanager:description",
            "secretsmanager:forcedeletewithoutrecovery",
            "secretsmanager:forceoverwritereplicasecret",
            "secretsmanager:kmskeyid",
            "secretsmanager:name",
            "secretsmanager:recoverywindowindays",
            "secretsmanager:rotateimmediately",
            "secretsmanager:rotationlambdaarn",
            "secretsmanager:secretid",
            "secretsmanager:versionid",
            "secretsmanager:versionstage",
        }
    ),
    "sns": frozenset({"sns:endpoint", "sns:protocol"}),
    "ssm": frozenset({"ssm:overwrite", "ssm:policies", "ssm:recursive"}),
}
"""By the prefix of actions. kms:ViaService is of calls that services make, none of which comes here."""

_OF_TAGS = frozenset({names.REQUEST_TAG, names.TAG_KEYS})

OF_RESOURCES: Mapping[str, frozenset[str]] = {
    "cloudwatch": frozenset({names.RESOURCE_TAG}),
    "ecr": frozenset({names.RESOURCE_TAG, "ecr:resourcetag/"}),
    "kms": frozenset({names.RESOURCE_TAG, "kms:resourcealiases"}),
    "logs": frozenset({names.RESOURCE_TAG}),
    "secretsmanager": frozenset({names.RESOURCE_TAG, "secretsmanager:resourcetag/"}),
    "sqs": frozenset({names.RESOURCE_TAG}),
    "ssm": frozenset({names.RESOURCE_TAG, "ssm:resourcetag/"}),
}
"""Keys that the backend is asked for."""


def keys_of_modelled() -> dict[str, frozenset[str]]:
    prefixes = {one.signing_name for one in modelled_services().values()} | _OTHER_PREFIXES
    nothing: frozenset[str] = frozenset()
    return {prefix: _OF_TAGS | OWN_KEYS.get(prefix, nothing) | OF_RESOURCES.get(prefix, nothing) for prefix in prefixes}
