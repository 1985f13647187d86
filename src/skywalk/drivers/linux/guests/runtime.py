"""LinuxGuests: starts, finds and ends the guests of one region."""

from __future__ import annotations

import os
import pwd
import select
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from skywalk.drivers.driver import GuestEnd, GuestEntrance
from skywalk.drivers.linux.features import read_features
from skywalk.drivers.linux.guests import kernel, steps
from skywalk.drivers.linux.guests.base import prepare_base
from skywalk.drivers.linux.guests.ends import Ends
from skywalk.drivers.linux.guests.environment import guest_environment
from skywalk.drivers.linux.guests.etc_files import render_hostname, render_hosts, render_resolver
from skywalk.drivers.linux.guests.filesystems import choose_shared, parse_mount_table
from skywalk.drivers.linux.guests.homes import find_linked_settings, find_settings_folders
from skywalk.drivers.linux.guests.launcher import Launcher
from skywalk.drivers.linux.guests.patchwork import find_pieces, lay_over, own_system_folders
from skywalk.drivers.linux.guests.power import lay_out_commands, read_end
from skywalk.drivers.linux.guests.records import RECORDS, Record, is_alive, read_record, read_records
from skywalk.drivers.linux.guests.root import REGION_ANCHOR, Surroundings, lay_out_root
from skywalk.drivers.linux.guests.steps import Step
from skywalk.drivers.linux.guests.user_data import FirstRun, read_user_data
from skywalk.plan.guests import Guest

_STOP_SECONDS = 10
_CONSOLE_BYTES = 64 * 1024
_SCRIPTS = Path("/var/lib/cloud/instances")
_RESOLVER = "etc/resolv.conf"
_FOLDERS = "folders"
_NOTE = "ended"


