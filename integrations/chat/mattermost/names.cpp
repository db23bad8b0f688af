#include "integrations/chat/mattermost/names.h"

#include <algorithm>

#include "bot/base/letters.h"
#include "bot/base/text.h"

namespace muster::mattermost {

namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string trimmed(std::string name) {
  while (!name.empty() && !is_alnum(name.front())) name.erase(0, 1);
  while (!name.empty() && !is_alnum(name.back())) name.pop_back();
  return name;
}

}  // namespace

std::string channel_name(std::string_view wanted) {
  std::string name;
  for (const char c : lower_ascii(latin_letters(wanted))) {
    const char good = is_alnum(c) || c == '_' ? c : '-';
    if (!is_alnum(good) && !name.empty() && !is_alnum(name.back())) continue;  // one separator is enough
    name += good;
  }
  name = trimmed(trimmed(std::move(name)).substr(0, name_bytes_max));
  if (name.size() >= 2) return name;
  return name.empty() ? "channel" : "c-" + name;
}

std::string nth_name(const std::string& name, int n) {
  if (n <= 1) return name;
  const std::string tail = "-" + std::to_string(n);
  return trimmed(name.substr(0, name_bytes_max - tail.size())) + tail;
}

bool is_id(std::string_view text) { return text.size() == 26 && std::ranges::all_of(text, is_alnum); }

}  // namespace muster::mattermost
