#!/bin/sh
# Becomes another program again and again, its descriptors kept: exec-loop.sh SHELL OTHER-SHELL
exec "$2" "$0" "$2" "$1"
