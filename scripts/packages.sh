# shellcheck shell=bash
# System packages: which are missing, and how to install them without starting a daemon. Sourced by prepare.sh.

# Where the machine's files are; tests point it to a folder of their own.
machine=
# Where the output of what runs here goes; prepare says where.
log=/dev/null

# PACKAGE:PROOF, where the proof is a program, a library or a file: to look for it is faster than to ask dpkg.
run_needs=(
    libnftables1:libnftables.so.1
    tini:tini
    ca-certificates:/etc/ssl/certs/ca-certificates.crt
    openssl:openssl
    curl:curl
)
# What the live tests and the benchmarks need besides; both are for root only.
live_needs=(
    nftables:nft
    iproute2:ip
    procps:ps
    bind9-dnsutils:dig
    iperf3:iperf3
    haproxy:haproxy
    nginx:nginx
    wrk:wrk
)
# Those of them that Debian would run as daemons: never wanted, benchmarks start what they need.
daemons=(haproxy nginx)

policy_mark="# Put here by skywalk while it installs packages, so that none of them starts a daemon."

# Sets `missing` to the packages that the purpose needs and the machine has not.
find_missing() {
    local need needs=("${run_needs[@]}")
    [ "$1" != test ] || ! is_root || needs+=("${live_needs[@]}")
    missing=()
    for need in "${needs[@]}"; do
        is_there "${need#*:}" || missing+=("${need%%:*}")
    done
}

is_root() { [ "$(id -u)" -eq 0 ]; }

is_there() {
    local file
    case "$1" in
        /*) [ -e "$machine$1" ] ;;
        *.so.*)
            for file in "$machine"/usr/lib/*/"$1" "$machine"/usr/lib{,64}/"$1"; do
                [ ! -e "$file" ] || return 0
            done
            return 1
            ;;
        *) PATH="$PATH:$machine/usr/sbin:$machine/sbin" type -P "$1" >/dev/null ;;
    esac
}

install_packages() {
    type -P apt-get >/dev/null || die "these packages are missing, and there is no apt-get to install them: $*"
    local command="apt-get install -y --no-install-recommends $*"
    is_root || die "packages are missing; install them with: sudo apt-get update && sudo $command"
    say "installing system packages: $*"
    forbid_daemons
    run_apt "$@"
    allow_daemons
}

run_apt() {
    # A root that came by `su` may lack the folders in which dpkg looks for its programs.
    local -x PATH="$PATH:/usr/sbin:/sbin" DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
    # Old lists may do where no new ones can be had: an update that fails is told only if the installation fails too.
    until LC_ALL=C apt-get update >"$log" 2>&1 </dev/null; do
        grep -q "Could not get lock" "$log" && [ "$SECONDS" -lt 300 ] || break
        sleep 2
    done
    LC_ALL=C apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null ||
        fail apt-get '^W: Failed to fetch|^E: '
}

# Debian starts a daemon when its package is installed unless policy-rc.d forbids it. The file is also the note, for the
# next run, that this installation has not ended, and of the daemons that were not there before it.
forbid_daemons() {
    local policy="$machine/usr/sbin/policy-rc.d" name new=()
    for name in "${daemons[@]}"; do
        [ -x "$machine/usr/sbin/$name" ] || new+=("$name")
    done
    trap_end
    [ ! -e "$policy" ] || ln -f "$policy" "$policy.before-skywalk"
    printf '#!/bin/sh\n%s\n# new: %s\nexit 101\n' "$policy_mark" "${new[*]}" >"$policy.skywalk"
    chmod 755 "$policy.skywalk"
    mv -f "$policy.skywalk" "$policy"
}

# With a trap of its own a signal waits for the end of apt-get: daemons are not allowed under its hands.
trap_end() {
    trap allow_daemons EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

daemons_are_forbidden() {
    local policy="$machine/usr/sbin/policy-rc.d"
    [ -e "$policy" ] && [[ "$(<"$policy")" == *"$policy_mark"* ]]
}

allow_daemons() {
    local policy="$machine/usr/sbin/policy-rc.d" name new
    trap - EXIT HUP INT TERM
    daemons_are_forbidden || return 0
    read -ra new < <(sed -n 's/^# new: //p' "$policy") || true
    for name in "${new[@]}"; do
        [ ! -x "$machine/usr/sbin/$name" ] || disable_daemon "$name"
    done
    if [ -e "$policy.before-skywalk" ]; then
        mv -f "$policy.before-skywalk" "$policy"
    else
        rm -f "$policy"
    fi
}

# Not at the next start of the machine either.
disable_daemon() {
    if type -P systemctl >/dev/null; then
        systemctl disable --quiet "$1" >/dev/null 2>&1 || true
        return
    fi
    deb-systemd-helper disable "$1.service" >/dev/null 2>&1 || true
    update-rc.d "$1" disable >/dev/null 2>&1 || true
}

# An installation that was killed may have left packages half unpacked, and daemons forbidden or enabled.
mend_installation() {
    say "ending an installation that was interrupted"
    trap_end
    dpkg --configure -a >"$log" 2>&1 </dev/null || true
    run_apt --fix-broken
    allow_daemons
}
