// Channel names as Mattermost accepts them. Pure.
#pragma once
#include <string>
#include <string_view>

namespace muster::mattermost {

// Lower case letters, digits, - and _; begins and ends with a letter or digit; 2 to 64. Two user ids joined by __ are
// refused by the server, so runs of _ become one.
std::string channel_name(std::string_view wanted);
// The n-th try when a name is taken: "inc-7", "inc-7-2", "inc-7-3" … within the limit.
std::string nth_name(const std::string& name, int n);
bool is_id(std::string_view text);  // 26 of [a-z0-9]

}  // namespace muster::mattermost
