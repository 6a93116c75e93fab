#!/bin/sh
# Says which tool is missing or too old, and what to do. `make` runs it before anything else.
set -eu

fail() {
  printf 'hearth: %s\n' "$1" >&2
  exit 1
}

command -v node >/dev/null 2>&1 || fail 'Node.js is missing: install version 24 (any version from 18 on will do on Linux, x64 or arm64: it only runs npm, which then installs Node 24 into node_modules)'
command -v npm >/dev/null 2>&1 || fail 'npm is missing: it comes with Node.js; on Debian it is the package npm'

major=$(node -p 'process.versions.node.split(".")[0]')
case "$(uname -s)/$(uname -m)" in
  Linux/x86_64 | Linux/aarch64)
    [ "$major" -ge 18 ] || fail "Node.js $(node --version) is too old to run npm: install version 18 or newer"
    ;;
  *)
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' ||
      fail "Node.js $(node --version) is too old: install version 24, for npm has no Node for this platform"
    ;;
esac
