"""Where a region keeps its things, and what config.toml may say."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from skywalk.access_log.settings import AccessLogSettings
from skywalk.config import (
    STATE_DIR_VARIABLE,
    BackendSetting,
    ConfigError,
    Paths,
    Settings,
    check_run_root,
    default_state_dir,
    find_paths,
    hidden_folders,
    known_state_dirs,
    make_run_dir,
    read_config,
    remove_run_dir,
    run_root,
)
from skywalk.values.quotas import AWS_QUOTAS, NO_QUOTAS


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def refusal(path: Path, text: str | bytes) -> str:
    """Why the file is refused, without the file's name, which must come first."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    name, reason = str(refused.value).split(": ", 1)
    assert name == str(path)
    return reason


def test_the_defaults() -> None:
    assert Settings() == Settings(port=4599, region="us-east-1", quotas="aws", edge_workers=1, backends={})


def test_the_command_line_chooses_the_state_directory_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STATE_DIR_VARIABLE, "/from/environment")
    assert find_paths("/from/option").state_dir == Path("/from/option")
    assert find_paths(None).state_dir == Path("/from/environment")
    monkeypatch.delenv(STATE_DIR_VARIABLE)
    assert find_paths(None).state_dir == default_state_dir()


def test_a_relative_state_directory_is_that_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths("mine").state_dir == tmp_path / "mine"


@pytest.mark.parametrize("written", ["link", "link/../real", "real/", "./other/../real"])
def test_a_state_directory_is_one_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    assert find_paths(written) == find_paths(str(tmp_path / "real"))


def test_each_user_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_state_dir() == Path("/var/lib/skywalk")
    assert run_root() == Path("/run/skywalk")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert default_state_dir() == Path("/home/ada/.local/state/skywalk")
    assert run_root() == Path("/tmp/skywalk-1000")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert default_state_dir() == Path("/elsewhere/skywalk")


def test_regions_with_different_state_directories_share_no_file() -> None:
    one, other = Paths(Path("/a")), Paths(Path("/b"))
    assert one.run_dir != other.run_dir
    assert one.run_dir.parent == other.run_dir.parent == run_root()
    assert one.run_dir == Paths(Path("/a")).run_dir
    # A unix socket's path has room for 107 bytes, whatever the state directory is called.
    assert len(str(Paths(Path("/" + "long" * 60)).edge_socket(99))) < 60


def test_what_lasts_is_in_the_state_directory_and_sockets_are_in_the_run_directory() -> None:
    paths = Paths(Path("/s"))
    lasting = (paths.database, paths.lock, paths.region_key, paths.config, paths.log)
    assert [path.name for path in lasting] == ["state.sqlite", "lock", "region.key", "config.toml", "skywalk.log"]
    assert {path.parent for path in lasting} == {Path("/s")}
    sockets = (paths.control_socket, paths.api_socket, paths.local_services_socket, paths.edge_socket(0))
    passing = (*sockets, paths.backend_settings)
    names = ["control.sock", "api.sock", "local.sock", "edge-0.sock", "backends.json"]
    assert [path.name for path in passing] == names
    assert {path.parent for path in passing} == {paths.run_dir}


def test_no_file_is_no_setting(config: Path) -> None:
    assert read_config(config) == {}
    config.write_text("")
    assert Settings(**read_config(config)) == Settings()


def test_every_setting(config: Path) -> None:
    config.write_text(
        'edge_workers = 2\nuplink = true\n[backends.s3]\nurl = "http://127.0.0.1:9000/base"\n'
        'access_key_id = "minio"\nsecret_access_key = "secret"\n'
    )
    assert Settings(**read_config(config)) == Settings(
        edge_workers=2, uplink=True, backends={"s3": BackendSetting("http://127.0.0.1:9000/base", "minio", "secret")}
    )


