#include "bot/chat_links.h"

#include "bot/base/log.h"
#include "bot/base/text.h"

namespace muster {

class ChatLinks::Directory final : public ChatDirectory {
 public:
  Directory(ChatLinks& all, std::string platform)
      : store_(all.store_),
        config_(all.config_),
        keeper_(*all.keeper_),
        joined_(*all.joined_),
        private_(*all.private_),
        addresses_(*all.addresses_),
        platform_(std::move(platform)) {}

  std::string theirs(const std::string& kind, const std::string& ours) const override {
    const auto it = theirs_.find({kind, ours});
    return it == theirs_.end() ? std::string() : it->second;
  }
  std::string ours(const std::string& kind, const std::string& theirs) const override {
    const auto it = ours_.find({kind, theirs});
    return it == ours_.end() ? std::string() : it->second;
  }
  void link(const std::string& kind, const std::string& ours, const std::string& theirs) override {
    const std::string before = this->theirs(kind, ours);
    if (before == theirs) return;
    learn(kind, ours, theirs);
    // Where reading a channel began must not be lost: without it nobody would look for what was missed there.
    const bool may_wait = kind == "post" || ((kind == "cursor" || kind == "alive") && !before.empty());
    if (keeper_ && may_wait) return keeper_({platform_, kind, ours, theirs});
    Commit c;
    c.links.push_back({platform_, kind, ours, theirs});
    store_.commit(std::move(c), [kind](const Result<Committed>& r) {
      if (!r) log(LogLevel::error, "a chat link could not be stored", {{"kind", kind}, {"error", r.error().message}});
    });
  }
  void learn(const std::string& kind, const std::string& ours, const std::string& theirs) {
    const std::string old = this->theirs(kind, ours);
    if (!old.empty()) ours_.erase({kind, old});
    theirs_[{kind, ours}] = theirs;
    if (kind == "channel" || kind == "post") ours_[{kind, theirs}] = ours;
  }

  // Only a handle that the configuration names for this platform counts: a name there is anybody's to take.
  std::string person(const std::string& user_name, const std::string& user_id) const override {
    for (const Person& p : config_().people) {
      for (const Handle& h : p.handles) {
        if (h.platform == platform_ && (h.name == user_id || lower_ascii(h.name) == lower_ascii(user_name)))
          return p.id;
      }
    }
    return {};
  }
  std::string handle(const std::string& person) const override {
    // Somebody the configuration does not know is answered by the name he came with.
    if (person.starts_with(platform_ + ":")) return person.substr(platform_.size() + 1);
    for (const Person& p : config_().people) {
      if (p.id != person) continue;
      for (const Handle& h : p.handles) {
        if (h.platform == platform_) return h.name;
      }
    }
    return joined_ ? joined_(platform_, person) : std::string();
  }
  bool is_private(const std::string& ours) const override { return private_ && private_(ours); }
  std::string person_of_email(const std::string& person, const std::string& email) override {
    const std::string address = lower_ascii(trim(email));
    if (address.empty() || !address.contains('@')) return {};
    const auto known = addresses_.find(address);
    std::set<std::string> whose = known == addresses_.end() ? std::set<std::string>() : known->second;
    for (const Person& p : config_().people)
      if (lower_ascii(p.email) == address) whose.insert(p.id);
    if (!person.empty()) {
      if (addresses_.size() < addresses_max) addresses_[address].insert(person);
      return {};
    }
    return whose.size() == 1 ? *whose.begin() : std::string();
  }

 private:
  static constexpr std::size_t addresses_max = 20'000;

  using Key = std::pair<std::string, std::string>;
  Store& store_;
  const Config& config_;
  const std::function<void(ChatLink)>& keeper_;
  const Joined& joined_;
  const IsPrivate& private_;
  std::map<std::string, std::set<std::string>>& addresses_;
  std::string platform_;
  std::map<Key, std::string> theirs_, ours_;
};

Result<void> ChatLinks::load() {
  const auto links = store_.chat_links();
  if (!links) return std::unexpected(links.error());
  for (const ChatLink& l : *links) {
    static_cast<Directory&>(directory(l.platform)).learn(l.kind, l.ours, l.theirs);
  }
  return {};
}

ChatDirectory& ChatLinks::directory(const std::string& platform) {
  auto& made = directories_[platform];
  if (!made) made = std::make_unique<Directory>(*this, platform);
  return *made;
}

// An account that was joined with a code or by its address was a full member's.
std::string ChatLinks::standing(const Person& person) const {
  std::string last;
  for (const auto& [platform, directory] : directories_)
    if (*joined_ && !(*joined_)(platform, person.id).empty()) return {};
  for (const Handle& h : person.handles) {
    const auto it = directories_.find(h.platform);
    const std::string told = it == directories_.end() ? std::string() : it->second->theirs("standing", person.id);
    if (told.empty()) return {};
    last = told;
  }
  return last;
}

bool ChatLinks::reaches(const std::string& platform, const std::string& person) const {
  const auto it = directories_.find(platform);
  return it != directories_.end() && !it->second->handle(person).empty();
}

std::string ChatLinks::direct_on(const std::string& channel) const {
  if (!channel.starts_with("direct-")) return {};
  for (const auto& [platform, directory] : directories_) {
    if (!directory->theirs("channel", channel).empty()) return platform;
  }
  return {};
}

}  // namespace muster
