// A transcript on Mattermost: the real platform against the double's core, without sockets, time turned by hand.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/chat_platforms.h"
#include "bot/relay.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "tests/conversations/acts.h"
#include "tests/conversations/script.h"
#include "tests/doubles/mattermost/no_sockets.h"
#include "tests/support/virtual_timers.h"

namespace muster {

// Our text again from what the renderer made of it: only escapes, **strong**, ~channels and the twins' line differ.
inline std::string neutral_text(const std::string& markdown) {
  std::string out;
  for (std::size_t i = 0; i < markdown.size(); ++i) {
    const char c = markdown[i];
    if (c == '\\' && i + 1 < markdown.size()) {
      const char next = markdown[++i];
      if (next == '*' || next == '`' || next == '\\') out += '\\';
      out += next;
    } else if (c == '`') {
      std::size_t fence = 1;
      while (markdown[i + fence] == '`') ++fence;
      const std::size_t end = markdown.find(std::string(fence, '`'), i + fence);
      std::string inside = markdown.substr(i + fence, end - i - fence);
      if (fence > 1) inside = inside.substr(1, inside.size() - 2);
      out += '`';
      for (const char in : inside) {
        if (in == '*' || in == '`' || in == '\\') out += '\\';
        out += in;
      }
      out += '`';
      i = end + fence - 1;
    } else if (c == '~') {
      out += '#';
    } else if (markdown.compare(i, 2, "**") == 0) {
      out += '*';
      ++i;
    } else {
      out += c;
    }
  }
  return out;
}

inline std::string neutral_line(const std::string& line) {
  const std::size_t label = line.starts_with("**") ? line.find(":** ") : std::string::npos;
  if (label != std::string::npos)
    return neutral_text(line.substr(2, label - 2)) + ": " + neutral_text(line.substr(label + 4));
  return neutral_text(line);
}

// The platform names events in its own way, and keeps mentions dead in its own way.
inline std::string without_ids(std::string line) {
  const auto drop = [&line](std::string_view what) {
    for (std::size_t at; (at = line.find(what)) != std::string::npos;) line.erase(at, what.size());
  };
  drop("\u200b");
  drop("mattermost:");
  drop("slack:");
  drop("room:");
  const std::size_t reply = line.find(" edits reply-");
  const std::size_t end = reply == std::string::npos ? reply : line.find(": ", reply);
  if (end != std::string::npos) line.erase(reply + 12, end - reply - 12);
  return line;
}

// Per channel the order is kept; between channels nothing is promised. A topic that does not change is not sent. Who is
// invited and which links a channel has is looked at in the platforms' own tests.
inline Lines by_channel(const Lines& lines, const std::map<std::string, std::string>& topics) {
  std::vector<Lines> blocks;
  for (const std::string& line : lines) {
    if (line.starts_with("#") || blocks.empty()) blocks.emplace_back();
    blocks.back().push_back(without_ids(line));
  }
  std::erase_if(blocks, [](const Lines& block) {
    const std::string& line = block.front();
    return line.contains(" bot invites") || line.contains(" bot removes") || line.contains(" bot links");
  });
  std::map<std::string, std::string> now = topics;
  std::erase_if(blocks, [&](const Lines& block) {
    const std::size_t at = block.front().find(" bot topic: ");
    if (at == std::string::npos) return false;
    std::string& topic = now[block.front().substr(0, at)];
    const std::string wanted = block.front().substr(at + 12);
    return std::exchange(topic, wanted) == wanted;
  });
  std::ranges::stable_sort(blocks, {}, [](const Lines& block) { return words_of(block.front()).front(); });
  Lines sorted;
  for (const Lines& block : blocks) sorted.insert(sorted.end(), block.begin(), block.end());
  return sorted;
}

// As the platforms name what the room shows as a picture.
inline std::string emoji_name(const std::string& picture) {
  static const std::map<std::string, std::string> names = {{"📌", "pushpin"}, {"📝", "memo"}, {"✅", "white_check_mark"},
                                                           {"❌", "x"},       {"👍", "+1"},   {"👀", "eyes"}};
  const auto it = names.find(picture);
  return it == names.end() ? picture : it->second;
}

// Where a transcript is played instead of our own room.
class Stage {
 public:
  using Post = std::function<void(std::function<void()>)>;
  virtual ~Stage() = default;
  virtual std::unique_ptr<ChatPlatform> make(ChatLinks& links, const CoreConfig& config) = 0;
  virtual std::vector<std::unique_ptr<ChatPlatform>> make_all(ChatLinks& links, const CoreConfig& config) {
    std::vector<std::unique_ptr<ChatPlatform>> all;
    all.push_back(make(links, config));
    return all;
  }
  virtual std::vector<std::pair<std::string, std::string>> handles(const std::string& person) = 0;  // platform, handle
  virtual void away(const std::string& platform, bool is) = 0;                                      // no network to it
  virtual bool is_away(const std::string& platform) const = 0;
  // What was said while it was away is told by the history alone, and that is not shown yet.
  virtual void show_history(const std::string& platform, bool /*shows*/) {
    throw std::runtime_error(platform + " cannot be slow to show its history");
  }
  // Another process connects with the same token, or goes.
  virtual void shared(const std::string& platform, bool /*is*/) {
    throw std::runtime_error(platform + " cannot be shared with another process");
  }
  virtual void start() = 0;                                               // the platform that was made last
  virtual std::string handle(const std::string& person) = 0;              // gives the person an account
  virtual void open_channels(const std::string& platform, bool now) = 0;  // not now: that they are open is told later
  virtual void play(const Act& act) = 0;
  virtual void say_again() = 0;
  virtual void account(const std::string& name, const std::string& standing) = 0;  // guest, outsider
  virtual bool step() = 0;                                                         // something was due
  virtual void forget() = 0;  // a restart: what the old process had under way is gone
  virtual Lines take_lines() = 0;
  virtual const std::map<std::string, std::string>& topics() const = 0;
  virtual Lines looks(const std::string& channel) const = 0;  // a channel of ours as the platform holds it
  // As the bot tells its platforms: of a platform, a channel of ours.
  std::function<std::optional<std::vector<FiledMessage>>(const std::string&, const std::string&)> filed;
  std::function<std::vector<std::string>(const std::string&)> kept;  // of a channel of ours
  bool shows_people = false;  // of private channels: that they are, and who is let in

