#!/bin/sh
# Opens the course from this stick; on macOS: double-click it.
exec sh "$(dirname "$0")/start.sh" "$@"
