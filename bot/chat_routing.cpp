#include "bot/chat_routing.h"

#include <algorithm>
#include <optional>

#include "bot/core/engine/engine.h"
#include "bot/relay.h"

namespace muster {

namespace {

std::string channel_of(const std::string& destination) {
  const std::size_t hash = destination.find('#');
  return hash == std::string::npos ? std::string() : destination.substr(hash + 1);
}

// What only the way to the platforms is chosen by.
bool is_for_routing(std::string_view key) {
  return key == "only" || key == "asked" || key == "noted" || key == "said_by";
}

Value without_routing(Value body) {
  Value kept = Value::Map{};
  for (const auto& [key, value] : body.as_map())
    if (!is_for_routing(key)) kept.set(key, std::move(body.member(key)));
  return kept;
}

bool listed(const Value& list, const std::string& name) {
  return std::ranges::any_of(list.as_list(), [&](const Value& v) { return v.as_string() == name; });
}

// Of what the bot says: an answer that only shows something goes where it was asked, a private one to the person.
bool goes_to(const OutMessage& m, const std::string& platform, const ChatLinks& links) {
  const std::string &origin = m.body["origin"].as_string(), &person = m.body["private_to"].as_string();
  if (m.body.has("only") && !listed(m.body["only"], platform)) return false;
  const bool bound = m.body["asked"].as_bool() || !person.empty();
  if (bound && !origin.empty()) return origin == platform;
  return person.empty() || links.reaches(platform, person);
}

// A channel of people's own on one platform: what is answered there is no other platform's business.
bool is_peoples(const State& state, const CoreConfig& config, const std::string& channel) {
  if (state.incident_by_channel.contains(channel)) return false;
  const std::vector<std::string> ours = standing_channels(config);
  const auto together = [&](const TogetherRule& r) {
    return std::ranges::find(r.channels, channel) != r.channels.end();
  };
  return std::ranges::find(ours, channel) == ours.end() && std::ranges::none_of(config.together, together);
}

// In our own room, which shows whatever is not private to somebody elsewhere.
bool stays_here(const OutMessage& m, bool human) {
  const std::string& origin = m.body["origin"].as_string();
  if (human) return true;
  if (m.body.has("only") && !listed(m.body["only"], "room")) return false;
  return m.body["private_to"].as_string().empty() || origin.empty() || origin == "room";
}

// Chat platforms show a PNG; the same picture as SVG is for our own pages. One without a PNG goes as a file.
void drop_vector_pictures(Value& body) {
  const auto& all = body["message"]["attachments"].as_list();
  if (std::ranges::none_of(all, [](const Value& a) { return a["type"].as_string() == "image/png"; })) return;
  Value message = body["message"], kept = Value::List{};
  for (const Value& a : message["attachments"].as_list())
    if (a["type"].as_string() != "image/svg+xml") kept.push(a);
  message.set("attachments", std::move(kept));
  body.set("message", std::move(message));
}

OutMessage copy_for(const OutMessage& m, const std::string& platform, const std::string& channel) {
  OutMessage copy = m;
  drop_vector_pictures(copy.body);
  copy.id += "@" + platform;
  copy.destination = platform + ":#" + channel;
  if (copy.kind == "form") {  // good for seconds: it waits for no other message of the channel
    copy.destination = platform + ":";
    copy.body.set("channel", channel);
  }
  return copy;
}

}  // namespace

std::vector<OutMessage> routed(std::vector<OutMessage> out, const std::vector<std::string>& platforms,
                               const ChatLinks& links, const CoreConfig& config, const State& state) {
  std::vector<OutMessage> result;
  for (OutMessage& m : out) {
    const std::string channel = channel_of(m.destination);
    const std::string from = m.destination.substr(0, m.destination.find(':'));
    const std::string direct = links.direct_on(channel);
    const bool human = m.kind == "human_post" || m.kind == "human_change";
    const std::string origin = m.body["origin"].as_string() == "room" ? "" : m.body["origin"].as_string();
    if (from == "room" || human) {
      for (const std::string& p : platforms) {
        if (p == from || (!direct.empty() && direct != p)) continue;
        if (human) {
          const bool one = direct.empty() ? relays(state, config, channel, from, p) : from == "room";
          if (auto copy = one ? relayed(copy_for(m, p, channel), from, config) : std::nullopt)
            result.push_back(std::move(*copy));
        } else if (!origin.empty() && origin != p && is_peoples(state, config, channel)) {
          continue;
        } else if (goes_to(m, p, links) && shown_on(state, config, channel, p)) {
          result.push_back(copy_for(m, p, channel));
        }
      }
      if (!direct.empty() || !stays_here(m, human)) continue;
      if (human) m.destination = "room:#" + channel;
    }
    result.push_back(std::move(m));
  }
  for (OutMessage& m : result)
    if (std::ranges::any_of(m.body.as_map(), [](const auto& member) { return is_for_routing(member.first); }))
      m.body = without_routing(std::move(m.body));
  return result;
}

}  // namespace muster
