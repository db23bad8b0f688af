// A transcript on Slack: the real platform against the double's core, without sockets. Slack's pace needs seconds that
// the transcript does not have, so the platform and the double live on a clock of their own, which runs ahead.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "integrations/chat/slack/mrkdwn.h"
#include "integrations/chat/slack/slack.h"
#include "tests/conversations/mattermost_stage.h"
#include "tests/doubles/slack/no_sockets.h"

namespace muster {

// Our text again from what the renderer made of it.
inline std::string from_mrkdwn(const std::string& text) {
  static constexpr std::string_view joiner = "\xE2\x81\xA0";
  std::string out;
  bool code = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with(joiner) && rest.size() > 2 * joiner.size()) {
      const char marker = rest[joiner.size()];
      out += marker == '*' || marker == '`' ? std::string("\\") + marker : std::string(1, marker);
      i += 2 * joiner.size() + 1;
    } else if (rest.starts_with("&lt;") || rest.starts_with("&gt;")) {
      out += rest[1] == 'l' ? '<' : '>';
      i += 4;
    } else if (rest.starts_with("&amp;")) {
      out += '&';
      i += 5;
    } else if (code && rest.starts_with(slack_backtick)) {
      out += "\\`";
      i += slack_backtick.size();
    } else {
      if (text[i] == '`') code = !code;
      if (text[i] == '\\' || (code && text[i] == '*')) out += '\\';
      out += text[i++];
    }
  }
  return out;
}

class SlackStage final : public Stage {
 public:
  SlackStage(const VirtualClock& story, Post post) : story_(story), net_(core_, clock_, std::move(post)) {
    core_.everybody_joins = true;
    for (const std::string& scope : slack_scopes()) core_.granted_scopes += scope + ",";
  }

