#!/bin/sh
# agsec: asks the hook. Written by `agsec install cline`; remove it with `agsec uninstall cline`.
@COMMAND@
code=$?
[ "$code" -lt 126 ] && exit "$code"
# The hook could not be run, or was ended: without an answer the host would go on.
printf '%s\n' '{"cancel":true,"errorMessage":"[agsec] the hook cannot be run; a person runs `agsec status`"}'
