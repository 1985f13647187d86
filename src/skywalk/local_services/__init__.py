"""The process that serves instances inside their VPCs: resolver and metadata, for every VPC of the region.

`python -m skywalk.local_services --socket PATH --region-key FILE` takes rows from the feed and opens sockets in the
router namespace of each VPC. It goes on with its last rows when the daemon dies. Here is only what ties `dns` and
`metadata` to the machine: namespaces, who has which address, and the packet rate that both share.
"""
