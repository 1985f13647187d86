"""The linux driver: a VPC as network namespaces, links, routes and nftables of one machine.

A plan is *laid out* (pure): *namespaces*, *rows* (links, addresses, neighbours, routes, rules, settings) and one
*ruleset* per namespace that filters. What is there is *observed* in the same words; the two are compared and what
differs is applied: filters before links, links before routes, removals in reverse. Every VPC has a router namespace
that all its packets cross, one namespace per instance and NAT gateway, and one for its endpoints once it has any;
routers of peers are linked; one `internet` namespace is the region's. Links and routes go through raw rtnetlink,
rules through libnftables, elements of sets and maps through raw nfnetlink; no process is started for a change. After
any failure a VPC is observed anew, so that nothing counts as applied that the kernel did not take.
"""
