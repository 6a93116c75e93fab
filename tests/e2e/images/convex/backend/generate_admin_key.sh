#!/bin/sh
# Prints an admin key of the instance on this volume.
exec node /convex/stand-in/generate-admin-key.ts