 protected:
  std::function<std::optional<std::vector<FiledMessage>>(const std::string&)> filed_on(std::string platform) const {
    return [filed = filed, platform = std::move(platform)](const std::string& channel) {
      return filed ? filed(platform, channel) : std::nullopt;
    };
  }
};

// The stage gave everybody a handle on its platform; a transcript does not know of it.
inline std::string without_handles(std::string line, std::string_view mark) {
  for (std::size_t at; (at = line.find(mark)) != std::string::npos;) {
    const std::size_t end = std::min(line.find_first_of(" ,", at + 2), line.size());
    line.erase(at, end - at - (line[end - 1] == '.' ? 1 : 0));
  }
  return line;
}

inline std::string file_line(const std::string& name, const std::string& content) {
  return "  | 📎 " + name + ", " + std::to_string(split_lines(content).size()) + " lines";
}

class MattermostStage final : public Stage {
 public:
  MattermostStage(VirtualClock& clock, Post post) : clock_(clock), net_(core_, std::move(post)) {
    team_ = core_.add_team("ops");
    bot_ = core_.add_user("muster", true);
    core_.join_team(team_, bot_);
    token_ = core_.add_token(bot_);
  }

  std::unique_ptr<ChatPlatform> make(ChatLinks& links, const CoreConfig& config) override {
    links_ = &links;
    MattermostConfig c;
    c.url = doubles::NoSockets::url;
    c.token = token_;
    c.channels = {"muster", config.alerts_channel};
    if (!config.board_channel.empty()) c.channels.push_back(config.board_channel);
    c.callback_url = "http://bot/in/mattermost/act";
    core_.set_integration([this](const std::string&, const std::string& body) {
      // The answer comes after the commit; nobody waits here, so what it says is shown when it comes.
      platform_->click(body, [this, sent = *parse_json(body)](const HttpResponse& r) {
        if (const auto said = parse_json(r.body))
          core_.told_presser(sent["post_id"].as_string(), sent["user_id"].as_string(), *said);
      });
      return HttpResponse{.status = 200, .content_type = "application/json", .body = "{}", .headers = {}};
    });
    auto made =
        std::make_unique<Mattermost>(c, Mattermost::Outside{net_.http(),
                                                            net_.opener(),
                                                            clock_,
                                                            timers_,
                                                            links.directory("mattermost"),
                                                            [] { return 0.5; },
                                                            config.prefix,
                                                            {},
                                                            config.language,
                                                            [&config](TimeMs sent) { return late_text(config, sent); },
                                                            {},
                                                            filed_on("mattermost")});
    platform_ = made.get();
    return made;
  }
  void start() override { platform_->start(); }
  std::vector<std::pair<std::string, std::string>> handles(const std::string& person) override {
    return {{"mattermost", handle(person)}};
  }
  void away(const std::string&, bool is) override {
    net_.error = is ? "the network is down" : "";
    if (is) core_.cut_all();
    if (is) left_ = clock_.now();
    if (!is && clock_.now() - left_ > 2 * minute_ms) core_.forget_connections();  // a server remembers them for a while
  }
  bool is_away(const std::string&) const override { return !net_.error.empty(); }
  void open_channels(const std::string&, bool now) override {
    if (now) return net_.show();
    net_.withheld = "/api/v4/channels";
  }
  Lines lines_of_bot(const std::string& channel) const {
    Lines lines;
    for (const auto* p : core_.posts_in(links_->directory("mattermost").theirs("channel", channel.substr(1))))
      if (p->user_id == bot_ && p->delete_at == 0) lines.push_back(p->message);
    return lines;
  }
  std::string handle(const std::string& person) override {
    user_id(person);
    return lower_ascii(person);
  }

