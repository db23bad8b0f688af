// The record of what people say in an incident's channel: its transcript, the messages that somebody filed, and what
// became of them afterwards. Decisions as in engine.h.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/core/chat/said.h"
#include "bot/core/journal/entry.h"

namespace muster {

struct State;
struct Work;
struct CoreConfig;
struct Incident;

// Where a mark was set, and by which account there: only that platform can tell whether it still stands.
struct FiledMark {
  std::string platform, account;
};

// A message that people filed. It stands while one of its marks stands; marks come and go, the entry is made once.
struct Filed {
  std::string incident;
  std::string note;                        // the entry in the timeline
  std::string withdrawn;                   // the retraction; empty: it stands
  std::string author;                      // person id
  std::string platform;                    // where it was said
  std::map<std::string, FiledMark> marks;  // by "reaction/ana/pushpin", "pin", "command/ana"
  bool deleted = false;                    // in chat: its marks no longer count
  std::vector<std::string> later;          // entries with the text of its edits
  std::vector<std::string> files;          // copies of its attachments
};

// "inc-7-checkout/1700000000.000100": one name for a message, on whatever platform it is seen.
std::string post_key(const std::string& channel, const std::string& post_id);
// False: the entry is none of the record's.
bool apply_capture(State& state, const Entry& entry);

// What a chat event leaves in the record.
struct Recorded {
  bool keeps_files = false;             // of a deleted message: policy keeps what was filed
  bool fresh = false;                   // a message of an incident channel that was not known
  bool takes_file = false;              // the copy of an attachment belongs to a filed message
  std::vector<std::string> files_gone;  // copies that go with the text
  std::vector<std::string> scrubs;      // entries whose payload is to be destroyed: their redactions are recorded
};
Recorded take_chat(Work& work, const ChatFact& fact);

// Files the message in the timeline, or puts it back there; false: it is there already.
bool file_message(Work& work, const Incident& incident, const Said& said, const std::string& platform,
                  const std::string& by, const std::string& how);
// A message that the record has, as a platform needs it that reads its channel again: which marks were set there and
// should stand on it.
struct FiledMessage {
  struct Reaction {
    std::string person, emoji;
    std::string account = {};  // the platform's id of who reacted; empty: the record is older than that
  };
  std::string post_id, author;
  bool pinned = false;
  std::vector<Reaction> reactions;
  bool said_there = true;  // on that platform, not only marked there
  bool marked() const { return pinned || !reactions.empty(); }
};
// Of the channel of an incident that is open, or ended within a day: what was said or marked on this platform.
std::optional<std::vector<FiledMessage>> filed_in(const State& state, const std::string& channel,
                                                  const std::string& platform, TimeMs now);
// Our posts in a channel that are kept current and come back once when somebody deletes them.
std::vector<std::string> kept_posts(const State& state, const CoreConfig& config, const std::string& channel);
std::string reaction_name(std::string_view emoji);  // one name for what platforms and people write in several ways
bool is_filing_reaction(const CoreConfig& config, const std::string& emoji);
Entry chat_entry(const std::string& kind, const Incident& incident, const ChatFact& fact);

}  // namespace muster
