"""S3's state on disk, as other versions of skywalk left it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FORMER = "skywalk.backends.moto_state"

SAVE_AS_FORMERLY = """
import sys, types
from pathlib import Path
from moto.s3.models import s3_backends
from skywalk.backends import moto_s3_state
from skywalk.backends.contents import ContentFolder
from skywalk.backends.moto_s3_changes import change_moto
from skywalk.values.chance import SeededChance
folder = ContentFolder(Path(sys.argv[1]) / "objects", SeededChance())
change_moto(folder)
buckets = s3_backends["111111111111"]["aws"]
buckets.create_bucket("kept-from-before", "us-east-1")
buckets.put_object("kept-from-before", "key", b"value")
former = sys.modules[sys.argv[2]] = types.ModuleType(sys.argv[2])
for name in ("_new_key", "_set_attributes", "_new_key_store", "_set_items"):
    function = getattr(moto_s3_state, name)
    function.__module__ = sys.argv[2]
    setattr(former, name, function)
moto_s3_state.S3State(Path(sys.argv[1]) / "state.pickle", folder).save(1)
"""
LOAD = """
import sys
from pathlib import Path
from moto.s3.models import s3_backends
from skywalk.backends import moto_s3_state
from skywalk.backends.contents import ContentFolder
from skywalk.backends.moto_s3_changes import change_moto
from skywalk.values.chance import SeededChance
folder = ContentFolder(Path(sys.argv[1]) / "objects", SeededChance())
change_moto(folder)
moto_s3_state.S3State(Path(sys.argv[1]) / "state.pickle", folder).load()
print(s3_backends["111111111111"]["aws"].get_object("kept-from-before", "key").value.decode())
"""


def run(program: str, *arguments: str) -> str:
    """In a process of its own: moto's objects are the process's."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_state_from_when_the_module_had_another_name(tmp_path: Path) -> None:
    run(SAVE_AS_FORMERLY, str(tmp_path), FORMER)
    assert FORMER.encode() in (tmp_path / "state.pickle").read_bytes()
    assert run(LOAD, str(tmp_path)) == "value\n"