  void play(const Act& act) override {
    const std::string channel = channel_id(act.channel, act.user), user = user_id(act.user);
    again_ = {};
    if (act.kind == "form") return send_form(act, user);
    if (act.kind == "archived") return core_.archive(channel);
    if (act.kind == "me") return static_cast<void>(said_ = core_.say(user, channel, act.text, "", {}, "me"));
    if (act.kind == "message") {
      const auto* last = core_.post(said_);
      std::string root = !last || !act.in_thread ? "" : last->root_id.empty() ? said_ : last->root_id;
      if (!act.thread_of.empty()) root = root_like(channel, act.thread_of);
      core_.said_before = act.late ? late_by : 0;
      said_ = core_.say(user, channel, act.text, root);
      core_.said_before = 0;
      again_ = [this] { core_.deliver_again(said_); };
      return;
    }
    const std::string post = act.target.empty() ? last_of_bot(channel, act) : meant(channel, act.target);
    if (act.kind == "edit") core_.edit(post, act.text);
    if (act.kind == "delete") core_.remove(post);
    if (act.kind == "reaction" || act.kind == "unreaction")
      core_.react(user, post, emoji_name(act.emoji), act.kind == "reaction");
    if (act.kind == "pin" || act.kind == "unpin") core_.pin(post, act.kind == "pin");
    if (act.kind == "button") press(user, post, act.text);
  }
  void say_again() override {
    if (again_) again_();
  }
  void account(const std::string& name, const std::string& standing) override {
    doubles::MmUser& user = core_.user(user_id(name));
    if (standing == "guest") user.roles = "system_guest";
    if (standing == "outsider") user.remote_id = "another-server";
  }
  bool step() override { return timers_.ring_due(); }  // something was due
  static std::string reactions_of(const doubles::MmPost& p) {
    std::string text;
    for (const auto& [emoji, who] : p.reactions)
      if (!who.empty()) text += " :" + emoji + ": " + std::to_string(who.size());
    return text;
  }
  Lines looks(const std::string& channel) const override {
    const auto* c = core_.channel(links_->directory("mattermost").theirs("channel", channel));
    if (!c) return {};
    Lines lines = {"~" + c->name + " · " + c->display_name, "header: " + c->header, ""};
    for (const auto* p : core_.posts_in(c->id)) {
      if (p->delete_at != 0) continue;
      const std::string who = p->type.starts_with("system_") ? "System" : core_.user(p->user_id).username;
      lines.push_back(format_utc_clock(p->create_at) + " " + (p->root_id.empty() ? "" : "↳ ") + who +
                      (p->edit_at != 0 ? " (edited)" : "") + (p->pinned ? " 📌 pinned" : "") + reactions_of(*p));
      for (const std::string& line : split_lines(p->message)) lines.push_back("  " + line);
      for (const Value& a : p->props["attachments"].as_list())
        for (const Value& action : a["actions"].as_list()) lines.push_back("  [" + action["name"].as_string() + "]");
    }
    return lines;
  }
  void forget() override {  // a restart: what the old process had under way is gone
    timers_.clear();
    core_.cut_all();
    net_.forget();
  }

