#!/bin/sh
# The program becomes process 1, and so gets the signals of the container.
exec ./convex-local-backend
