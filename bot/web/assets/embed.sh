#!/bin/sh
# embed.sh OUTPUT: the files beside this script as C++ (the functions of room_assets.h). The build runs it.
set -eu
out=$(realpath "$1")
cd "$(dirname "$0")"

# A literal per file: compilers limit how long one may be, and the files are far below that.
function_of() {
  printf 'std::string %s() {\n  std::string out;\n' "$1"
  shift
  for file; do
    if grep -q ')~asset~"' "$file"; then
      echo "$file must not hold the end mark of a literal" >&2
      exit 1
    fi
    printf '  out += R"~asset~('
    cat "$file"
    printf ')~asset~";\n'
  done
  printf '  return out;\n}\n\n'
}

{
  printf '// Written by bot/web/assets/embed.sh.\n#include "bot/web/room_assets.h"\n\nnamespace muster {\n\n'
  function_of room_page room.html
  function_of room_style room.css
  function_of room_script room_nodes.js room.js room_posts.js room_files.js room_forms.js room_app.js
  printf '}  // namespace muster\n'
} >"$out.new"
mv "$out.new" "$out"
