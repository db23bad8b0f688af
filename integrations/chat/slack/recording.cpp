// What the record needs beside the event: the very message that was marked or is meant, its files, and the statement
// of what was heard. A message is read by its own ts: the history of the channel holds no replies.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/about.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

std::string without_dot(std::string ts) {
  std::erase(ts, '.');
  return ts;
}

const Value* with_ts(const SlackAnswer& a, const std::string& ts) {
  for (const Value& m : a.body["messages"].as_list())
    if (m["ts"].as_string() == ts) return &m;
  return nullptr;
}

// "https://acme.slack.com/archives/C1/p1700000000000100" -> C1, 1700000000.000100
std::pair<std::string, std::string> place_of(const std::string& link, const std::string& site) {
  const auto parts = split(link.substr(std::min(link.size(), site.size())), '/');
  if (parts.size() < 2 || parts[1].size() < 8 || parts[1][0] != 'p') return {};
  std::string digits = parts[1].substr(1, parts[1].find('?') - 1);
  const bool good = digits.size() > 6 && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!good) return {};
  return {parts[0], digits.insert(digits.size() - 6, ".")};
}

// Why there is no address: deleted, beyond what the workspace's plan keeps, or another organisation's (vendor's page
// "File object": mode, file_access).
constexpr std::string_view without_address[][2] = {
    {"tombstone", "deleted"}, {"hidden_by_limit", "hidden"}, {"file_access", "elsewhere"}};

constexpr std::string_view to_be_asked = "ask:", not_there = "none:";

// Where it is kept; of a file without an address the reason, which file_call() tells. Of a file in a channel shared
// with another organisation an event says only that one has to ask (the same page, "Slack Connect files").
std::string address_of(const Value& file) {
  if (file["file_access"].as_string() == "check_file_info") return std::string(to_be_asked) + file["id"].as_string();
  const std::string& mode = file["mode"].as_string();
  for (const auto& [kind, why] : without_address)
    if (mode == kind) return std::string(not_there) + std::string(why);
  const std::string& download = file["url_private_download"].as_string();
  return download.empty() ? file["url_private"].as_string() : download;
}

// The name of a file stands in its address as it was given: what no address may hold is percent-encoded.
std::string fetchable(const std::string& address) {
  static constexpr std::string_view never = "\"<>\\^`{|}";
  std::string url;
  for (const char c : address) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || never.contains(c))
      url += '%' + to_hex(std::string(1, c));
    else
      url += c;
  }
  return url;
}

// What `files.info` refuses: a reason, and after a colon what Slack called it.
std::string why_untold(const SlackAnswer& a) {
  if (a.error == "file_deleted") return "deleted";
  if (a.error == "file_not_found" || a.error == "access_denied") return "not_shown:" + a.error;
  return "untold:" + a.error + (a.needed.empty() ? "" : ": " + a.needed);
}

CoverageNote note_of(const std::string& why) {
  const std::size_t end = why.find(':');
  if (end == std::string::npos) return {why};
  return {why.substr(0, end), {{"error", why.substr(end + 1)}}};
}

std::string host_of(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return {};
  const std::string_view rest = url.substr(start + 3);
  return lower_ascii(rest.substr(0, rest.find_first_of("/?#")));
}

}  // namespace

// A reaction or a pin is about its message; a line for us may be about the one whose thread it stands in.
void Slack::find_about(Inbound& in) const {
  const ChatEvent& e = in.event.event;
  in.about_channel = e.channel;
  const bool files = e.kind == "reaction" && out_.files(e.emoji);
  if (files || e.kind == "pin" || in.event.shortcut) {
    in.about_ts = e.post_id;
    return;
  }
  if (e.kind != "message" && e.kind != "button" && e.kind != "slash") return;
  const bool direct = e.kind != "message" || in.event.direct;
  if (!speaks_of_its_thread(readable(e.text), out_.bot_handle, out_.prefix, direct)) return;
  const std::string archives = site_url_.empty() ? "" : site_url_ + "archives/";
  if (const std::string link = address_in(e.text, archives); !link.empty())
    std::tie(in.about_channel, in.about_ts) = place_of(link, archives);
  else
    in.about_ts = e.thread;
}

