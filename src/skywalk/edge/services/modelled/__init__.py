"""All services that are understood by botocore's model of them: SQS, CloudWatch, KMS, and whoever has no package here.

`service_models` reads a model when its service is first asked for; `protocols` find the operation and its parameters in
a request of any of AWS's protocols; `validation` compares them with the model; `access` says which actions on which
resources are asked for; what is allowed is forwarded, written anew from what was understood. What a service's embedded
backend would only pretend is refused by `pretended`.

Parameters are kept as JSON has them, whatever the protocol: blobs in base64, moments as they were written.
"""