  std::unique_ptr<ChatPlatform> make(ChatLinks& links, const CoreConfig& config) override {
    links_ = &links;
    keep_up();
    SlackConfig c;
    c.bot_token = core_.bot_token;
    c.app_token = core_.app_token;
    c.api_url = doubles::SlackNoSockets::api;
    c.channels = {"muster", config.alerts_channel};
    if (!config.board_channel.empty()) c.channels.push_back(config.board_channel);
    auto made = std::make_unique<Slack>(c, Slack::Outside{net_.http(),
                                                          net_.opener(),
                                                          clock_,
                                                          timers_,
                                                          links.directory("slack"),
                                                          [] { return 0.5; },
                                                          config.prefix,
                                                          {},
                                                          config.language,
                                                          [&config](TimeMs sent) { return late_text(config, sent); },
                                                          {},
                                                          filed_on("slack"),
                                                          {},
                                                          "muster",
                                                          kept});
    platform_ = made.get();
    return made;
  }
  void start() override { platform_->start(); }
  std::vector<std::pair<std::string, std::string>> handles(const std::string& person) override {
    return {{"slack", handle(person)}};
  }
  void away(const std::string&, bool is) override {
    keep_up();
    net_.down = is;
    core_.give_up_old();
    if (is) net_.cut_all();
  }
  bool is_away(const std::string&) const override { return net_.down; }
  void shared(const std::string&, bool is) override {
    constexpr doubles::SlackCore::Peer another = 999'999;
    if (!is) return core_.disconnected(another);
    core_.connected(another);
    for (const auto peer : core_.peers())
      if (peer != another) core_.warn(peer, "refresh_requested");
  }
  void open_channels(const std::string&, bool now) override {
    if (now) return net_.show();
    net_.withheld = "conversations.create";
  }
  void show_history(const std::string&, bool shows) override {
    if (shows) return net_.show();
    net_.withheld = "conversations.history";
    core_.lose_events();
  }
  Lines lines_of_bot(const std::string& channel) const {
    Lines lines;
    for (const auto& [ts, p] : core_.channels.at(links_->directory("slack").theirs("channel", channel.substr(1))).posts)
      if (!p.bot_id.empty()) lines.push_back(p.text);
    return lines;
  }
  std::string handle(const std::string& person) override {
    std::string id = "U";
    for (const char c : person) id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (!core_.users.contains(id)) core_.users[id] = {id, person, person, {}, "T1", false, false};
    for (auto& [channel_id, channel] : core_.channels)
      if (!channel.is_private) channel.members.insert(id);
    return id;
  }
  void play(const Act& act) override {
    keep_up();
    const std::string id = handle(act.user);
    channel_ = act.channel == "#direct" ? direct_id(id) : channel_id(act.channel);
    repeatable_ = act.kind == "message";
    if (act.kind == "message") {
      std::string root = act.in_thread ? root_of(channel_, said_) : std::string();
      if (!act.thread_of.empty()) root = root_of(channel_, holding(act.thread_of));
      core_.said_before = act.late ? clock_.now() - story_.now() + late_by : 0;
      said_ = core_.say(id, channel_, slack_escape(act.text), root);  // as clients send it
      core_.said_before = 0;
      return net_.pump();
    }
    if (act.kind == "me") return said_ = core_.say_me(id, channel_, slack_escape(act.text)), net_.pump();
    if (act.kind == "form") return send_form(act, id);
    if (act.kind == "archived") return core_.archive_by_hand(id, channel_), net_.pump();
    const std::string ts = act.target.empty() ? last_of_bot(act) : meant(act.target);
    if (act.kind == "edit") core_.edit(channel_, ts, slack_escape(act.text));
    if (act.kind == "delete") core_.remove(channel_, ts);
    if (act.kind == "reaction" || act.kind == "unreaction")
      core_.react(id, channel_, ts, emoji_name(act.emoji), act.kind == "reaction");
    if (act.kind == "pin" || act.kind == "unpin") core_.pin(id, channel_, ts, act.kind == "pin");
    if (act.kind == "button") core_.press(id, channel_, ts, act.text);
    net_.pump();
  }
  void account(const std::string& name, const std::string& standing) override {
    doubles::SlackUser& user = core_.users.at(handle(name));
    if (standing == "guest") user.is_guest = true;
    if (standing == "outsider") user.team = "T2";
  }
  void say_again() override {  // Slack delivers what it thinks was not acknowledged
    if (repeatable_) core_.say_last_again();
    net_.pump();
  }
  bool step() override {
    keep_up();
    net_.pump();
    if (timers_.ring_due()) return true;
    if (net_.down || !net_.withheld.empty()) return false;
    if (platform_ == nullptr || platform_->health().waiting == 0 || timers_.next() == 0) return false;
    clock_.set(timers_.next());  // something waits for its turn
    return timers_.ring_due();
  }
  Lines looks(const std::string& channel) const override {
    const auto it = core_.channels.find(links_->directory("slack").theirs("channel", channel));
    if (it == core_.channels.end()) return {};
    Lines lines = {"#" + it->second.name, "topic: " + it->second.topic};
    for (const Value& b : it->second.bookmarks)
      lines.push_back("bookmark: " + b["title"].as_string() + " -> " + b["link"].as_string());
    lines.emplace_back();
    for (const auto& [ts, p] : it->second.posts) {
      const bool reply = !p.thread_ts.empty() && p.thread_ts != ts;
      std::string head = format_utc_clock(slack_time(ts)) + (reply ? " ↳ " : " ") +
                         (p.bot_id.empty() ? core_.users.at(p.user).name : "muster") + (p.pinned ? " 📌 pinned" : "");
      for (const auto& [emoji, who] : p.reactions)
        if (!who.empty()) head += " :" + emoji + ": " + std::to_string(who.size());
      lines.push_back(head);
      for (const std::string& line : p.blocks.is_null() ? split_lines(p.text) : wire_lines(p.blocks))
        lines.push_back("  " + line);
    }
    return lines;
  }
  void forget() override {
    platform_ = nullptr;
    timers_.clear();
    net_.forget();
  }
  Lines take_lines() override {
    Lines lines;
    for (const auto& h : core_.take_happenings()) add(h, lines);
    for (const auto& [view, errors] : std::exchange(core_.view_errors, {})) {
      FormAnswer answer;
      for (const auto& [field, why] : errors.as_map()) {  // what is about no field stands at the first
        const bool of_all = why.as_string().starts_with("›");
        (of_all ? answer.refused : answer.wrong[field]) = why.as_string();
      }
      const std::string to = core_.users.at(core_.views.at(view).user).name;
      for (std::string& line : form_answer_lines(form_place(view), to, answer)) lines.push_back(std::move(line));
    }
    return lines;
  }
  const std::map<std::string, std::string>& topics() const override { return topics_; }

