// `pin` and `transcript`, and the offer to declare that configured words bring, with the `mute` that ends it.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/capture_parts.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/incident_parts.h"

namespace muster {
namespace {

std::string reactions_text(const CoreConfig& config) {
  std::vector<std::string> names;
  for (const std::string& r : config.capture.reactions) names.push_back("`:" + plain(r) + ":`");
  return join(names, ", ");
}

// Files the message in whose thread it is typed.
Outcome pin(Call& c) {
  const Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const Said& said = c.input.about;
  if (!said.known()) return refuse(c, "pin.where", {{"reactions", reactions_text(c.work.config)}});
  const std::string time = short_time(c, said.at), who = plain(author_of(c.work.config, said).display);
  const std::string text = plain(clip(one_line(said.text), 200));
  const Words words = {{"id", i->id}, {"time", time}, {"who", who}, {"text", text}};
  if (!file_message(c.work, *i, said, c.input.platform, c.actor.id, "pin command"))
    return refuse(c, "pin.already", words);
  return told(c, *i, [&](Call& d) { return answer(d, "pin.done", words); });
}

// Read by the caller, off the loop.
Outcome transcript(Call& c) {
  const Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  Outcome o;
  o.read = ReadWanted{.what = "transcript",
                      .incident = i->id,
                      .args = c.command.args,
                      .named = c.command.named,
                      .language = c.language,
                      .zone = c.zone};
  return o;
}

Outcome mute(Call& c) {
  if (!c.input.about.known()) return refuse(c, "mute.where");
  Entry e = human_entry(c, "thread.muted", nullptr);
  e.text = "no offers to declare in this thread";
  e.source.type = "chat_message";
  e.source.id = post_key(c.input.channel, c.input.thread);
  record(c.work, std::move(e));
  return answer(c, "mute.done");
}

bool letter(char ch) {
  const auto u = static_cast<unsigned char>(ch);
  return u >= 0x80 || (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z');
}

}  // namespace

// A whole word for what is written in letters of ASCII; elsewhere words have endings, and a part of one counts.
bool says(const std::string& text, const std::string& word) {
  const bool whole = std::ranges::all_of(word, [](char ch) { return static_cast<unsigned char>(ch) < 0x80; });
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (!whole || ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end])))) return true;
  }
  return false;
}

void offer_declaration(Work& w, const ChatFact& f) {
  const CaptureRule& rule = w.config.capture;
  if (rule.keywords.empty() || !f.about.known() || f.about.by_bot) return;
  const std::string text = lower_ascii(f.about.text);
  const auto word = std::ranges::find_if(rule.keywords, [&](const auto& k) { return says(text, lower_ascii(k)); });
  if (word == rule.keywords.end()) return;
  const std::string root = f.about.thread.empty() ? f.about.post_id : f.about.thread;
  const std::string key = post_key(f.channel, root);
  const auto last = w.state.offers.find(f.channel);
  if (w.state.muted.contains(key) || (last != w.state.offers.end() && w.now - last->second < rule.offer_every)) return;
  Entry e;
  e.kind = "declare.offered";
  e.text = *word;
  e.source = {
      .system = "chat", .type = "chat_message", .id = key, .channel = f.channel, .permalink = f.about.permalink};
  record(w, std::move(e));
  const std::string language = channel_language(w, f.channel);
  Message m;
  m.text = say(language, "offer.declare", {{"word", plain(*word)}, {"prefix", std::string(1, w.config.prefix)}});
  m.buttons = {{say(language, "button.declare"), "declare", "primary"}, {say(language, "button.mute"), "mute", ""}};
  post(w, f.channel, "offer-" + w.new_id(), m, root);
  w.decision.out.back().body.set("origin", f.platform);
}

const std::map<std::string_view, Handler>& capture_handlers() {
  static const std::map<std::string_view, Handler> table = {{"pin", pin}, {"transcript", transcript}, {"mute", mute}};
  return table;
}

}  // namespace muster
