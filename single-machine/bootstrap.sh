#!/bin/sh
# Brings what a command needs (npm dependencies with the pinned Node, operating-system packages) and runs it.
# Usage: sh single-machine/bootstrap.sh <command> [arguments]. Speaks on standard error only.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
command=${1:-start}
cd "$root"

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# step <what> <command…>: one line when it begins, a sign of life every 15 s, one line with the time it took.
step() {
  what=$1
  shift
  log=$(mktemp)
  began=$(date +%s)
  say "· $what"
  "$@" >"$log" 2>&1 &
  job=$!
  # The ticker's sleep outlives it by some seconds: it must hold neither our output nor the lock.
  (while sleep 15 >/dev/null 2>&1; do say "  … $what, $(($(date +%s) - began)) s so far"; done) 9>&- &
  ticker=$!
  # Whoever ends us ends what we wait for.
  trap 'kill "$job" "$ticker" 2>/dev/null; exit 130' INT TERM
  outcome=0
  wait "$job" || outcome=$?
  kill "$ticker" 2>/dev/null || true
  trap - INT TERM
  if [ "$outcome" -ne 0 ]; then
    tail -n 30 "$log" >&2
    say "✗ $what failed after $(($(date +%s) - began)) s"
    rm -f "$log"
    return "$outcome"
  fi
  rm -f "$log"
  say "✓ $what ($(($(date +%s) - began)) s)"
}

if [ "$(uname -s)" != Linux ] || [ "$(uname -m)" != x86_64 ]; then
  fail "Atelier runs on Linux, x86-64 (promised and tested: Debian 12); this is $(uname -s), $(uname -m)."
fi

# npm itself runs on the machine's Node: `npm ci` takes the pinned one away while it works.
npm_ci() {
  if [ -n "${npm_execpath:-}" ] && [ -n "${npm_node_execpath:-}" ]; then
    "$npm_node_execpath" "$npm_execpath" ci
  else
    npm ci
  fi
}

lock_hash() { sha256sum package-lock.json | cut -d ' ' -f 1; }
stamp=node_modules/.atelier-lock

# Fresh: installed by us from this very lock, or by somebody's own `npm install`, which writes npm's record last.
is_fresh() {
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$(lock_hash)" ] ||
    [ node_modules/.package-lock.json -nt package-lock.json ]
}

install_dependencies() {
  npm_ci
  lock_hash >"$stamp"
}

if ! is_fresh; then
  # Two commands may start in one clone; the second finds the work done.
  exec 9>"${TMPDIR:-/tmp}/atelier-npm-$(printf '%s' "$root" | sha256sum | cut -c 1-12).lock"
  flock 9
  is_fresh || step "npm dependencies" install_dependencies ||
    fail "npm could not install the dependencies: see above, then run the same command again."
  exec 9>&-
fi

PATH="$root/node_modules/.bin:$PATH"
export PATH
case "$(node --version 2>/dev/null || true)" in
v2[4-9].* | v[3-9][0-9].*) ;;
*) fail "Node 24 is missing although npm installed it: remove $root/node_modules and run the same command again." ;;
esac

# missing <program>=<package>…: the packages whose program is not there.
missing() {
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || printf '%s ' "${pair#*=}"
  done
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of package names
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages && return 0
  apt-get -o DPkg::Lock::Timeout=300 update
  # shellcheck disable=SC2086
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $packages
}

case "$command" in
start) packages=$(missing podman=podman runc=runc mmdebstrap=mmdebstrap newuidmap=uidmap mkfs.btrfs=btrfs-progs) ;;
test) packages=$(missing podman=podman runc=runc mmdebstrap=mmdebstrap newuidmap=uidmap mkfs.btrfs=btrfs-progs chromium=chromium) ;;
bench) packages=$(missing psql=postgresql-client) ;;
*) packages= ;;
esac
# AWS clients in Python are among the judges.
if [ "$command" = test ] && ! python3 -c 'import ensurepip' >/dev/null 2>&1; then
  packages="${packages}python3 python3-venv "
fi
if [ -n "$packages" ]; then
  install="apt-get install -y --no-install-recommends ${packages% }"
  command -v apt-get >/dev/null 2>&1 ||
    fail "These programs are missing, and this is no Debian: ${packages% }. Install them, then run the same command again."
  [ "$(id -u)" -eq 0 ] ||
    fail "These packages are missing: run 'sudo $install', then the same command again."
  step "operating-system packages: ${packages% }" apt_install ||
    fail "apt could not install them: run 'apt-get update && $install', then the same command again."
fi

exec node single-machine/src/cli/main.ts "$@"
