"""Guests: what makes an instance a machine of its own on this one.

The *base* is what all guests of a region share: trust stores with the region's CA, programs that start others, covers.
A guest's *root* is an overlay of the machine's file systems with write *layers* of its own, laid out as *steps* (pure
data, in order). The *launcher*, a small process that forks well because it has no threads, performs the steps in new
mount, pid, UTS and IPC namespaces and the guest's network namespace, and becomes the guest's *init*. A *record* per
guest is how the next daemon finds the inits that run. A guest ends when its init does, with all its processes and
mounts; its layers stay until it is forgotten. Programs get in by the *passage*, which takes the capabilities away that
would let them out.
"""
