#!/bin/sh
# Writes ../room_page.cpp and ../room_script.cpp from the files beside this script. Run it after changing one of
# them; a test compares.
set -eu
cd "$(dirname "$0")"
head() {
  printf '// Written by bot/web/assets/embed.sh. Change the files in bot/web/assets instead.\n// clang-format off\n'
  printf '#include "bot/web/room_assets.h"\n\nnamespace muster {\n\n'
}
part() { printf 'R"~asset~('; cat "$1"; printf ')~asset~"'; }
{
  head
  printf 'std::string room_page() { return '; part room.html
  printf '; }\n\nstd::string room_style() { return '; part room.css
  printf '; }\n\n}  // namespace muster\n'
} > ../room_page.cpp
{
  head
  printf 'std::string room_script() {\n  std::string out = '; part room_nodes.js
  printf ';\n  out += '; part room.js; printf ';\n  out += '; part room_app.js
  printf ';\n  return out;\n}\n\n}  // namespace muster\n'
} > ../room_script.cpp