// False: a look-up is under way and pump() goes on after it.
bool Slack::known_about(Inbound& in) {
  if (in.asked) return known_user(in.about["user"].as_string());
  find_about(in);
  if (in.about_ts.empty()) return true;
  if (!known_channel(in.about_channel)) return false;
  in.asked = true;
  // Whoever names a message of another channel may not be a member there: only what everybody may read is given away.
  const Channel& place = channels_.at(in.about_channel);
  if (place.closed && in.event.shortcut) {
    in.about = in.event.chosen;
    return known_user(in.about["user"].as_string());
  }
  if (in.about_channel != in.event.event.channel && !place.open) return true;
  inbound_.looking = true;
  fetch_message("conversations.replies", in.about_channel, in.about_ts, [this](const Value& message) {
    inbound_.waiting.front().about = message;
    inbound_.looking = false;
    pump();
  });
  return false;
}

void Slack::fetch_message(const std::string& method, const std::string& channel, const std::string& ts,
                          const std::function<void(const Value&)>& then) {
  Value arguments = Value::Map{{"channel", channel}, {"oldest", ts}, {"latest", ts}, {"inclusive", true}, {"limit", 5}};
  const bool replies = method == "conversations.replies";
  if (replies) arguments.set("ts", ts);
  look_up(method, arguments, [this, replies, channel, ts, then](const SlackAnswer& a) {
    if (const Value* found = with_ts(a, ts)) return then(*found);
    if (replies) return fetch_message("conversations.history", channel, ts, then);
    log(LogLevel::warn, "a Slack message that is to be recorded cannot be read",
        {{"channel", channel}, {"why", a.error.empty() ? "it is not there" : a.error}});
    then(Value());
  });
}

std::string Slack::permalink(const std::string& channel, const std::string& ts, const std::string& thread) const {
  if (site_url_.empty()) return {};
  const std::string link = site_url_ + "archives/" + channel + "/p" + without_dot(ts);
  return thread.empty() ? link : link + "?thread_ts=" + thread + "&cid=" + channel;
}

std::vector<SaidFile> Slack::files_of(const Value& files) {
  std::vector<SaidFile> list;
  for (const Value& f : files.as_list()) {
    const std::string& name = f["name"].as_string().empty() ? f["id"].as_string() : f["name"].as_string();
    list.push_back({f["id"].as_string(), name, f["mimetype"].as_string(), f["size"].as_int(), {}, address_of(f)});
  }
  return list;
}

Said Slack::said_of(const std::string& channel, const Value& m) {
  Said s;
  if (!m.is_map()) return s;
  const std::string user = m["user"].as_string(), thread = m["thread_ts"].as_string();
  s.post_id = m["ts"].as_string();
  s.channel = channel_name(channel);
  s.thread = thread == s.post_id ? std::string() : thread;
  s.by_bot = user == self_.user_id || m["bot_id"].as_string() == self_.bot_id;
  s.author = s.by_bot ? "muster" : user.empty() ? m["username"].as_string() : person(user);
  s.text = readable(m["text"].as_string());
  s.permalink = permalink(channel, s.post_id, s.thread);
  s.at = slack_time(s.post_id);
  s.files = files_of(m["files"]);
  return s;
}

