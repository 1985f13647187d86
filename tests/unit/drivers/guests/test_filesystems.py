from __future__ import annotations

from pathlib import PurePosixPath

from skywalk.drivers.linux.guests.filesystems import FileSystem, choose_shared, parse_mount_table

_TABLE = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw - devtmpfs devtmpfs rw
30 24 0:27 / /dev/shm rw - tmpfs tmpfs rw
31 27 254:1 / /var rw shared:7 master:1 - xfs /dev/vdb rw
40 31 254:2 / /var/lib/docker rw - ext4 /dev/vdc rw
41 27 254:3 / /home/my\040data ro - ext4 /dev/vdd rw
42 27 7:0 / /snap/core rw - squashfs /dev/loop0 ro
43 27 0:4 net:[4026532] /run/netns/one rw - nsfs nsfs rw
44 27 254:5 / /srv/skywalk rw - ext4 /dev/vde rw
46 31 254:1 /lib/region/netns /var/lib/region/netns rw - xfs /dev/vdb rw
47 31 254:1 /lib/volumes/one /var/data rw - xfs /dev/vdb rw
45 27 0:50 / /tmp rw - tmpfs tmpfs rw
""".strip()


def test_mount_points_with_blanks_and_both_kinds_of_read_only() -> None:
    table = {str(system.mount_point): system for system in parse_mount_table(_TABLE)}
    assert table["/home/my data"] == FileSystem(PurePosixPath("/home/my data"), "ext4", read_only=True)
    assert table["/snap/core"].read_only
    assert not table["/var"].read_only


def test_guests_see_file_systems_with_files_and_no_others() -> None:
    shared = choose_shared(parse_mount_table(_TABLE), [PurePosixPath("/srv/skywalk")])
    assert [str(system.mount_point) for system in shared] == [
        "/home/my data",
        "/snap/core",
        "/tmp",
        "/var",
        "/var/data",
    ]


def test_a_folder_mounted_on_itself_shows_nothing_new() -> None:
    repeating = [str(system.mount_point) for system in parse_mount_table(_TABLE) if system.repeats]
    assert repeating == ["/var/lib/region/netns"]


def test_the_last_of_several_at_one_place_counts() -> None:
    below = FileSystem(PurePosixPath("/data"), "ext4", read_only=False)
    above = FileSystem(PurePosixPath("/data"), "xfs", read_only=True)
    assert choose_shared([below, above], []) == (above,)
