"""A region in one file, and back.

A *backup* is a tar archive: its first member, the *manifest*, names all others with their sizes and SHA-256 sums.
`write` makes one of a region that runs or not; `restore` checks all of it before it writes anything. What is in a
backup and what is not is listed in `content`. The backends' state in it is read by their process as Python's pickle:
a backup deserves the trust of a program, and holds every key of the region.
"""