// Adds to an event what the record wants to know of the message it is about.
void Slack::fill_about(ChatEvent& e, const Inbound& in) {
  const ChatEvent& told = in.event.event;
  if (!told.post_id.empty()) e.permalink = permalink(told.channel, told.post_id, told.thread);
  if (e.kind == "message" || e.kind == "heard") e.noted = files_of(in.event.files);
  if (in.about.is_map()) {
    e.about = said_of(in.about_channel, in.about);
    if (!in.asked_from.empty()) e.about.permalink = permalink(in.asked_from, e.about.post_id, e.about.thread);
  } else if (e.kind == "edit" || e.kind == "delete") {
    e.about.post_id = told.post_id;
    e.about.thread = told.thread;
    e.about.author = person(in.event.author);
    e.about.at = slack_time(told.post_id);
    e.about.permalink = e.permalink;
    e.about.files = files_of(in.event.files);
    if (e.kind == "delete") e.user.clear();  // Slack does not say who did it
  }
  if (e.kind == "message" || e.kind == "heard" || e.kind == "edit" || e.kind == "delete") return;
  // What was done to a post of ours is done to it by our name for it.
  const std::string ours = out_.directory.ours("post", told.post_id);
  const std::string here = channel_name(told.channel) + "/";
  if (ours.starts_with(here)) e.post_id = ours.substr(here.size());
}

// The copies of what was filed: with the token, and the token only to Slack.

bool Slack::is_slacks(const std::string& url) const {
  const std::string host = host_of(url), own = host_of(config_.api_url);
  const bool at_home = !own.empty() && host == own;
  return at_home || (url.starts_with("https://") && (host == "slack.com" || host.ends_with(".slack.com")));
}

void Slack::know_file(const Value& file, const std::function<void(const Value&)>& known) {
  const std::string& url = file["url"].as_string();
  if (!url.starts_with(to_be_asked)) return known(file);
  const auto told = [file, known](const SlackAnswer& a) {
    Value full = file;
    if (a.fate != Fate::ok) {
      full.set("url", std::string(not_there) + why_untold(a));
    } else {
      const SaidFile f = files_of(Value::List{a.body["file"]}).front();
      full.set("name", f.name);
      full.set("mime", f.type);
      full.set("bytes", f.size);
      const bool again = f.url.empty() || f.url.starts_with(to_be_asked);
      full.set("url", again ? std::string(not_there) + "no_address" : f.url);
    }
    known(full);
  };
  look_up("files.info", Value::Map{{"file", url.substr(to_be_asked.size())}}, told, false);
}

std::expected<HttpCall, CoverageNote> Slack::file_call(const Value& file) const {
  HttpCall call;
  call.url = file["url"].as_string();
  if (call.url.starts_with(not_there)) return std::unexpected(note_of(call.url.substr(not_there.size())));
  if (!is_slacks(call.url)) return std::unexpected(CoverageNote{"outside"});
  call.url = fetchable(call.url);
  call.headers["Authorization"] = "Bearer " + config_.bot_token;
  call.ca_file = config_.ca_file;
  call.proxy = config_.proxy;
  return call;
}

// Without the right to read files Slack answers with its login page, and with 200.
CoverageNote Slack::not_the_file(const HttpResult& answer, const SaidFile& file) {
  const auto type = answer.headers.find("content-type");
  const bool page = type != answer.headers.end() && type->second.starts_with("text/html");
  return page && !file.type.starts_with("text/html") ? CoverageNote{"login_page"} : CoverageNote();
}

void Slack::gap_began() {
  gap_.began();
  marks_.gap();
  all_unread_ = true;
}

void Slack::state_coverage(const std::string& channel_id, std::vector<CoverageNote> beside) {
  const TimeMs from = rejoined_.erase(channel_id) > 0 ? slack_time(gap_cursor_) : gap_.start();
  const int found = std::exchange(found_, 0);
  if (from == 0 || out_.directory.ours("channel", channel_id).empty()) return;
  Inbound in;
  ChatEvent& e = in.event.event;
  e.kind = "coverage";
  e.channel = channel_id;
  e.id = "coverage:" + channel_id + ":" + std::to_string(out_.clock.now());
  e.at = out_.clock.now();
  e.from_ms = from;
  e.found = found;
  e.complete = blind_.empty();
  e.notes = blind_;
  if (e.complete) e.notes.push_back({"other_deletions"});
  std::ranges::move(beside, std::back_inserter(e.notes));
  enqueue(std::move(in), nullptr);
}

}  // namespace muster
