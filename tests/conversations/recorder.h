// Our own room in a transcript: what the bot does there, as lines.
#pragma once
#include <map>
#include <string>
#include <utility>

#include "bot/core/chat/form.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/platform.h"
#include "tests/conversations/script.h"

namespace muster {

class Recorder final : public ChatPlatform {
 public:
  std::string name() const override { return "room"; }
  bool connected() const override { return true; }
  void on_event(Listener listener) override { say = std::move(listener); }
  void deliver(const OutMessage& m, Done done) override {
    note(m, m.destination.substr(m.destination.find(':') + 1));
    if (m.kind == "post" && !m.body["post_id"].as_string().starts_with("summary-"))
      last_post = m.body["post_id"].as_string(), last_thread = m.body["thread"].as_string();
    done({});
  }
  Listener say;
  bool people_only = false;  // the bot's own lines are read elsewhere
  Lines lines;
  std::string said;                    // the text as the person sent it
  std::string last_post, last_thread;  // of the bot
  // The newest post of the bot that has the button, with its thread; else its last.
  std::pair<std::string, std::string> with_button(const std::string& command) const {
    const auto it = buttons_.find(command);
    if (it == buttons_.end()) return {last_post, last_thread};
    const auto thread = threads_.find(it->second);
    return {it->second, thread == threads_.end() ? std::string() : thread->second};
  }
  Form form;  // that was opened last
  std::string form_thread, form_channel;
  int calls = 0;

 private:
  std::map<std::string, std::string> buttons_, threads_;  // command -> post; post -> thread

  void keep_buttons(const OutMessage& m, const std::string& post_id) {
    if (m.kind == "post") threads_[post_id] = m.body["thread"].as_string();
    std::erase_if(buttons_, [&](const auto& b) { return b.second == post_id; });
    for (const Button& b : message_from(m.body["message"]).buttons) buttons_[b.command] = post_id;
  }
  void note(const OutMessage& m, const std::string& channel) {
    ++calls;
    const std::string post_id = m.body["post_id"].as_string();
    if (m.kind == "post" || m.kind == "edit") keep_buttons(m, post_id);
    if (m.kind == "human_change") {
      return;  // what a person did; the input line says it
    }
    if (m.kind == "form") {
      form = form_from(m.body["form"]), form_thread = m.body["thread"].as_string(), form_channel = channel;
      if (people_only) return;
      for (std::string& line : form_lines(channel, m.body["private_to"].as_string(), form))
        lines.push_back(std::move(line));
      return;
    }
    if (m.kind == "human_post") {
      const std::string shown = m.body["text"].as_string();
      if (shown != said) lines.push_back(channel + " " + m.body["user"].as_string() + " says: " + first_line(shown));
    } else if (people_only) {
      return;
    } else if (m.kind == "post" || m.kind == "edit") {
      const Message message = message_from(m.body["message"]);
      const std::string to = m.body["private_to"].as_string();
      const std::string thread = m.body["thread"].as_string().empty() ? "" : " in thread";
      const std::string verb = m.kind == "edit" ? " edits " + post_id : (to.empty() ? "" : " to " + to) + thread;
      add(channel + " bot" + verb + ": ", message, m.kind == "post" && !post_id.starts_with("summary-"));
    } else if (m.kind == "topic") {
      lines.push_back(channel + " bot topic: " + m.body["topic"].as_string());
    } else if (m.kind == "invite" || m.kind == "remove" || m.kind == "bookmarks") {
      std::string names;
      for (const Value& p : m.body["people"].as_list()) names += " " + p.as_string();
      for (const Value& l : m.body["links"].as_list())
        names += " " + l["title"].as_string() + "=" + l["url"].as_string();
      const char* const does = m.kind == "invite" ? " bot invites" : m.kind == "remove" ? " bot removes" : " bot links";
      lines.push_back(channel + does + names);
    } else {
      lines.push_back(trimmed_right(channel + " bot " + (m.kind == "open_channel" ? "opens" : m.kind + " " + post_id)));
    }
  }
  void add(const std::string& head, const Message& message, bool whole) {
    lines.push_back(trimmed_right(head + first_line(message.text)));
    if (!whole) return;
    Lines rest = split_lines(message.text);
    if (!rest.empty()) rest.erase(rest.begin());
    for (const Section& s : message.sections) {
      for (std::string& line : split_lines(s.text)) rest.push_back(std::move(line));
      for (const auto& [label, value] : s.fields) rest.push_back(label + ": " + value);
    }
    for (const Attachment& a : message.attachments)
      rest.push_back("📎 " + a.name + ", " + std::to_string(split_lines(a.text).size()) + " lines");
    for (const std::string& line : rest) lines.push_back(trimmed_right("  | " + line));
  }
};

}  // namespace muster