def test_a_backend_without_keys(config: Path) -> None:
    config.write_text('[backends.dynamodb]\nurl = "http://127.0.0.1:8000"\n')
    assert read_config(config) == {"backends": {"dynamodb": BackendSetting("http://127.0.0.1:8000")}}
    config.write_text('[backends.s3]\nurl = "https://files.example"\n')
    assert read_config(config) == {"backends": {"s3": BackendSetting("https://files.example")}}
    config.write_text('[backends."ecr.api"]\nurl = "https://images.example"')
    assert read_config(config) == {"backends": {"ecr.api": BackendSetting("https://images.example")}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("port = 1", "unknown setting port"),
        ("edge_worker = 1", "unknown setting edge_worker"),
        ("edge_workers = 0", "edge_workers must be a number from 1"),
        ("edge_workers = true", "edge_workers must be a number from 1"),
        ("uplink = 1", "uplink must be true or false"),
        ("access_log = false", "access_log must be a table"),
        ("[access_log]\nenabled = 1", "access_log.enabled must be true or false"),
        ("[access_log]\nfiles = 0", "access_log.files must be a number from 1"),
        ("[access_log]\nmaximum_bytes = 1.5", "access_log.maximum_bytes must be a number from 1"),
        ("[access_log]\nsize = 1", "unknown setting access_log.size"),
        ("quotas = 'off'", "quotas must be a table"),
        ("[quotas]\nvpcs = 6", "unknown setting quotas.vpcs"),
        ("[quotas]\nroutes = 0", "quotas.routes must be a number from 1"),
        ('edge_workers = "2"', "edge_workers must be a number from 1"),
        ("backends = 3", "backends must be a table"),
        ('[backends.ec2]\nurl = "http://a"', "unknown setting backends.ec2"),
        ("[backends]\ns3 = 1", "backends.s3 must be a table"),
        ("[backends.s3]", "backends.s3 needs a url"),
        ('[backends.s3]\nuri = "http://a"', "unknown setting backends.s3.uri"),
        ("[backends.s3]\nurl = 80", "backends.s3.url must be a text"),
        ('[backends.s3]\nurl = ""', "backends.s3.url must be a text"),
        (
            '[backends.s3]\nurl = "127.0.0.1:9000"',
            "backends.s3.url must be http://HOST[:PORT][/PATH] or https://…, not 127.0.0.1:9000",
        ),
        (
            '[backends.s3]\nurl = "http://a?b"',
            "backends.s3.url must be http://HOST[:PORT][/PATH] or https://…, not http://a?b",
        ),
        ('[backends.s3]\nurl = "http://a:port"', "Port could not be cast to integer value as 'port'"),
        (
            '[backends.s3]\nurl = "http://a"\naccess_key_id = "k"',
            "backends.s3 needs both access_key_id and secret_access_key, or neither",
        ),
    ],
)
def test_what_it_may_not_say(config: Path, text: str, reason: str) -> None:
    assert refusal(config, text) == reason


def test_a_file_that_is_no_toml_is_told_with_the_place(config: Path) -> None:
    assert refusal(config, "edge_workers = \n") == "Invalid value (at line 1, column 16)"
    assert refusal(config, b"\xff").startswith("'utf-8' codec can't decode byte 0xff")


def test_a_file_that_cannot_be_read(config: Path) -> None:
    config.mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml: Is a directory"):
        read_config(config)


def test_the_state_directories_of_all_regions_that_run_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skywalk.config.run_root", lambda: tmp_path)
    for name in ("a", "b"):
        paths = Paths(tmp_path / "states" / name, tmp_path)
        make_run_dir(paths)
        paths.state_dir_note.write_text(str(paths.state_dir))
    assert set(known_state_dirs()) == {
        default_state_dir(),
        tmp_path / "states" / "a",
        tmp_path / "states" / "b",
    }


def test_how_a_region_logs(config: Path) -> None:
    config.write_text('log_format = "json"\nlog_level = "debug"\n')
    settings = Settings(**read_config(config))
    assert (settings.log_format, settings.log_level) == ("json", "debug")
    assert (Settings().log_format, Settings().log_level) == ("text", "info")
    assert refusal(config, 'log_format = "xml"') == "log_format must be one of text, json"
    assert refusal(config, "log_level = 3") == "log_level must be one of debug, info, warning, error"


def test_quotas_are_raised_one_by_one(config: Path) -> None:
    assert Settings().quotas_in_force == AWS_QUOTAS
    config.write_text("[quotas]\ninterface_endpoints = 100\n")
    raised = read_config(config)
    assert Settings(**raised).quotas_in_force == replace(AWS_QUOTAS, interface_endpoints=100)
    assert Settings(**raised, quotas="off").quotas_in_force == NO_QUOTAS


def test_the_access_log(config: Path) -> None:
    config.write_text("[access_log]\nenabled = false\nmaximum_bytes = 1000\nfiles = 2\n")
    assert Settings(**read_config(config)).access_log == AccessLogSettings(False, 1000, 2)
    config.write_text("[access_log]\nfiles = 1\n")
    assert Settings(**read_config(config)).access_log == AccessLogSettings(True, 4 << 20, 1)
    assert Settings().access_log.enabled


def test_instances_see_no_run_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert Path("/run/skywalk") not in hidden_folders()
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    assert hidden_folders()[-1] == Path("/tmp/skywalk-4000000000")


def test_a_run_root_that_somebody_else_could_have_made_is_not_believed(tmp_path: Path) -> None:
    mine, open_to_all, link = tmp_path / "mine", tmp_path / "open", tmp_path / "link"
    for folder in (mine, open_to_all):
        folder.mkdir(mode=0o700)
    open_to_all.chmod(0o777)
    link.symlink_to(mine)
    check_run_root(mine)
    check_run_root(tmp_path / "missing")
    for strange in (open_to_all, link):
        with pytest.raises(ConfigError, match=f"^{strange} must be a folder of your own"):
            make_run_dir(Paths(tmp_path / "state", strange))


def test_the_last_region_takes_the_run_root_with_it(tmp_path: Path) -> None:
    one, other = (Paths(tmp_path / name, tmp_path / "run") for name in ("one", "other"))
    make_run_dir(one)
    make_run_dir(other)
    assert one.run_root.stat().st_mode & 0o777 == one.run_dir.stat().st_mode & 0o777 == 0o700
    remove_run_dir(one)
    assert other.run_dir.is_dir()
    remove_run_dir(other)
    assert not one.run_root.exists()
    remove_run_dir(other)