 private:
  void keep_up() {
    if (story_.now() > clock_.now()) clock_.set(story_.now());
    core_.set_now(clock_.now());
  }
  std::string channel_id(const std::string& ours) {
    const std::string bare = ours.substr(1), id = links_->directory("slack").theirs("channel", bare);
    if (!id.empty()) return id;
    core_.call("conversations.create", {{"name", slack_channel_name(bare)}}, core_.bot_token);
    core_.take_happenings();
    return core_.channel_named(slack_channel_name(bare))->id;
  }
  std::string direct_id(const std::string& user) {  // a conversation between this person and the bot
    const auto reply = core_.call("conversations.open", {{"users", user}}, core_.bot_token);
    return (*parse_json(reply.body))["channel"]["id"].as_string();
  }
  std::string root_of(const std::string& channel, const std::string& ts) const {
    const auto& posts = core_.channels.at(channel).posts;
    const auto it = posts.find(ts);
    return it == posts.end() || it->second.thread_ts.empty() ? ts : it->second.thread_ts;
  }
  std::string said_like(const std::string& start) const {
    std::string found;
    for (const auto& [ts, p] : core_.channels.at(channel_).posts)
      if (p.bot_id.empty() && p.text.starts_with(slack_escape(start))) found = ts;
    if (found.empty()) throw std::runtime_error("nobody said: " + start);
    return found;
  }
  std::string meant(const std::string& target) const {
    return target.starts_with("copy of ") ? holding(target.substr(8)) : said_like(target);
  }
  std::string holding(const std::string& part) const {
    std::string found;
    for (const auto& [ts, p] : core_.channels.at(channel_).posts)
      if (p.text.contains(slack_escape(part))) found = ts;
    if (found.empty()) throw std::runtime_error("nothing says: " + part);
    return found;
  }
  // The newest post of the bot; for a button: the newest that has it.
  std::string last_of_bot(const Act& act) const {
    std::string found;
    for (const auto& [ts, p] : core_.channels.at(channel_).posts) {
      const std::string linked = ours("post", ts);
      const bool summary = linked.substr(linked.find('/') + 1).starts_with("summary-");
      if (!p.bot_id.empty() && !summary && (act.kind != "button" || has_button(p, act.text))) found = ts;
    }
    if (found.empty()) throw std::runtime_error("the bot has posted nothing to " + act.kind);
    return found;
  }
  static bool has_button(const doubles::SlackPost& p, const std::string& command) {
    for (const Value& block : p.blocks.as_list())
      for (const Value& e : block["elements"].as_list())
        if (e["value"].as_string() == command) return true;
    return false;
  }

  // What the blocks say, as it goes over the wire; buttons in brackets.
  static Lines wire_lines(const Value& blocks) {
    Lines lines;
    const auto add = [&lines](const std::string& text) {
      for (const std::string& line : split_lines(text)) lines.push_back(line);
    };
    for (const Value& b : blocks.as_list()) {
      add(b["text"]["text"].as_string());
      for (const Value& f : b["fields"].as_list()) add(f["text"].as_string());
      std::string row;
      for (const Value& e : b["elements"].as_list())
        row += (row.empty() ? "" : " ") +
               (e["type"].as_string() == "button" ? "[" + e["text"]["text"].as_string() + "]" : e["text"].as_string());
      add(row);
    }
    return lines;
  }
  void send_form(const Act& act, const std::string& user) {
    const doubles::SlackView* open = core_.view_of(user);
    if (!open || !core_.submit(user, open->id, act.form))
      throw std::runtime_error("the form cannot be sent: " + act.user);
    net_.pump();
  }
  std::string form_place(const std::string& view) const {
    const auto kept = parse_json(core_.views.at(view).view["private_metadata"].as_string());
    return "#" + ours("channel", (*kept)["channel"].as_string());
  }
  static Form form_of(const Value& view) {
    Form form{.title = view["title"]["text"].as_string(), .intro = {}, .send = {}, .command = {}, .fields = {}};
    for (const Value& b : view["blocks"].as_list()) {
      if (b["type"].as_string() != "input") continue;
      const Value& e = b["element"];
      FormField f{.name = b["block_id"].as_string(), .label = b["label"]["text"].as_string()};
      for (const Value& o : e["options"].as_list()) f.choices.push_back(o["value"].as_string());
      f.standard = e.has("initial_option") ? e["initial_option"]["value"].as_string() : e["initial_value"].as_string();
      f.required = !b["optional"].as_bool();
      form.fields.push_back(std::move(f));
    }
    return form;
  }

