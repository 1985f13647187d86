from __future__ import annotations

from skywalk.drivers.linux.guests.environment import guest_environment


def test_the_callers_endpoint_keys_and_files_stay_outside() -> None:
    caller = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4599",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_PROFILE": "work",
        "AWS_CONFIG_FILE": "/home/me/aws",
        "SKYWALK_STATE_DIR": "/srv/skywalk",
        "https_proxy": "http://proxy:3128",
        "NO_PROXY": "*",
        "SSH_AUTH_SOCK": "/tmp/agent",
        "SSL_CERT_DIR": "/nowhere",
        "BOTO_CONFIG": "/home/me/boto",
    }
    environment = guest_environment(caller, "eu-west-1")
    assert not environment.keys() & caller.keys()


def test_what_is_the_programs_own_comes_along() -> None:
    caller = {"HOME": "/home/me", "LANG": "C.UTF-8", "VIRTUAL_ENV": "/opt/venv"}
    assert guest_environment(caller, "eu-west-1", {"/home/me"}).items() >= caller.items()


def test_a_home_whose_settings_are_not_hidden_stays_outside() -> None:
    assert guest_environment({"HOME": "/srv/me"}, "eu-west-1", {"/home/me"})["HOME"] == "/root"


def test_programs_are_looked_for_where_the_caller_does_and_then_where_root_does() -> None:
    environment = guest_environment({"PATH": "/opt/tools:/usr/bin:"}, "eu-west-1")
    assert environment["PATH"] == "/opt/tools:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin"


def test_trust_and_region_are_the_guests() -> None:
    caller = {"AWS_REGION": "us-east-1", "AWS_CA_BUNDLE": "/etc/other.pem", "SSL_CERT_FILE": "/etc/other.pem"}
    assert guest_environment(caller, "eu-west-1") == {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt",
        "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
        "REQUESTS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt",
        "NODE_EXTRA_CA_CERTS": "/etc/ssl/certs/skywalk-region.pem",
    }
