# shellcheck shell=bash
# Prepares a checkout: system packages and a virtual environment. Sourced by ./skywalk and ./test, which call
# `prepare CHECKOUT run` or `prepare CHECKOUT test`. What is there already costs a few milliseconds.

# shellcheck source=scripts/packages.sh
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

say() { printf 'skywalk: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Dies with the first line of the log that has the pattern.
fail() {
    local why
    why=$(grep -m 1 -E "$2" "$log" | cut -c -200) || true
    die "$1 failed${why:+: $why}; all of its output is in $log"
}

prepare() {
    root=$1 venv=$1/.venv log=$1/.prepare.log
    if is_prepared "$2"; then
        return
    fi
    (
        { exec 9>"$root/.prepare.lock"; } 2>/dev/null || die "$root is to be prepared and cannot be written"
        flock -n 9 || { say "waiting for another preparation to end"; flock 9; }
        prepare_machine "$2"
        environment_is_ready "$2" || make_environment "$2"
    )
}

is_prepared() {
    find_missing "$1"
    [ ${#missing[@]} -eq 0 ] && environment_is_ready "$1" && { ! daemons_are_forbidden || ! is_root; }
}

prepare_machine() {
    if is_root; then
        # Checkouts have a lock each, their machine has one.
        exec 8>"$machine/run/skywalk-packages.lock"
        flock 8
        ! daemons_are_forbidden || mend_installation
    fi
    find_missing "$1"
    environment_is_ready "$1" || find_python
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    ! is_root || exec 8>&-
}

# Sets `python` to one that can make the environment; if that is Debian's without its venv package, adds it to `missing`.
find_python() {
    local name found version package=
    python=
    for name in python3 python3.14 python3.13 python3.12 python3.11 "$machine/usr/bin/python3"; do
        found=$(type -P "$name") || continue
        version=$("$found" -I -c "$python_version" 2>/dev/null) || continue
        case "$version" in
            *+venv) python=$found; return ;;
            *) [ -n "$python" ] || [ "${found%/*}" != "$machine/usr/bin" ] || python=$found package="python$version-venv" ;;
        esac
    done
    [ -n "$python" ] || die "Python 3.11 or newer with its venv module is needed, and not found"
    missing+=("$package")
}

python_version='
import importlib.util, sys
if sys.version_info < (3, 11):
    sys.exit(1)
has_venv = all(map(importlib.util.find_spec, ("venv", "ensurepip")))
print("%d.%d" % sys.version_info[:2] + "+venv" * has_venv)
'

# What an environment was made from. It works only where it was made, and only with the Python that made it.
made_from() { printf '%s\n' "$(cksum <"$root/requirements/$1.lock")" "$(readlink -f "$venv/bin/python")" "$root/src"; }

environment_is_ready() {
    local note="$venv/.prepared-$1"
    [ -x "$venv/bin/python" ] && [ -r "$note" ] && [ "$(<"$note")" = "$(made_from "$1")" ]
}

# Whether all that stands in the way is another set of packages: then pip can add them. Without a note the environment
# is one whose making was interrupted, and is made afresh.
environment_can_grow() {
    local note
    for note in "$venv"/.prepared-*; do
        [ -x "$venv/bin/python" ] && [ -r "$note" ] &&
            [ "$(tail -n +2 "$note")" = "$(made_from "$1" | tail -n +2)" ] && return
    done
    return 1
}

make_environment() {
    say "making the virtual environment (requirements/$1.lock)"
    if ! environment_can_grow "$1"; then
        "$python" -I -m venv --clear "$venv" >"$log" 2>&1 </dev/null || fail venv 'Error'
    fi
    rm -f "$venv"/.prepared-*
    "$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
        -r "$root/requirements/$1.lock" >"$log" 2>&1 </dev/null || fail pip 'connection broken|^ERROR: '
    printf '%s\n' "$root/src" >"$("$venv/bin/python" -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/skywalk.pth"
    mend_launchers
    # Where PYTHONDONTWRITEBYTECODE is set, as in many containers, each start would compile our own sources again.
    "$venv/bin/python" -I -m compileall -q "$root/src" >>"$log" 2>&1 </dev/null || true
    # What the tests need holds what running needs.
    made_from run >"$venv/.prepared-run"
    [ "$1" = run ] || made_from "$1" >"$venv/.prepared-$1"
}

# Programs that a package brings as scripts (the AWS CLI does) name their Python in the first line, where the kernel
# takes neither a space nor a long path. Lines that sh and Python each read in their way stand in for it, as pip's do.
mend_launchers() {
    local first="#!$venv/bin/python" file
    [[ "$first" = *" "* || ${#first} -gt 127 ]] || return 0
    for file in "$venv"/bin/*; do
        if [ -h "$file" ] || [ ! -f "$file" ] || [ "$(head -n 1 "$file" | tr -d '\0')" != "$first" ]; then
            continue
        fi
        {
            printf '%s\n' "#!/bin/sh" "'''exec' \"$venv/bin/python\" \"\$0\" \"\$@\"" "' '''"
            tail -n +2 "$file"
        } >"$file.new"
        chmod 755 "$file.new"
        mv -f "$file.new" "$file"
    done
}
