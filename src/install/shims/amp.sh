#!/bin/sh
# agsec: asks the hook. Written by `agsec install amp`; remove it with `agsec uninstall amp`.
@COMMAND@
code=$?
[ "$code" -lt 126 ] && exit "$code"
echo '[agsec] the hook cannot be run; a person runs `agsec status`' >&2
exit 2
