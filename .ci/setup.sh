# Sourced by ./spacelike and tests/run: installs missing packages and builds. POSIX sh. Everything it says goes to
# stderr, because stdout belongs to the program. The caller sets `root` to the top of the source tree.
# shellcheck shell=sh
# shellcheck disable=SC2154 # root comes from the caller

say() {
    printf 'spacelike: %s\n' "$*" >&2
}

# Packages of the groups named that dpkg does not report as installed, one a line.
missing_packages() {
    for group in "$@"; do
        sed -n "s/^$group //p" "$root/.ci/packages.txt"
    done | while read -r package command; do
        [ -z "$command" ] || ! command -v "$command" >/dev/null 2>&1 || continue
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || printf '%s\n' "$package"
    done
}

# Runs apt-get with arguments as root. $as_root is empty, or "sudo" with its options.
apt() {
    # shellcheck disable=SC2086 # $as_root is a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Installs what is missing of the groups named; ends the program with status 2 if that cannot be done.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        for tool in cc meson ninja pkg-config; do
            if ! command -v "$tool" >/dev/null; then
                say "$tool is missing, and without apt-get it cannot be installed from here."
                say "On Debian 12 these packages serve: $(sed -n 's/^build //p' "$root/.ci/packages.txt" | xargs)"
                exit 2
            fi
        done
        return 0
    fi
    missing=$(missing_packages "$@" | xargs)
    [ -n "$missing" ] || return 0
    say "missing packages: $missing"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        [ -t 0 ] || as_root='sudo -n' # nobody is there to type a password
        if ! command -v sudo >/dev/null || ! $as_root true 2>/dev/null; then
            say "installing them takes root. Please run:"
            say "  apt-get update && apt-get install -y --no-install-recommends $missing"
            exit 2
        fi
    fi
    say "installing them with apt-get ..."
    log=$(mktemp)
    # shellcheck disable=SC2086 # $missing is a list of words
    # The lists may be absent (a fresh container) or stale: then they are fetched, and it is tried again.
    if ! apt install --no-install-recommends $missing >"$log" 2>&1 &&
        ! { apt update && apt install --no-install-recommends $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "apt-get could not install these packages; is there a network, and a package source in /etc/apt?"
        say "When there is, this does it:"
        say "  apt-get update && apt-get install -y --no-install-recommends $missing"
        exit 2
    fi
    rm -f "$log"
}

# quietly WHAT COMMAND...: shows the command's output only if it fails.
quietly() {
    what=$1
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    say "$what failed."
    return 1
}

# configure DIRECTORY OPTION...: sets a build directory up, or changes options of one that exists.
configure() {
    directory=$1
    shift
    if [ ! -f "$directory/build.ninja" ]; then
        quietly 'meson setup' meson setup "$@" "$directory" "$root"
    elif [ $# -gt 0 ]; then
        quietly 'meson configure' meson configure "$@" "$directory"
    fi
}

# build DIRECTORY [TARGET...]: on a terminal, ninja's line of progress; else nothing, unless it fails.
build() {
    directory=$1
    shift
    say "building ..."
    if [ -t 2 ]; then
        NINJA_STATUS='[%f/%t] ' ninja -C "$directory" "$@" >&2 </dev/null || { say "the build failed."; return 1; }
    else
        quietly 'the build' ninja -C "$directory" "$@"
    fi
}
