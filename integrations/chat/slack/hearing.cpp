// What people do: envelopes and history become chat events, in order, each once, acknowledged after the commit.
#include <algorithm>
#include <utility>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/commands/grammar.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

constexpr DurationMs again_after_ms = 5 * second_ms;  // before what could not be stored is read again

}  // namespace

std::string slack_readable(std::string_view text, const std::function<std::string(const std::string&)>& user) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = std::min(text.find_first_of("<&", i), text.size());
    out.append(text, i, plain - i);
    if ((i = plain) == text.size()) break;
    const std::size_t close = text[i] == '<' ? text.find('>', i) : std::string_view::npos;
    if (close != std::string_view::npos) {
      const std::string_view inside = text.substr(i + 1, close - i - 1);
      const std::size_t bar = inside.find('|');
      const std::string_view target = inside.substr(0, bar);
      const std::string_view label = bar == std::string_view::npos ? std::string_view() : inside.substr(bar + 1);
      if (target.starts_with('@')) {
        const std::string name = user(std::string(target.substr(1)));
        out += "@" + (name.empty() ? std::string(label.empty() ? target.substr(1) : label) : name);
      } else if (target.starts_with('#')) {
        out += "#" + std::string(label.empty() ? target.substr(1) : label);
      } else if (target.starts_with("!subteam^")) {
        out += label.empty() ? "@" + std::string(target.substr(9)) : std::string(label);
      } else if (target.starts_with('!')) {
        out += target.find('^') != std::string_view::npos ? std::string(label) : "@" + std::string(target.substr(1));
      } else {
        // A bare host name comes as a link whose label is what was typed; any other label hides the address.
        const bool same = target.ends_with(label) && !label.empty();
        if (label.empty() || same) out += same ? label : target;
        if (!label.empty() && !same) out += std::string(label) + " (" + std::string(target) + ")";
      }
      i = close + 1;
      continue;
    }
    static constexpr std::pair<std::string_view, char> entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}};
    const auto* const entity =
        std::ranges::find_if(entities, [&](const auto& e) { return text.substr(i).starts_with(e.first); });
    if (entity != std::end(entities)) {
      out += entity->second;
      i += entity->first.size();
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string Slack::readable(const std::string& text) const {
  return slack_readable(text, [this](const std::string& id) -> std::string {
    if (id == self_.user_id) return out_.bot_handle;
    const std::string who = out_.directory.person("", id);
    if (!who.empty()) return who;
    const auto it = users_.find(id);
    return it == users_.end() ? std::string() : it->second.name;
  });
}

void Slack::envelope(const Acknowledgement& from, const SlackFrame& f) {
  if (const auto told = slack_notice(f.payload)) notice(*told);
  auto event = slack_event(f.type, f.payload, self_);
  if (!event || !listener_) return acknowledge(from);
  if (event->event.kind == "form") count_submission(event->event);
  const ChatEvent& e = event->event;
  if (e.kind == "archived" && out_.directory.ours("channel", e.channel).empty()) return acknowledge(from);
  if (e.kind == "archived") found_archived_.insert(e.channel);
  if (e.kind == "gone" && !was_kept_current(e.post_id)) return acknowledge(from);
  if (e.kind == "join" && e.user == self_.user_id) {
    channels_.erase(e.channel);
    catch_up_one(e.channel);
  }
  event->event.can_open_form = keep_trigger(*event);
  enqueue({std::move(*event), false}, &from);
}

// It was archived while nobody told us: what is refused there says so, once.
void Slack::found_archived(const std::string& channel_id) {
  if (!found_archived_.insert(channel_id).second) return;
  Inbound in;
  in.event.event.kind = "archived";
  in.event.event.id = "archived:" + channel_id + ":" + std::to_string(out_.clock.now());
  in.event.event.channel = channel_id;
  in.event.event.at = out_.clock.now();
  enqueue(std::move(in), nullptr);
}

// Of our own posts that somebody deleted only those are news that are to be there.
bool Slack::was_kept_current(const std::string& ts) const {
  const std::string ours = out_.directory.ours("post", ts);
  return is_kept_current(std::string_view(ours).substr(ours.find('/') + 1));
}

void Slack::notice(const SlackNotice& n) {
  using Kind = SlackNotice::Kind;
  switch (n.kind) {
    case Kind::revoked:
      return doubt_token();  // of a person's token, which we do not have, it is said as well
    case Kind::rate_limited:
      return log(LogLevel::warn, "Slack holds events back: more than 30,000 in an hour", {});
    case Kind::channel_renamed:
      if (const auto it = channels_.find(n.channel); it != channels_.end()) it->second.name = n.name;
      return;
    case Kind::channel_id_changed:
      if (const std::string ours = out_.directory.ours("channel", n.channel); !ours.empty()) {
        out_.directory.link("channel", ours, n.name);
      }
      return;
    case Kind::groups_changed:
      if (out_.groups_changed) out_.groups_changed();
      return;
  }
}

// Only on the connection that delivered. If that is gone Slack delivers again, and the key is known. At once, also when
// nothing was stored: a server that holds small writes back until the last one is confirmed (Nagle) would wait 40 ms
// for the kernel's own confirmation, with the next event in hand.
void Slack::acknowledge(const Acknowledgement& to, const std::string& answer) {
  if (to.reply) return to.reply(answer);
  const auto slot = static_cast<std::size_t>(to.slot);
  if (socket_ids_[slot] != to.socket || !sockets_[slot]) return;
  static_cast<void>(sockets_[slot]->send(slack_acknowledgement(to.envelope_id, answer)));
}

void Slack::enqueue(Inbound in, const Acknowledgement* from) {
  const std::string id = in.event.event.id;
  if (stored_.contains(id)) {
    if (from) acknowledge(*from);
    return;
  }
  const auto waiting = waiting_.find(id);
  if (waiting != waiting_.end()) {
    if (from) waiting->second.push_back(*from);
    return;
  }
  if (inbound_.waiting.size() >= inbound_max) return not_stored(id);
  auto& list = waiting_[id];
  if (from) list.push_back(*from);
  if (in.caught_up) ++unsettled_;
  if (const auto gap = unread_.find(in.event.event.channel); in.caught_up && gap != unread_.end()) ++gap->second;
  inbound_.waiting.push_back(std::move(in));
  pump();
}

void Slack::pump() {
  inbound_.pump([this](Inbound& in) { return known(in); }, [this](const Inbound& in) { hand_over(in); });
}

// False: a look-up is under way and pump() goes on after it.
bool Slack::known(Inbound& in) {
  const ChatEvent& e = in.event.event;
  return known_user(e.user) && known_user(in.event.author) && known_channel(e.channel) && known_about(in) &&
         can_be_answered(in);
}

// A slash command and the menu of a message work everywhere, also where we are not: between two people, in a private
// channel of others. Nothing can be posted there, so whoever asked is answered directly.
bool Slack::can_be_answered(Inbound& in) {
  const ChatEvent& e = in.event.event;
  if (!channels_.at(e.channel).closed || (e.kind != "slash" && !in.event.shortcut)) return true;
  inbound_.looking = true;
  look_up("conversations.open", Value::Map{{"users", e.user}}, [this](const SlackAnswer& a) {
    inbound_.looking = false;
    const std::string id = a.body["channel"]["id"].as_string();
    if (a.fate == Fate::ok && !id.empty())
      answer_directly(id);
    else
      channels_[inbound_.waiting.front().event.event.channel].closed = false;  // as it is: refused, and told so
    pump();
  });
  return false;
}

void Slack::answer_directly(const std::string& channel_id) {
  Inbound& in = inbound_.waiting.front();
  ChatEvent& e = in.event.event;
  channels_.try_emplace(channel_id, Channel{{}, {}, true, false});
  if (const auto it = triggers_.find(e.id); it != triggers_.end()) it->second.channel = channel_id;
  in.asked_from = std::exchange(e.channel, channel_id);
  in.about_channel = channel_id;
  e.post_id.clear();
  e.thread.clear();
}

bool Slack::known_channel(const std::string& id) {
  if (channels_.contains(id)) return true;
  inbound_.looking = true;
  look_up_patiently("conversations.info", Value::Map{{"channel", id}}, [this, id](const SlackAnswer& a) {
    const Value& c = a.body["channel"];
    const bool open = a.fate == Fate::ok && !c["is_private"].as_bool(true) && !c["is_im"].as_bool();
    channels_[id] = {c["name"].as_string(), c["topic"]["value"].as_string(), c["is_im"].as_bool(), open,
                     a.error == "channel_not_found"};
    inbound_.looking = false;
    pump();
  });
  return false;
}

// A reading call outside of all lanes; what is unclear is asked again.
void Slack::look_up(const std::string& method, const Value& arguments, Then found, bool urgent) {
  ask(method, arguments, std::move(found), urgent, false);
}

// Of an event that waits: while the token is refused nothing is known, and what is not known must not be remembered as
// an answer. Nothing is acknowledged meanwhile.
void Slack::look_up_patiently(const std::string& method, const Value& arguments, Then found) {
  ask(method, arguments, std::move(found), true, true);
}

void Slack::ask(const std::string& method, const Value& arguments, Then found, bool urgent, bool patient) {
  queue_.add({.lane = {}, .buckets = {"method:" + method}, .urgent = urgent, .barrier = false},
             [this, method, arguments, patient, found = std::move(found)](Job job) {
               HttpCall c = method_call(method, arguments, config_.bot_token);
               queue_.call(job, std::move(c), [this, job, patient, found](const Result<HttpResult>& result) {
                 SlackAnswer a;
                 if (result) a = read_slack_answer(result->status, result->body, result->headers);
                 if (a.fate == Fate::token && patient) doubt_token();
                 if (a.fate == Fate::unclear || a.fate == Fate::later || (a.fate == Fate::token && patient))
                   return queue_.run_again(job);
                 queue_.finish(job);
                 found(a);
               });
             });
}

// By the member id alone: a display name is anybody's to take.
std::string Slack::person(const std::string& user_id) const {
  const std::string known = out_.directory.person("", user_id);
  if (!known.empty()) return known;
  const auto it = users_.find(user_id);
  return config_.name + ":" + (it == users_.end() ? user_id : it->second.name);
}

// A line for us is done when it is heard, also while lines before it are still being read: it must be acknowledged
// within seconds, and whoever typed it waits. What is then found to have been typed before it must not be done after
// it; nor after one of the same gap that could not wait for it.
bool Slack::is_overtaken(const Inbound& in, const ChatEvent& said) {
  const std::string &channel = in.event.event.channel, &ts = in.event.event.post_id;
  if (said.kind != "message") return false;
  const auto ahead = lines_ahead_.find(channel);
  if (ahead != lines_ahead_.end() && ReadMarks::is_later(ahead->second, ts)) return true;
  const bool direct = said.direct || said.channel == "#muster";
  if (is_unread(channel) && address(said.text, "muster", out_.prefix, direct).to_us) lines_ahead_[channel] = ts;
  return false;
}

void Slack::hand_over(const Inbound& in) {
  const ChatEvent& told = in.event.event;
  const auto user = users_.find(told.user);
  const bool found = told.kind == "archived" && told.user.empty();
  const bool ours = told.kind == "coverage" || told.kind == "gone" || found || in.of_record;
  const bool speaks =
      ours || (!in.event.from_bot && !told.user.empty() && user != users_.end() && !user->second.is_bot);
  const std::string id = told.id, channel = told.channel, ts = told.post_id;
  if (!speaks || !listener_) {
    stored(id, channel, told.kind == "message" ? ts : std::string());
    return settled(channel, in.caught_up);
  }
  ChatEvent e = told;
  e.platform = config_.name;
  e.channel = "#" + channel_name(channel);
  if (!ours) e.user = person(told.user);
  if (!ours) e.account = told.user;
  if (!ours) e.standing = in.event.outsider ? "outsider" : user->second.standing;
  if (!ours && !user->second.email.empty()) {
    const std::string known = e.user.starts_with(config_.name + ":") ? std::string() : e.user;
    e.email_person = out_.directory.person_of_email(known, user->second.email);
  }
  e.text = readable(told.text);
  e.direct = channels_.at(channel).direct;
  if (e.kind == "slash") e.kind = "button";  // a line for us, without a post of its own
  e.overtaken = is_overtaken(in, e);
  e.is_read_later = in.caught_up || (told.kind == "message" && ReadMarks::is_later(marks_.newest(channel), ts));
  if (e.at == 0) e.at = out_.clock.now();
  if (in.of_record) e = recalled(std::move(e), in);
  if (!ours || told.kind == "gone") fill_about(e, in);
  const std::string seen = told.kind == "message" || told.kind == "heard" ? ts : std::string();
  // Only what a form brought is looked at again.
  const auto form = told.answer ? std::make_shared<const Inbound>(in) : nullptr;
  listener_(std::move(e), [this, id, channel, seen, form, read = in.caught_up](const Result<void>& result) {
    if (const auto answer = form ? form->event.event.answer : nullptr; result && answer && !answer->taken())
      return answered(id, form_answered(id, *form, *answer));
    result ? stored(id, channel, seen) : not_stored(id);
    settled(channel, read);
  });
}

// Not written and not acknowledged. Slack brings again what it delivered itself, but not for long, and never what was
// read: the history is read again, and until then no mark moves over what is missing.
void Slack::not_stored(const std::string& id) {
  waiting_.erase(id);
  marks_.gap();
  all_unread_ = true;
  if (again_timer_ != 0) return;
  again_timer_ = out_.timers.after(again_after_ms, [this] {
    again_timer_ = 0;
    catch_up({});
  });
}

void Slack::settled(const std::string& channel_id, bool caught_up) {
  if (!caught_up) return;
  one_less_unread(channel_id);
  if (--unsettled_ == 0) covered();
}

void Slack::stored(const std::string& id, const std::string& channel_id, const std::string& ts) {
  if (!ts.empty()) marks_.heard(channel_id, ts);
  if (stored_.insert(id).second) stored_order_.push_back(id);
  if (stored_order_.size() > stored_max) {
    stored_.erase(stored_order_.front());
    stored_order_.pop_front();
  }
  const auto node = waiting_.extract(id);
  if (node.empty()) return;
  for (const Acknowledgement& to : node.mapped()) acknowledge(to);
}

// A form that was refused: it stays open and says why.
void Slack::answered(const std::string& id, const std::string& answer) {
  const auto node = waiting_.extract(id);
  if (node.empty()) return;
  for (const Acknowledgement& to : node.mapped()) acknowledge(to, answer);
}

// How far each channel was read.

void Slack::save_marks() {
  gap_.tick(connected() && !catching_up_);
  marks_saved_ms_ = out_.clock.now();
  marks_.save();
}

}  // namespace muster
