#!/bin/bash
# Stands before clang @VERSION@ in the build of V8. The build passes flags of a newer clang, which are dropped, and most of its
# time would go into parsing the same huge headers, so groups of files get precompiled ones. A file that does not
# compile with them is compiled without.
arguments=() object='' previous=''
for argument in "$@"; do
  case $argument in
    -fdiagnostics-show-inlining-chain | -fno-lifetime-dse | -fsanitize-ignore-for-ubsan-feature=* | -Wno-unsafe-buffer-usage-in-static-sized-array) ;;
    *) arguments+=("$argument") ;;
  esac
  [ "$previous" = -o ] && object=$argument
  previous=$argument
done
headers=''
case $object in
@CASES@
esac
common=(-Wno-unknown-warning-option -w)
if [ -n "$headers" ] && [ -f "$headers" ]; then
  "@COMPILER@" "${common[@]}" -include-pch "$headers" "${arguments[@]}" 2>/dev/null && exit 0
fi
exec "@COMPILER@" "${common[@]}" "${arguments[@]}"