  Lines take_lines() override {
    Lines lines;
    for (const auto& h : core_.take_happenings()) add(h, lines);
    for (std::string& line : std::exchange(told_, {})) lines.push_back(std::move(line));
    return lines;
  }
  const std::map<std::string, std::string>& topics() const override { return topics_; }
  doubles::MattermostCore& core() { return core_; }

 private:
  // As the person's client and the server do it; the answer comes after the commit.
  void send_form(const Act& act, const std::string& user) {
    const doubles::MmDialog* open = core_.dialog_of(user);
    if (!open) throw std::runtime_error("no form is open before " + act.user);
    platform_->click(to_json(core_.submission(open->id, act.form)), [this, act, id = open->id](const HttpResponse& r) {
      core_.dialog_answered(id, r);
      const auto said = parse_json(r.body);
      FormAnswer answer;
      if (said) answer.refused = (*said)["error"].as_string();
      if (said)
        for (const auto& [field, why] : (*said)["errors"].as_map()) answer.wrong[field] = why.as_string();
      for (std::string& line : form_answer_lines(act.channel, act.user, answer)) told_.push_back(std::move(line));
    });
  }
  static Form form_of(const Value& dialog) {
    Form form{.title = dialog["title"].as_string(), .intro = {}, .send = {}, .command = {}, .fields = {}};
    for (const Value& e : dialog["elements"].as_list()) {
      FormField f{.name = e["name"].as_string(), .label = e["display_name"].as_string()};
      for (const Value& o : e["options"].as_list()) f.choices.push_back(o["value"].as_string());
      f.standard = e["default"].as_string();
      f.required = !e["optional"].as_bool();
      form.fields.push_back(std::move(f));
    }
    return form;
  }

  std::string user_id(const std::string& name) {
    if (const auto* u = core_.user_named(lower_ascii(name))) return u->id;
    const std::string id = core_.add_user(lower_ascii(name));
    core_.join_team(team_, id);
    return id;
  }
  std::string channel_id(const std::string& ours, const std::string& user) {
    const std::string bare = ours.substr(1);
    if (bare == "direct") return direct_id(user_id(user));
    std::string id = links_->directory("mattermost").theirs("channel", bare);
    if (id.empty()) id = core_.add_channel(team_, bare);
    core_.join(id, bot_);
    core_.join(id, user_id(user));
    return id;
  }

  // A conversation between this person and the bot.
  std::string direct_id(const std::string& user) {
    const std::string name = std::min(user, bot_) + "__" + std::max(user, bot_);
    if (const auto* there = core_.channel_named(name)) return there->id;
    const std::string id = core_.add_channel("", name, "D");
    core_.join(id, bot_);
    core_.join(id, user);
    return id;
  }

  std::string said_like(const std::string& channel, const std::string& start) const {
    std::string found;
    for (const auto* p : core_.posts_in(channel))
      if (p->user_id != bot_ && p->delete_at == 0 && p->message.starts_with(start)) found = p->id;
    if (found.empty()) throw std::runtime_error("nobody said: " + start);
    return found;
  }
  // "copy of …": what the bot relayed; else what a person said.
  std::string meant(const std::string& channel, const std::string& target) const {
    return target.starts_with("copy of ") ? holding(channel, target.substr(8)) : said_like(channel, target);
  }
  std::string holding(const std::string& channel, const std::string& part) const {
    std::string found;
    for (const auto* p : core_.posts_in(channel))
      if (p->delete_at == 0 && p->message.contains(part)) found = p->id;
    if (found.empty()) throw std::runtime_error("nothing says: " + part);
    return found;
  }
  std::string root_like(const std::string& channel, const std::string& part) const {
    const std::string found = holding(channel, part);
    const auto* p = core_.post(found);
    return p->root_id.empty() ? found : p->root_id;
  }
  // The post of the bot that was answered last, for a button: the newest that has it.
  std::string last_of_bot(const std::string& channel, const Act& act) const {
    std::string found;
    for (const auto* p : core_.posts_in(channel)) {
      const std::string linked = ours("post", p->id);
      const bool summary = linked.substr(linked.find('/') + 1).starts_with("summary-");
      if (p->user_id == bot_ && p->type.empty() && !summary &&
          (act.kind != "button" || !action_of(*p, act.text).empty()))
        found = p->id;
    }
    if (found.empty()) throw std::runtime_error("the bot has posted nothing to " + act.kind);
    return found;
  }
  std::string action_of(const doubles::MmPost& p, const std::string& command) const {
    for (const Value& a : p.props["attachments"].as_list())
      for (const Value& b : a["actions"].as_list())
        if (core_.integration(p.id, b["id"].as_string())["context"]["command"].as_string() == command)
          return b["id"].as_string();
    return {};
  }
  void press(const std::string& user, const std::string& post, const std::string& command) {
    core_.add_token(user);
    core_.click(user, post, action_of(*core_.post(post), command));
  }

