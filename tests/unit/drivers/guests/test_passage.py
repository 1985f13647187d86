from __future__ import annotations

from skywalk.drivers.linux.guests.passage import KEPT_CAPABILITIES

# By number. Source: capabilities(7).
_SYS_MODULE, _SYS_RAWIO, _SYS_PTRACE, _SYS_ADMIN, _SYS_BOOT, _SYS_TIME, _MKNOD = 16, 17, 19, 21, 22, 25, 27
_DAC_READ_SEARCH, _MAC_OVERRIDE, _MAC_ADMIN, _SYSLOG, _PERFMON, _BPF, _CHECKPOINT_RESTORE = 2, 32, 33, 34, 38, 39, 40


def test_no_capability_to_leave() -> None:
    leaving = {_SYS_MODULE, _SYS_RAWIO, _SYS_PTRACE, _SYS_ADMIN, _SYS_BOOT, _SYS_TIME, _MKNOD, _DAC_READ_SEARCH}
    leaving |= {_MAC_OVERRIDE, _MAC_ADMIN, _SYSLOG, _PERFMON, _BPF, _CHECKPOINT_RESTORE}
    assert not leaving & set(KEPT_CAPABILITIES.values())


def test_names_and_numbers_agree() -> None:
    assert KEPT_CAPABILITIES["NET_ADMIN"] == 12
    assert KEPT_CAPABILITIES["SETFCAP"] == 31
    assert len(set(KEPT_CAPABILITIES.values())) == len(KEPT_CAPABILITIES)
