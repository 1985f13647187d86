"""A moment gives the same time, randomness and keys each time; outside of one, all is the machine's own.

In processes of their own: what is replaced is replaced for a whole process.
"""

from __future__ import annotations

import subprocess
import sys

DRAW = """
import os, random, secrets, sys, time, uuid
from skywalk.backends.moment import Moment, at, change_moto
change_moto()
from moto.core.utils import unix_time, utcnow
from moto.moto_api._internal import mock_random
from cryptography.hazmat.primitives.asymmetric import ec, rsa
import moto.shield.models as uses_datetime, moto.sqs.models

def draw():
    return [
        os.urandom(8), random.random(), random.randrange(10**15), secrets.token_hex(4), uuid.uuid4(),
        mock_random.uuid4(), mock_random.get_random_hex(9), mock_random.random(),
        time.time(), time.time_ns(), utcnow(), unix_time(), uses_datetime.datetime.now(),
    ]

def keys():
    made = [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)]
    return [
        str(key.private_numbers().private_value if hasattr(key, "curve") else key.private_numbers().d)
        for key in made
    ]

def once(seed, made=()):
    moment = Moment(1_700_000_000_000_000_000, seed, made)
    with at(moment):
        drawn = draw(), keys()
    return drawn, moment.new_keys
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DRAW + program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_same_moment_gives_the_same() -> None:
    out = run("""
first, made = once(b"seed")
second, none = once(b"seed", made)
assert first == second and len(made) == 2 and none == [], (first, second)
other, _ = once(b"other", made)
assert all(one != another for one, another in zip(first[0][:8], other[0][:8])), other
print(first[0][8:11], type(first[0][10]))
""")
    assert out == (
        "[1700000000.000001, 1700000000000002000, datetime.datetime(2023, 11, 14, 22, 13, 20, 3)]"
        " <class 'datetime.datetime'>\n"
    )


def test_outside_of_it_and_in_other_threads_all_is_the_machines() -> None:
    run("""
import threading
outside = []
with at(Moment(1_700_000_000_000_000_000, b"seed")):
    inside = draw()
    thread = threading.Thread(target=lambda: outside.extend(draw()))
    thread.start()
    thread.join()
    with at(None):
        unmoved = draw()
after = draw()
for elsewhere in (outside, unmoved, after):
    assert elsewhere[8] > 1_750_000_000 and elsewhere[9] > 1_750_000_000_000_000_000, elsewhere
    assert all(one != another for one, another in zip(inside[:8], elsewhere[:8])), elsewhere
""")


def test_dates_are_the_real_ones_and_can_be_pickled() -> None:
    run("""
import datetime, pickle
made = uses_datetime.datetime(2020, 1, 2), uses_datetime.datetime.strptime("2020", "%Y"), uses_datetime.datetime.now()
for one in made:
    assert type(one) is datetime.datetime and isinstance(one, uses_datetime.datetime), one
    assert pickle.loads(pickle.dumps(one)) == one
assert uses_datetime.datetime is not datetime.datetime
assert issubclass(datetime.datetime, uses_datetime.datetime)
""")


def test_a_module_that_is_first_needed_in_a_moment_changes_nothing_of_it() -> None:
    run("""
def after_import(name):
    with at(Moment(1, b"seed")):
        __import__(name)
        return draw()
assert "moto.kms.models" not in sys.modules
assert after_import("moto.kms.models") == after_import("moto.kms.models")
""")
