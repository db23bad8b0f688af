#include "integrations/chat/about.h"

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"

namespace muster {

bool speaks_of_its_thread(std::string_view text, std::string_view by_name, char prefix, bool direct) {
  const Addressed to = address(text, by_name, prefix, direct);
  if (!to.to_us) return false;
  const std::string line = lower_ascii(trim(to.command));
  const std::string word = line.substr(0, line.find_first_of(" \n"));
  return word == "pin" || word == "declare" || word == "mute";
}

std::string address_in(std::string_view text, std::string_view site) {
  const std::size_t at = site.empty() ? std::string_view::npos : text.find(site);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at);
  return std::string(rest.substr(0, rest.find_first_of(" \n\t<>|)]\"")));
}

ChatEvent copied_file(const std::string& platform, const std::string& channel, const std::string& post_id,
                      const Value& file, TimeMs now) {
  ChatEvent e;
  e.platform = platform;
  e.kind = "file";
  e.id = "file:" + channel + ":" + post_id + ":" + file["id"].as_string();
  e.channel = "#" + channel;
  e.post_id = post_id;
  e.at = now;
  e.about.post_id = post_id;
  e.about.files.push_back({platform + "-" + file["id"].as_string(),
                           file["name"].as_string(),
                           file["mime"].as_string(),
                           file["bytes"].as_int(),
                           {}});
  return e;
}

void finish_copy(ChatEvent& e, const CoverageNote& why, std::string bytes) {
  SaidFile& f = e.about.files.front();
  if (!why.key.empty()) {
    const std::string key = "missed." + why.key;
    f.why = has_sentence(key) ? say_with("en", key, why.words) : why.key;
    e.notes = {why};
    return;
  }
  f.size = static_cast<std::int64_t>(bytes.size());
  f.sha256 = to_hex(sha256(bytes));
  e.files.push_back({f.id, f.name, std::move(bytes), f.type});
}

std::string byte_words(std::int64_t bytes) {
  if (bytes < 1'000) return std::to_string(bytes) + " B";
  const bool kilo = bytes < 1'000'000;
  const std::int64_t tenths = bytes / (kilo ? 100 : 100'000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + (kilo ? " kB" : " MB");
}

CoverageNote too_large(std::int64_t bytes, std::int64_t most) {
  return {"too_large", {{"size", byte_words(bytes)}, {"most", byte_words(most)}}};
}

}  // namespace muster
