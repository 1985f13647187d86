"""The contract between `compile` and everything that carries traffic: plain, frozen, sorted, comparable values.

A *Plan* is one VPC's: a *Router* with *Segments* (subnets) and *Ports* (network interfaces), *Routes*, filter rows
(security groups, network ACLs), *Translations* (public addresses), NAT gateways, *Peerings*, *Guests* (instances), a
*NameView*, and the endpoints it serves. *InternetPlan* is what lies outside every VPC. *Principals* and
*ServiceResources* are what the edge must know of callers and of what they call, *ControlPolicies* what the organization
says of both. Every row names its *Origin*: the resource that caused it, and why.
Rows have a `key`, unique among rows of their type in one plan; equal plans mean equal traffic.
"""
