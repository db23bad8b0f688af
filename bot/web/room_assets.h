// The room's page, embedded from bot/web/assets by embed.sh there (room_page.cpp, room_script.cpp).
#pragma once
#include <string>

namespace muster {

std::string room_page();
std::string room_script();
std::string room_style();

}  // namespace muster
