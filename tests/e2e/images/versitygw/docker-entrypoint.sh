#!/bin/sh
# Starts the gateway as the official image does: arguments are those of versitygw; without any, VGW_BACKEND names the
# backend, VGW_BACKEND_ARG its folder or address, VGW_ARGS and VGW_BACKEND_ARGS are options before and after it.
set -eu

program=${VGW_BINARY:-/usr/local/bin/versitygw}
[ "$#" = 0 ] || exec "$program" "$@"

case "${VGW_BACKEND:-}" in
  posix | scoutfs | s3 | azure | plugin | iam) ;;
  '') echo 'no arguments, and VGW_BACKEND is not set' >&2; exit 1 ;;
  *) echo "VGW_BACKEND is $VGW_BACKEND, which is no backend" >&2; exit 1 ;;
esac

# shellcheck disable=SC2086 # options, split at spaces
set -- ${VGW_ARGS:-} "$VGW_BACKEND" ${VGW_BACKEND_ARG:+"$VGW_BACKEND_ARG"} ${VGW_BACKEND_ARGS:-}
exec "$program" "$@"
