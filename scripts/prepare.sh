# Prepares this checkout: system packages and a virtual environment. Sourced by ./skywalk and ./test, which call
# `prepare run` or `prepare test`. What is there already costs a few milliseconds.

# A program or library of each package, to see whether it is there without asking dpkg.
run_packages=(libnftables1 tini python3-venv ca-certificates)
test_packages=(nftables conntrack dnsutils curl iperf3 haproxy nginx-light wrk)
# Those of them that would run as daemons of their own: never wanted, tests start what they need.
daemons=(haproxy nginx)

say() { printf 'skywalk: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

prepare() {
    local purpose=$1
    local lock="$root/requirements/$purpose.lock"
    local stamp="$root/.venv/.prepared-$purpose"
    local wanted
    wanted=$(cksum <"$lock")
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && packages_present "$purpose"; then
        return
    fi
    (
        exec 9>"$root/.prepare.lock"
        flock 9
        install_packages "$purpose"
        [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] || make_environment "$purpose" "$lock" "$stamp" "$wanted"
    )
}

packages_present() {
    local file
    for file in /usr/bin/tini /usr/lib/*/libnftables.so.1; do
        [ -e "$file" ] || return 1
    done
    [ "$1" = run ] && return
    for file in nft conntrack dig curl iperf3 haproxy nginx wrk; do
        type -P "$file" >/dev/null || [ -x "/usr/sbin/$file" ] || return 1
    done
}

missing_packages() {
    local name names=("${run_packages[@]}")
    [ "$1" = run ] || names+=("${test_packages[@]}")
    for name in "${names[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
    done
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$1")
    [ ${#missing[@]} -eq 0 ] && return
    type -P apt-get >/dev/null || die "these are missing, and there is no apt-get to install them: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || die "packages are missing; install them with: sudo apt-get install -y ${missing[*]}"
    say "installing system packages: ${missing[*]}"
    without_daemons apt_install "${missing[@]}"
}

apt_install() {
    local log="$root/.prepare.log"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null ||
        die "apt-get failed; its output is in .prepare.log"
}

# Debian starts a daemon when its package is installed unless policy-rc.d forbids it.
without_daemons() {
    local policy=/usr/sbin/policy-rc.d mine= present=() name
    for name in "${daemons[@]}"; do
        [ -x "/usr/sbin/$name" ] && present+=("$name")
    done
    if [ ! -e "$policy" ]; then
        mine=1
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    "$@"
    [ -z "$mine" ] || { rm -f "$policy"; trap - EXIT; }
    type -P systemctl >/dev/null || return 0
    for name in "${daemons[@]}"; do
        case " ${present[*]} " in *" $name "*) ;; *) systemctl disable --quiet "$name" 2>/dev/null || true ;; esac
    done
}

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            type -P "$name"
            return
        fi
    done
    die "Python 3.11 or newer with its venv module is needed"
}

make_environment() {
    local purpose=$1 lock=$2 stamp=$3 wanted=$4 python
    python=$(find_python) || exit 1
    say "making the virtual environment (requirements/$purpose.lock)"
    [ -x "$root/.venv/bin/pip" ] || "$python" -m venv --clear "$root/.venv"
    "$root/.venv/bin/pip" install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" \
        >"$root/.prepare.log" 2>&1 || die "pip failed; its output is in .prepare.log"
    printf '%s\n' "$root/src" >"$("$root/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/skywalk.pth"
    printf '%s\n' "$wanted" >"$stamp"
    # What the tests need holds what running needs.
    [ "$purpose" = run ] || cksum <"$root/requirements/run.lock" >"$root/.venv/.prepared-run"
}
