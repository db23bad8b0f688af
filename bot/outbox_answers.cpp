#include "bot/outbox_answers.h"

#include "bot/base/text.h"
#include "bot/config_answers.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

constexpr std::size_t letters_max = 20;

// Where the message was going may hold a token; what it says does not belong into a list.
Value described(const DeadLetter& d) {
  return Value::Map{{"id", d.message.id},
                    {"destination", d.message.destination},
                    {"kind", d.message.kind},
                    {"attempts", d.attempts},
                    {"error", d.last_error}};
}

}  // namespace

Outcome outbox_list(const std::vector<DeadLetter>& dead, const std::string& language) {
  Outcome o;
  Value list = Value::List{};
  std::string lines;
  for (const DeadLetter& d : dead) {
    list.push(described(d));
    if (list.as_list().size() > letters_max) continue;
    lines += "`" + plain(d.message.id) + "` " + plain(d.message.kind) + " → " +
             plain(clip(one_line(d.message.destination), 80)) + " · " + plain(clip(one_line(d.last_error), 160)) + "\n";
  }
  o.reply.text =
      dead.empty() ? say(language, "outbox.empty") : say(language, "outbox.head", {{"n", std::to_string(dead.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  if (dead.size() > letters_max)
    o.reply.sections.push_back({say(language, "config.more", {{"n", std::to_string(dead.size() - letters_max)}}), {}});
  o.json = list;
  return o;
}

std::vector<OutMessage> chosen(const std::vector<DeadLetter>& dead, const std::string& id) {
  std::vector<OutMessage> again;
  for (const DeadLetter& d : dead) {
    if (id == "all" || d.message.id == id) again.push_back(d.message);
  }
  return again;
}

Entry outbox_entry(const std::vector<OutMessage>& again, const Actor& who) {
  Entry e;
  e.kind = "outbox.resent";
  e.actor = who;
  e.origin = who.type == "user" ? "human" : "auto";
  e.text = std::to_string(again.size()) + " messages";
  Value ids = Value::List{};
  for (const OutMessage& m : again) ids.push(m.id);
  e.data = Value::Map{{"ids", ids}};
  return e;
}

Resent resend_letters(Store& store, const std::vector<OutMessage>& again) {
  Resent resent;
  Result<void> gone;
  for (const OutMessage& m : again) {
    auto marked = store.resend_dead_letter(m.id);
    if (marked)
      resent.waiting.push_back(m);
    else
      (marked.error().kind == ErrorKind::not_found ? gone : resent.stored) = std::move(marked);
  }
  if (resent.waiting.empty() && resent.stored) resent.stored = std::move(gone);
  return resent;
}

Outcome outbox_none(const std::string& id, const std::string& language) {
  Outcome o;
  o.ok = id == "all";
  o.reply.text = o.ok ? say(language, "outbox.empty") : say(language, "outbox.unknown", {{"id", plain(clip(id, 80))}});
  return o;
}

Outcome outbox_resent(const std::vector<OutMessage>& again, const Result<void>& stored, const std::string& language) {
  if (!stored) return not_reloaded(language, stored.error().message);
  Outcome o;
  o.reply.text = say(language, "outbox.resent", {{"n", std::to_string(again.size())}});
  o.json = Value::Map{{"resent", static_cast<std::int64_t>(again.size())}};
  return o;
}

}  // namespace muster
