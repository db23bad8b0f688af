// The room's page: the files of bot/web/assets, embedded when the program is built (embed.sh there).
#pragma once
#include <string>

namespace muster {

std::string room_page();
std::string room_script();
std::string room_style();

}  // namespace muster
