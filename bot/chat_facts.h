// What a chat event says, in the words of the record: repaired, cut, without secrets.
#pragma once
#include <string>

#include "bot/core/chat/said.h"
#include "bot/core/engine/engine.h"
#include "integrations/chat/platform.h"
#include "storage/store.h"

namespace muster {

std::string bare_channel(const std::string& channel);  // without '#'
std::string clean_text(const std::string& text);
Said clean_said(Said said, const std::string& channel);
// The event as it came, with the people of this moment: who speaks and who wrote what it is about. What an e-mail
// address joins is joined.
ChatEvent with_people(const ChatEvent& told, Work& work);
CommandInput command_of(const ChatEvent& event);
Value human_post(const ChatEvent& event, const std::string& text);
// What somebody did to a post of our own room. The outbox is the room's history, so it goes there like the posts.
OutMessage human_change(const ChatEvent& event, const std::string& text, std::string id);
bool is_change(const std::string& kind);
// What a person said or did, for the rooms that show it. `fresh`: the record did not know the message before.
void show_talk(const ChatEvent& event, const std::string& text, bool fresh, Work& work);
InboxItem inbox_of(const ChatEvent& event, const std::string& text, TimeMs now);
// What a form that was sent is told before it closes; everything else is told in the channel.
void answer_form(FormAnswer& answer, const Outcome& outcome);
ChatFact fact_of(const ChatEvent& event, const std::string& clean_text);  // the same event in the words of the record

}  // namespace muster
