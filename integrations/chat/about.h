// Which message a command is about when it does not say it in words: the one whose thread it stands in.
#pragma once
#include <string>
#include <string_view>

#include "integrations/chat/platform.h"

namespace muster {

// A line for the bot that needs the message around it: `pin`, `declare`, `mute`. `by_name`: what mentions us.
bool speaks_of_its_thread(std::string_view text, std::string_view by_name, char prefix, bool direct);
// The first address in the text that begins with `site`; empty: none. Ends at a space or a mark of markup.
std::string address_in(std::string_view text, std::string_view site);

// The event that hands over the copy of one file of a filed message, or says why there is none.
ChatEvent copied_file(const std::string& platform, const std::string& channel, const std::string& post_id,
                      const Value& file, TimeMs now);
// Why there is none: a sentence of the catalogue, "missed.KEY", or a text of the other side; without a key: there is
// one.
void finish_copy(ChatEvent& event, const CoverageNote& why, std::string bytes);
std::string byte_words(std::int64_t bytes);  // "38 B", "4.1 kB", "9.0 MB"
CoverageNote too_large(std::int64_t bytes, std::int64_t most);

}  // namespace muster
