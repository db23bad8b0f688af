// What happens to people's messages, in the words of no platform: said, edited, deleted, marked for the record.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// A file of a message. What it says about itself is outside data; `sha256` is ours, of the bytes that were copied.
struct SaidFile {
  std::string id;  // the platform's; of our own room: where the bytes are
  std::string name, type;
  std::int64_t size = 0;
  std::string sha256;
  std::string url = {};  // where the platform keeps it, readable with the bot's token only
  std::string why = {};  // it could not be copied
};

// One message of a person, wherever it stands: in a channel or as a reply in a thread.
struct Said {
  std::string channel, post_id, thread;  // the channel without "#"
  std::string author;                    // person id or handle; empty: the message is not known
  std::string text, permalink;
  TimeMs at = 0;
  std::vector<SaidFile> files = {};
  bool by_bot = false;
  std::string platform = {};  // where it was said, when it is marked or meant on another one
  bool known() const { return !author.empty(); }
};

// What nobody can tell of the time without a connection, and why: a sentence of the catalogue, "coverage.KEY".
struct CoverageNote {
  std::string key;
  std::map<std::string, std::string> words = {};
  bool operator==(const CoverageNote&) const = default;
};

// What somebody did to a message, as the record needs it.
struct ChatFact {
  std::string platform;
  std::string kind;     // message, heard, edit, delete, reaction, unreaction, pin, unpin, file, coverage, gone
  std::string channel;  // without '#'
  std::string user;     // who did it; of a deletion: empty when the platform does not say
  std::string emoji;
  TimeMs at = 0;    // when
  Said about = {};  // the message
  // Of a coverage statement: what was read again after a loss, and what nobody can tell.
  TimeMs from_ms = 0;
  int found = 0;
  bool complete = true;
  std::vector<CoverageNote> notes = {};
  std::string standing = {};  // of `user`: guest, outsider; empty: a full member
  std::string account = {};   // of `user`: the account's own id on the platform, where one does not log in as a person
};

}  // namespace muster