  std::string ours(const std::string& kind, const std::string& theirs) const {
    return links_->directory("slack").ours(kind, theirs);
  }
  void add(const doubles::SlackHappening& h, Lines& lines) {
    if (h.kind == "form") {
      const std::string to = core_.users.at(h.to).name;
      for (std::string& line : form_lines(form_place(h.ts), to, form_of(h.blocks))) lines.push_back(std::move(line));
      return;
    }
    std::string name = "#" + ours("channel", h.channel_id);
    if (name.starts_with("#direct-")) name = "#direct";
    if (h.kind == "post" && !core_.channels.at(h.channel_id).im_of.empty() && ours("channel", h.channel_id).empty())
      return add_direct(h, lines);
    if (h.kind == "open" && name == "#") name += core_.channels.at(h.channel_id).name;  // nobody told us of it yet
    if (h.kind == "open") {
      fresh_.insert(name);
      return lines.push_back(name + " bot opens" + (shows_people && h.text == "private" ? ", private" : ""));
    }
    if (h.kind == "invite" || h.kind == "remove") {
      const std::string who = core_.users.at(h.to).name;
      return shows_people ? lines.push_back(name + (h.kind == "invite" ? " bot lets in " : " bot puts out ") + who)
                          : void();
    }
    if (h.kind == "archive") return lines.push_back(name + " bot archive");
    if (h.kind == "topic") {
      topics_[name] = from_mrkdwn(h.text);
      // A channel gets its first topic by a second call; that belongs to its opening.
      if (fresh_.erase(name) == 0) lines.push_back(name + " bot topic: " + topics_[name]);
      return;
    }
    if (h.kind == "file") return lines.push_back(file_line(h.text, h.blocks.as_string()));
    const std::string linked = ours("post", h.ts), id = linked.substr(linked.find('/') + 1);
    if (h.kind == "pin") return lines.push_back(name + " bot pin " + id);
    const std::string to = h.to.empty() ? "" : " to " + core_.users.at(h.to).name;
    const std::string verb = h.kind == "edit" ? " edits " + id : to + (h.in_thread ? " in thread" : "");
    add_blocks(name + " bot" + verb + ": ", h.blocks, h.kind != "edit" && !id.starts_with("summary-"), lines);
  }
  // A direct message begins with the channel where it belongs: it is read as said there to one person.
  void add_direct(const doubles::SlackHappening& h, Lines& lines) const {
    Value blocks = h.blocks, first = blocks.as_list().front(), text = first["text"];
    std::string said = text["text"].as_string();
    const std::size_t end = said.find(">: ");
    const std::string about = said.substr(2, end - 2);
    text.set("text", said.substr(end + 3));
    first.set("text", text);
    Value rest = Value::List{first};
    for (std::size_t i = 1; i < blocks.as_list().size(); ++i) rest.push(blocks.as_list()[i]);
    const std::string to = core_.users.at(core_.channels.at(h.channel_id).im_of).name;
    add_blocks("#" + ours("channel", about) + " bot to " + to + ": ", rest, true, lines);
  }
  std::string named(std::string line) const {  // slack:UANA -> slack:ana
    for (const auto& [id, user] : core_.users)
      for (std::size_t at; (at = line.find("<@" + id + ">")) != std::string::npos;)
        line.replace(at, id.size() + 3, "@" + user.name);
    for (const auto& [id, channel] : core_.channels)
      for (std::size_t at; (at = line.find("<#" + id + ">")) != std::string::npos;)
        line.replace(at, id.size() + 3, "#" + ours("channel", id));
    constexpr std::string_view mark = "slack:";
    for (std::size_t at = 0; (at = line.find(mark, at)) != std::string::npos;) {
      at += mark.size();
      const doubles::SlackUser* best = nullptr;
      for (const auto& [id, user] : core_.users)
        if (line.compare(at, id.size(), id) == 0 && (!best || id.size() > best->id.size())) best = &user;
      if (best) line.replace(at, best->id.size(), best->name);
    }
    return line;
  }
  void add_blocks(const std::string& head, const Value& blocks, bool whole, Lines& lines) const {
    Lines all;
    for (const Value& block : blocks.as_list()) {
      if (block["type"].as_string() != "section") continue;  // buttons and their typed twins
      for (const std::string& line : split_lines(block["text"]["text"].as_string())) all.push_back(from_mrkdwn(line));
      for (const Value& field : block["fields"].as_list()) {
        const std::string text = from_mrkdwn(field["text"].as_string());
        const std::size_t end = text.find("*\n");
        all.push_back(text.substr(1, end - 1) + ": " + text.substr(end + 2));
      }
    }
    for (std::size_t i = 0; i < all.size() && (i == 0 || whole); ++i) {
      std::string line = all[i];
      lines.push_back(trimmed_right((i == 0 ? head : "  | ") + without_handles(named(line), ", slack:")));
    }
  }

  const VirtualClock& story_;
  VirtualClock clock_;
  doubles::SlackCore core_{0};
  test::VirtualTimers timers_{clock_};
  doubles::SlackNoSockets net_;
  ChatLinks* links_ = nullptr;
  Slack* platform_ = nullptr;
  std::string channel_, said_;
  bool repeatable_ = false;
  std::map<std::string, std::string> topics_;
  std::set<std::string> fresh_;  // channels that have no topic yet
};

}  // namespace muster
