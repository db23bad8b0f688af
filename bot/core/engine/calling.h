// Calling people: their names where it happens, as mentions that each platform sounds a bell for, and a message to each
// of them alone. A private post in a channel is not enough: on some platforms only who is looking sees it.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

// "@ana", "group:oncall", "role:owner", or the bare name of a person or a group. Empty: there is nobody.
std::vector<const Person*> people_called(const CoreConfig& config, const std::string& whom);
// The names at the front of the post in the channel, and the same to each of them; urgent.
void call_people(Work& work, const std::string& channel, const std::string& post_id,
                 const std::vector<const Person*>& people, const std::string& text);

}  // namespace muster
