#!/bin/sh
# Opens the course from this stick; type: sh start.sh
cd "$(dirname "$0")" || exit 1
for python in python3 python3.13 python3.12 python3.11 python; do
    if "$python" -c "import sys; sys.exit(sys.version_info < (3, 7))" > /dev/null 2>&1; then
        exec "$python" start.py "$@"
    fi
done
echo "No Python 3 was found: install Python 3.13, then start again. README.txt says how." >&2
exit 1
