#!/bin/sh
# Installs what profile `node` and the building of images need of Debian 12, in the versions that Debian 12 ships.
# Does nothing when everything is there. Starts no service: containerd runs only inside a test node.
set -eu

packages='buildah busybox-static conntrack containerd containernetworking-plugins iproute2 iptables mmdebstrap redis-server runc'

say() { echo "install-packages: $*" >&2; }
fail() { say "$*"; exit 1; }

[ -r /etc/os-release ] && . /etc/os-release
[ "${ID:-} ${VERSION_ID:-}" = 'debian 12' ] || fail "this is ${PRETTY_NAME:-an unknown system}, not Debian 12; install yourself: $packages"

missing=
for package in $packages; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || { say 'everything is there'; exit 0; }
[ "$(id -u)" = 0 ] || fail "these need root to be installed:$missing"

# apt asks this program before it starts a service. One that is there already is left as it is and put back.
policy=/usr/sbin/policy-rc.d
kept=
restore() {
  if [ -n "$kept" ]; then mv -f "$kept" "$policy"; else rm -f "$policy"; fi
}
if [ -e "$policy" ]; then
  kept="$policy.before-hearth"
  cp -p "$policy" "$kept"
fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

say "apt-get update"
apt-get update -qq >&2
say "installing:$missing"
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing >&2
say 'done'
