#include "integrations/chat/terminal_desk.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"

namespace muster {

namespace {

constexpr std::size_t recent_posts = 15;
constexpr std::size_t typed_max = 20;  // lines on their way

// One picture, or the name of one: "👍try" is a picture and a word that was meant for something else.
bool is_reaction(const std::string& text) {
  if (static_cast<unsigned char>(text.empty() ? 'x' : text.front()) >= 0x80) return grapheme_count(text) == 1;
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || std::string_view("_+-:").contains(c);
  };
  return std::ranges::all_of(text, in_name);
}

}  // namespace

TerminalDesk::TerminalDesk(TerminalOptions options, bool colors)
    : options_(std::move(options)), view_({.colors = colors, .prefix = options_.prefix}) {}

std::string TerminalDesk::words(std::string_view key, Words arguments) const {
  return say(options_.language, key, arguments);
}

std::string TerminalDesk::prompt() const { return options_.person + " " + options_.channel + "> "; }

std::string TerminalDesk::show(const Value& event, const std::string& private_to) {
  if (!private_to.empty() && private_to != options_.person) return {};
  const Value& post = event["post"];
  const std::string text = view_.take(event, options_.channel);
  // What was typed here stands on the screen already.
  const bool own = event["kind"].as_string() == "post" && post["author"].as_string() == options_.person;
  const auto typed = own ? std::ranges::find(typed_, post["text"].as_string()) : typed_.end();
  if (typed == typed_.end()) return text;
  typed_.erase(typed);
  return {};
}

void TerminalDesk::act(const std::string& kind, const std::string& text, const std::string& post_id,
                       const std::string& thread) {
  if (options_.act) options_.act({kind, options_.channel, options_.person, thread, post_id, text});
}

std::string TerminalDesk::switch_channel(std::string name) {
  if (!name.starts_with("#")) name = "#" + name;
  std::vector<std::string> fitting;
  for (const std::string& known : view_.channels()) {
    if (known == name) fitting = {known};
    if (known == name) break;
    if (known.starts_with(name)) fitting.push_back(known);  // "/channel inc-1" is enough
  }
  if (fitting.size() != 1) {
    const std::string all = harmless(join(fitting.empty() ? view_.channels() : fitting, ", "));
    return fitting.empty() ? words("term.no_channel", {{"name", harmless(name)}, {"list", all}})
                           : words("term.which", {{"list", all}});
  }
  options_.channel = fitting.front();
  return view_.recent(options_.channel, recent_posts);
}

std::string TerminalDesk::switch_person(const std::string& who) {
  if (!options_.sandbox) return words("term.sandbox_only");
  if (std::ranges::find(options_.people, who) == options_.people.end()) {
    return words("term.people", {{"list", join(options_.people, ", ")}});
  }
  options_.person = who;
  return {};
}

std::string TerminalDesk::on_post(const std::string& kind, const std::string& text) {
  const bool own = kind == "edit" || kind == "delete";
  const bool wants_text = kind == "edit" || kind == "reply" || kind == "react";
  if ((wants_text && text.empty()) || (kind == "react" && !is_reaction(text)))
    return words(kind == "react" ? "term.emoji" : "term.what", {{"kind", kind}});
  const Value post = view_.newest(options_.channel, own ? options_.person : "");
  if (post.is_null()) return words(own ? "term.nothing_yours" : "term.nothing");
  const std::string& id = post["id"].as_string();
  if (kind == "reply") {
    const std::string& thread = post["thread"].as_string();
    act("say", text, "", thread.empty() ? id : thread);
  } else {
    act(kind, text, id, "");
  }
  return {};
}

std::string TerminalDesk::command(const std::string& word, const std::string& rest) {
  if (word == "/quit" || word == "/exit") {
    over_ = true;
    return {};
  }
  if (word == "/channels") return harmless(join(view_.channels(), ", "));
  if ((word == "/channel" || word == "/join") && !rest.empty()) return switch_channel(rest);
  if (word == "/as" && !rest.empty()) return switch_person(rest);
  for (const char* kind : {"reply", "react", "pin", "unpin", "edit", "delete"}) {
    if (word == "/" + std::string(kind)) return on_post(kind, rest);
  }
  return words("term.help");
}

std::string TerminalDesk::entered(const std::string& line) {
  if (!line.starts_with("/")) {
    typed_.push_back(line);
    if (typed_.size() > typed_max) typed_.pop_front();
    act("say", line, "", "");
    return {};
  }
  const std::size_t space = std::min(line.find(' '), line.size());
  return command(line.substr(0, space), std::string(trim(line.substr(space))));
}

std::vector<std::string> TerminalDesk::completions(const std::string& line) const {
  std::vector<std::string> words;
  if (line.starts_with("/channel ") || line.starts_with("/join ")) {
    words = view_.channels();
  } else if (line.starts_with("/as ")) {
    words = options_.people;
  } else if (line.starts_with("/") && line.find(' ') == line.npos) {
    words = {"/as",  "/channel", "/channels", "/delete", "/edit", "/help",
             "/pin", "/quit",    "/react",    "/reply",  "/unpin"};
  } else if (options_.complete) {
    // Outside #muster a command carries the prefix, which the grammar does not know.
    const bool prefixed = !options_.prefix.empty() && line.starts_with(options_.prefix);
    words = options_.complete(prefixed ? line.substr(options_.prefix.size()) : line);
    if (prefixed && line.find(' ') == line.npos) {
      for (std::string& word : words) word = options_.prefix + word;
    }
  }
  const std::size_t space = line.rfind(' ');
  const std::string last = space == line.npos ? line : line.substr(space + 1);
  std::erase_if(words, [&](const std::string& w) { return !w.starts_with(last); });
  std::ranges::sort(words);
  return words;
}

}  // namespace muster
