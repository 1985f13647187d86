"""What the machine may run out of: such failures are nobody's mistake, are told with their reason, and pass."""

from __future__ import annotations

import errno

_LACKS = frozenset(
    {
        errno.EAGAIN,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.ENOSPC,
        errno.EROFS,
    }
)


def lack(failure: BaseException) -> str | None:
    """What something has failed for want of (room on the disk, descriptors, memory), in the kernel's words; None for
    any other failure."""
    if isinstance(failure, MemoryError):
        return "Cannot allocate memory"
    if not isinstance(failure, OSError) or failure.errno not in _LACKS:
        return None
    return failure.strerror or str(failure)
