// The page has no words of its own: they come from the catalogue, in the language of whoever looks.
#include "bot/web/room_words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "bot/core/commands/words.h"
#include "bot/web/room_assets.h"

using namespace muster;

namespace {

// The text between tags and in the attributes that people see or hear, without the places for words.
std::string shown_text(const std::string& html) {
  std::string out;
  bool tag = false;
  for (std::size_t at = 0; at < html.size(); ++at) {
    if (html.compare(at, 2, "{{") == 0) at = html.find("}}", at) + 2;
    for (const char* attribute : {"title=\"", "aria-label=\"", "placeholder=\"", "alt=\""}) {
      const std::string_view name = attribute;
      if (tag && html.compare(at, name.size(), name) == 0) {
        const std::size_t from = at + name.size(), end = html.find('"', from);
        const std::string value = html.substr(from, end - from);
        if (!value.starts_with("{{") || !value.ends_with("}}")) out += value + " ";
      }
    }
    if (html[at] == '<') tag = true;
    if (!tag) out += html[at];
    if (html[at] == '>') tag = false, out += ' ';
  }
  return out;
}

std::set<std::string> words_in(const std::string& text) {
  std::set<std::string> words;
  std::stringstream all(text);
  for (std::string word; all >> word;)
    if (std::ranges::any_of(word, [](unsigned char c) { return std::isalpha(c) != 0; })) words.insert(word);
  return words;
}

std::vector<std::string> literals_of(const std::string& script) {
  std::vector<std::string> found;
  std::stringstream lines(script);
  for (std::string line; std::getline(lines, line);) {
    if (const auto comment = line.find("// "); comment != std::string::npos) line.resize(comment);
    for (std::size_t at = 0; (at = line.find_first_of("'`\"", at)) != std::string::npos;) {
      const std::size_t end = line.find(line[at], at + 1);
      if (end == std::string::npos) break;
      found.push_back(line.substr(at + 1, end - at - 1));
      at = end + 1;
    }
  }
  return found;
}

// Starts as a label does, or has two plain words side by side.
bool is_prose(const std::string& literal) {
  const auto letter = [&](std::size_t i) {
    return i < literal.size() && std::isalpha(static_cast<unsigned char>(literal[i]));
  };
  const bool label = literal.size() > 2 && std::isupper(static_cast<unsigned char>(literal[0])) &&
                     std::islower(static_cast<unsigned char>(literal[1])) && !literal.contains('-');
  bool words = false;
  for (std::size_t i = 2; i + 2 < literal.size(); ++i)
    words = words || (literal[i] == ' ' && letter(i - 1) && letter(i - 2) && letter(i + 1) && letter(i + 2));
  return label || words;
}

std::set<std::string> keys_of(const std::string& text, const std::string& before, const std::string& after) {
  std::set<std::string> keys;
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos; at += before.size()) {
    const std::size_t from = at + before.size(), end = text.find(after, from);
    keys.insert(text.substr(from, end - from));
  }
  return keys;
}

}  // namespace

TEST_CASE("the page's file shows no word that is not from the catalogue") {
  CHECK(words_in(shown_text("<p title=\"Go on\">Say {{x}}</p>")) == std::set<std::string>{"Go", "Say", "on"});
  const auto words = words_in(shown_text(room_page()));
  CHECK(words == std::set<std::string>{"muster"});
}

TEST_CASE("the page's script says no sentence and no label of its own") {
  CHECK(is_prose("Reply"));
  CHECK(is_prose("only you see this"));
  CHECK_FALSE(is_prose("client_id"));
  // Names of keys, headers, classes and the like.
  const std::set<std::string> names = {"Enter",     "Tab",       "Escape",     "ArrowUp",
                                       "ArrowDown", "Files",     "use strict", "noopener noreferrer nofollow",
                                       "face bot",  "body gone", ".card code"};
  int seen = 0;
  for (const std::string& literal : literals_of(room_script())) {
    ++seen;
    CAPTURE(literal);
    CHECK((!is_prose(literal) || names.contains(literal)));
  }
  CHECK(seen > 200);
}

TEST_CASE("every word that page and script ask for is there, and each one is asked for") {
  std::set<std::string> known, used = keys_of(room_page(), "{{", "}}");
  used.erase("lang");
  const std::string script = room_script();
  for (const std::string& literal : literals_of(script)) used.insert(literal);
  used.merge(keys_of(script, "w('", "'"));
  const Value words = page_words("ko");
  for (const auto& [key, sentence] : words.as_map()) {
    CAPTURE(key);
    known.insert(key);
    CHECK(used.contains(key));
  }
  for (const std::string& key : keys_of(script, "w('", "'")) CHECK_MESSAGE(known.contains(key), key);
  for (const std::string& key : keys_of(room_page(), "{{", "}}"))
    CHECK_MESSAGE((key == "lang" || known.contains(key)), key);
  CHECK(words["log_out"].as_string() == "로그아웃");
  CHECK(words["replies"].as_string().contains("{n}"));
}

TEST_CASE("the page comes in the language of whoever opens it, and words are escaped") {
  CHECK(in_language("<b lang=\"{{lang}}\">{{log_out}}</b>", "ko") == "<b lang=\"ko\">로그아웃</b>");
  CHECK(in_language("{{log_out}", "en") == "{{log_out}");
  CHECK(in_language(room_page(), "en").contains(">Log out<"));
  CHECK_FALSE(in_language(room_page(), "en").contains("{{"));
}
