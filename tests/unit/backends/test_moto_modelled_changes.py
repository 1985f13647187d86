"""What is changed in moto for services that serve together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

READ = """
import sys
from skywalk.backends.moto_modelled_changes import change_moto_further
change_moto_further()
from moto.cloudformation.models import Stack
print(Stack.parse_template(sys.argv[1]))
"""

LOADED = """
import sys
from skywalk.backends.moto_modelled_changes import change_moto_further
change_moto_further()
import moto.ebs.responses, moto.ecs.responses, moto.efs.responses, moto.rds.responses
print([name for name in sys.modules if name.startswith("moto.ec2")], "moto.ssm.models" in sys.modules)
import moto.ec2.models
print(moto.ec2.models.ec2_backends.service_name)
"""


def test_what_is_not_served_of_ec2_is_not_loaded() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["[] True", "ec2"]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!<tag:yaml.org,2002:python/object/new:os.mkdir>"])
def test_a_template_is_data_and_never_a_program(tag: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    template = f"Resources:\n  A: {tag} [{made}]\n  B: !Ref C\n"
    # In a process of its own: what is changed stays changed.
    read = subprocess.run([sys.executable, "-c", READ, template], capture_output=True, text=True, check=False)
    assert "'B': {'Ref': 'C'}" in read.stdout
    assert not made.exists()