  std::string ours(const std::string& kind, const std::string& theirs) const {
    return links_->directory("mattermost").ours(kind, theirs);
  }
  void add(const doubles::MmHappening& h, Lines& lines) {
    const auto* channel = core_.channel_named(h.channel);
    std::string known = ours("channel", channel->id);
    if (known.starts_with("direct-")) known = "direct";
    const std::string name = "#" + (known.empty() ? h.channel : known);  // nobody told us yet of one that was opened
    // A direct message begins with the channel where it belongs: it is read as said there to one person.
    if (const std::size_t end = h.text.find(": "); h.kind == "post" && !h.to.empty() && h.text.starts_with("~")) {
      const auto* about = core_.channel_named(h.text.substr(1, end - 1));
      return add_text("#" + ours("channel", about->id) + " bot to " + h.to + ": ", h.text.substr(end + 2), true, lines);
    }
    if (h.kind == "form") {
      for (std::string& line : form_lines(name, h.to, form_of(h.props))) lines.push_back(std::move(line));
    } else if (h.kind == "open") {
      topics_[name] = topic_of(h.text);
      lines.push_back(name + " bot opens" + (shows_people && channel->type == "P" ? ", private" : ""));
    } else if (h.kind == "invite" || h.kind == "remove") {
      if (shows_people) lines.push_back(name + (h.kind == "invite" ? " bot lets in " : " bot puts out ") + h.text);
    } else if (h.kind == "header") {
      topics_[name] = topic_of(h.text);
      lines.push_back(name + " bot topic: " + topics_[name]);
    } else if (h.kind == "archive") {
      lines.push_back(name + " bot archive");
    } else {
      const std::string linked = ours("post", h.post_id), id = linked.substr(linked.find('/') + 1);
      if (h.kind != "post" && h.kind != "edit" && h.kind != "ephemeral") {
        lines.push_back(trimmed_right(name + " bot " + h.kind + " " + id));
        return;
      }
      const std::string verb =
          h.kind == "edit" ? " edits " + id : (h.to.empty() ? "" : " to " + h.to) + (h.in_thread ? " in thread" : "");
      add_text(name + " bot" + verb + ": ", h.text, h.kind != "edit" && !id.starts_with("summary-"), lines);
      if (h.kind == "post")
        for (const std::string& file : core_.post(h.post_id)->file_ids)
          lines.push_back(file_line(core_.file(file)->name, core_.file(file)->data));
    }
  }
  static std::string topic_of(const std::string& header) {  // the links stand behind it
    return neutral_text(header.substr(0, header.find(" · [")));
  }
  static void add_text(const std::string& head, const std::string& text, bool whole, Lines& lines) {
    Lines all = split_lines(text);
    if (!all.empty() && all.back().starts_with("↳ ")) all.pop_back();  // the buttons' typed twins
    for (std::size_t i = 0; i < all.size() && (i == 0 || whole); ++i)
      lines.push_back(trimmed_right((i == 0 ? head : "  | ") + without_handles(neutral_line(all[i]), ", mattermost:")));
    if (all.empty()) lines.push_back(trimmed_right(head));
  }

  VirtualClock& clock_;
  doubles::MattermostCore core_{clock_, {.bots_may_ephemeral = true}};
  test::VirtualTimers timers_{clock_};
  TimeMs left_ = 0;  // when its network was lost
  doubles::NoSockets net_;
  ChatLinks* links_ = nullptr;
  Mattermost* platform_ = nullptr;
  std::string team_, bot_, token_, said_;
  std::function<void()> again_;
  Lines told_;  // by forms that stay open
  std::map<std::string, std::string> topics_;
};

}  // namespace muster