class LinuxGuests:
    """A `GuestRuntime`. Records are below `run_dir`; below `state_dir` are the base and, per instance, its layers,
    console log and marks, which stay until `forget`. `hidden` are files and folders of the machine that no guest
    sees, besides those two and the users' `~/.aws`; `certificate` is the region's CA (a PEM file).
    """

    def __init__(self, run_dir: Path, state_dir: Path, hidden: Sequence[Path], certificate: Path) -> None:
        self._run_dir = run_dir.resolve()
        self._records = self._run_dir / RECORDS
        self._state_dir = state_dir.resolve()
        self._hidden = tuple(path.resolve() for path in (*hidden, run_dir, state_dir))
        self._certificate = certificate
        self._launcher = Launcher()
        self._surroundings: Surroundings | None = None
        self._ends = Ends()

    def start(self, guest: Guest, namespace: Path) -> None:
        """Returns when the guest's init runs, in 5 ms or so; user data goes on by itself. A guest that runs in
        another network namespace (one that was made anew) is started anew. Raises OSError."""
        record = self._running(guest.instance_id)
        if record is not None and record.network_namespace == namespace.stat().st_ino:
            return self.update(guest)
        if record is not None:
            self.stop(guest.instance_id)
        return self._launch(guest, namespace)

    def update(self, guest: Guest) -> None:
        """Resolvers and domain can change while a guest runs; all else is of the next start."""
        record = self._running(guest.instance_id)
        if record is None:
            return
        text = render_resolver(guest)
        written = self._folder(guest.instance_id) / "resolv.conf"
        # Compared with what was written last, so that a guest may keep changes of its own.
        if not written.is_file() or written.read_text() != text:
            _write_inside(record, _RESOLVER, text)
            written.write_text(text)

    def stop(self, instance_id: str) -> None:
        """Raises OSError if the processes have not ended after 10 seconds."""
        record = read_record(self._record_path(instance_id))
        if record is not None:
            self._ends.forget(instance_id)
            _end(record)
        self._record_path(instance_id).unlink(missing_ok=True)

    def forget(self, instance_id: str) -> None:
        """Stops a guest and deletes all that was its own: it is terminated."""
        self.stop(instance_id)
        if self._folder(instance_id).is_dir():
            shutil.rmtree(self._folder(instance_id))

    def observe(self) -> frozenset[str]:
        """Those that have ended meanwhile are told by `take_ended`."""
        running = set()
        for path, record in read_records(self._records):
            if record is not None and self._ends.follow(path.stem, record):
                running.add(path.stem)
            else:
                self._ends.add(path.stem)
        # Without a record it ended before the machine did: only its note tells.
        for note in (self._state_dir / "instances").glob(f"*/{_NOTE}"):
            if note.parent.name not in running and read_end(note) is GuestEnd.SHUTDOWN:
                self._ends.add(note.parent.name)
        return frozenset(running)

    @property
    def watched(self) -> int:
        return self._ends.descriptor

    def take_ended(self) -> dict[str, GuestEnd]:
        ended = self._ends.take()
        for instance_id in ended:
            self._record_path(instance_id).unlink(missing_ok=True)
        return {instance_id: read_end(self._folder(instance_id) / _NOTE) for instance_id in ended}

    def entrance(self, instance_id: str) -> GuestEntrance | None:
        record = self._running(instance_id)
        if record is None:
            return None
        return GuestEntrance(instance_id, record.pid, f"/proc/{record.pid}/root", record.namespace)

    def console(self, instance_id: str) -> Path:
        """The file that holds what a guest's init and user data have said, if it was ever started."""
        return self._folder(instance_id) / "console.log"

    def console_output(self, instance_id: str) -> bytes:
        """The console's last 64 KiB. Source: EC2 API, GetConsoleOutput."""
        try:
            with self.console(instance_id).open("rb") as console:
                console.seek(max(0, os.fstat(console.fileno()).st_size - _CONSOLE_BYTES))
                return console.read(_CONSOLE_BYTES)
        except FileNotFoundError:
            return b""

    def remove_all(self) -> None:
        """Ends all guests; what is their own stays."""
        running = self.observe()
        # All are told before any is waited for: the kernel takes some time to end one.
        for instance_id in running:
            record = read_record(self._record_path(instance_id))
            descriptor = _kill(record) if record is not None else None
            if descriptor is not None:
                os.close(descriptor)
        for instance_id in running:
            self.stop(instance_id)
        if self._records.is_dir():
            shutil.rmtree(self._records)
        self.close()
        if os.path.ismount(self._run_dir / _FOLDERS):
            kernel.unmount(str(self._run_dir / _FOLDERS))
        self._surroundings = None

    def close(self) -> None:
        """Lets go of the guests, which run on."""
        self._launcher.close()

    def _launch(self, guest: Guest, namespace: Path) -> None:
        folder = self._folder(guest.instance_id)
        launched = folder / "launched"
        is_first = not launched.exists()
        first_run = read_user_data(guest.user_data) if is_first else FirstRun(b"", "")
        script = _SCRIPTS.resolve() / guest.instance_id / "scripts" / "part-001" if first_run.script else None
        self._records.mkdir(parents=True, exist_ok=True)
        for needed in (folder / "root", folder / "layers"):
            needed.mkdir(parents=True, exist_ok=True)
        if first_run.remark:
            self.console(guest.instance_id).write_text(f"skywalk: {first_run.remark}\n")
        files = self._files(guest, is_first)
        request = {
            "namespace": str(namespace.absolute()),
            "region": guest.region,
            "record": str(self._record_path(guest.instance_id)),
            "folder": str(folder),
            "launched": launched.name,
            "note": str(folder / _NOTE),
            "console": str(self.console(guest.instance_id)),
            "hostname": guest.hostname,
            "root": str(folder / "root"),
            "layers": str(folder / "layers"),
            "steps": (
                *lay_out_root(self._prepared(), folder / "homes", files),
                *lay_out_commands(),
                *_script_steps(script, first_run),
            ),
            "script": str(script) if script else "",
            "environment": guest_environment({}, guest.region),
        }
        # Before: once the guest runs, nothing may fail any more.
        (folder / "resolv.conf").write_text(render_resolver(guest))
        try:
            self._launcher.launch(request)
        except OSError:
            self._record_path(guest.instance_id).unlink(missing_ok=True)
            if is_first:
                launched.unlink(missing_ok=True)
            raise
        record = read_record(self._record_path(guest.instance_id))
        if record is None or not self._ends.follow(guest.instance_id, record):
            self._ends.add(guest.instance_id)

    def _files(self, guest: Guest, is_first: bool) -> dict[str, bytes]:
        texts = {f"/{_RESOLVER}": render_resolver(guest), "/etc/hostname": render_hostname(guest)}
        if is_first:
            texts["/etc/hosts"] = render_hosts(guest)
        return {place: text.encode() for place, text in texts.items()} | self._anchor()

    def _anchor(self) -> dict[str, bytes]:
        place = Path(REGION_ANCHOR)
        is_debian = place.parent.is_dir() and place.parent.resolve() == place.parent
        return {REGION_ANCHOR: self._prepared().base.certificate} if is_debian else {}

    def _prepared(self) -> Surroundings:
        """Looked at once: the mount table is long on a machine with many namespaces."""
        if self._surroundings is None:
            users = pwd.getpwall()
            hidden = (*self._hidden, *find_linked_settings(users))
            mounts = Path("/proc/self/mountinfo").read_text(errors="surrogateescape")
            table = tuple(parse_mount_table(mounts))
            folders = [system for system in table if os.path.isdir(system.mount_point)]
            shared = choose_shared(folders, map(PurePosixPath, hidden))
            base_folder = self._state_dir / "guest-base"
            base = prepare_base(base_folder, self._certificate.read_bytes())
            features = read_features()
            patchwork = None
            if not features.whole_machine:
                inherited = [each for each in table if not each.mount_point.is_relative_to(self._run_dir)]
                own_folders = own_system_folders(self._memory_folder())
                layers = (("/etc", base.etc_layer), *own_folders.items())
                patchwork = lay_over(tuple(find_pieces(inherited)), layers)
            self._surroundings = Surroundings(base, shared, hidden, find_settings_folders(users), features, patchwork)
        return self._surroundings

    def _memory_folder(self) -> Path:
        """One in memory: making and removing thousands of folders on a disk takes seconds."""
        folder = self._run_dir / _FOLDERS
        if not os.path.ismount(folder):
            folder.mkdir(exist_ok=True)
            kernel.mount("tmpfs", str(folder), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
        return folder

    def _running(self, instance_id: str) -> Record | None:
        record = read_record(self._record_path(instance_id))
        return record if record is not None and is_alive(record) else None

    def _record_path(self, instance_id: str) -> Path:
        return self._records / f"{instance_id}.json"

    def _folder(self, instance_id: str) -> Path:
        return self._state_dir / "instances" / instance_id


def _script_steps(script: Path | None, first_run: FirstRun) -> tuple[Step, ...]:
    return (steps.file(str(script), first_run.script, 0o700),) if script else ()


def _kill(record: Record) -> int | None:
    """Kills a guest's init; answers a descriptor to wait for, unless it has ended already."""
    try:
        descriptor = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return None
    # Checked after the descriptor is open: from here on it is that process and no later one.
    if not is_alive(record):
        os.close(descriptor)
        return None
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    return descriptor


def _end(record: Record) -> None:
    """Kills a guest's init and waits; the kernel ends all its processes first. Source: pid_namespaces(7)."""
    descriptor = _kill(record)
    if descriptor is None:
        return
    try:
        # Not by `select`, which knows 1,024 descriptors alone.
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(_STOP_SECONDS * 1000):
            raise TimeoutError(f"the processes of init {record.pid} have not ended after {_STOP_SECONDS} s")
    finally:
        os.close(descriptor)


def _write_inside(record: Record, place: str, text: str) -> None:
    """Replaces a file of a guest that runs. Never by its path: a link of the guest's making would lead from there to
    the machine's own files."""
    folder, name = os.path.split(place)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    parent = os.open(f"/proc/{record.pid}/root/{folder}", flags)
    try:
        new = f".{name}.skywalk"
        with suppress(FileNotFoundError):
            os.unlink(new, dir_fd=parent)
        made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=parent)
        with open(made, "w") as file:
            file.write(text)
        os.replace(new, name, src_dir_fd=parent, dst_dir_fd=parent)
    finally:
        os.close(parent)
