// What every chat platform is to muster: Slack, Mattermost and our own room implement this. Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/core/chat/form.h"
#include "bot/core/chat/message.h"
#include "bot/core/chat/said.h"
#include "bot/core/decision.h"
#include "integrations/chat/checks.h"

namespace muster {

// What a person attached. Name and bytes are outside data: nothing in them is believed.
struct ChatFile {
  std::string id;
  std::string name;
  std::string bytes;
  std::string type = {};
};

// Something a person did. Nothing is shown or done before the listener says it is stored.
struct ChatEvent {
  std::string platform;  // room, slack, mattermost
  std::string id;        // unique; a second delivery of the same id changes nothing
  // message, edit, delete, reaction, unreaction, pin, unpin, button, join, file (a copy of an attachment: `about` and
  // one of `files`), gone (a post of ours that is kept current was deleted), heard (a message for the record that must
  // not act any more), coverage (what `from_ms` … say)
  std::string kind;
  std::string channel;  // "#inc-7" in the room; the platform's channel id elsewhere
  std::string thread;   // root post id; empty: not in a thread
  std::string post_id;  // the post said, edited, reacted to …
  std::string user;     // person id or handle
  std::string text;     // of a button: the typed twin
  std::string emoji;
  TimeMs at = 0;
  bool direct = false;                       // a conversation between this person and the bot alone
  std::vector<ChatFile> files = {};          // of a message; stored in the same commit
  std::vector<std::string> files_gone = {};  // of a deleted post
  // The message that was marked, edited or deleted; of a command that needs it: the one whose thread it stands in or
  // that it names. The platform reads it by its own id, never by what stands near it.
  Said about = {};
  std::vector<SaidFile> noted = {};  // the message's own files, where the platform keeps them
  std::string permalink = {};        // of the message itself
  TimeMs from_ms = 0;                // of a coverage statement: since when the channel was not heard
  int found = 0;                     // messages read again
  bool complete = true;
  std::vector<CoverageNote> notes = {};  // what is missing, or what could not be seen beside the messages
  std::string account = {};              // the account's own id on the platform, where one does not log in as a person
  std::string standing = {};             // of the account: guest, outsider; empty: a full member
  std::string email_person = {};  // the person whose verified e-mail address the account has, where that may join them
  bool is_told_only = false;      // "/me looks at the pool": talk, and never a command
  bool is_read_later = false;     // from the history, or delivered late: what was said after it was heard before it
  bool overtaken = false;         // a later line for us was heard before it, while its channel had a gap
  bool can_open_form = false;     // a form sent in answer, soon, opens before the person
  std::map<std::string, std::string> form = {};  // of kind form: the fields of the form for the command `text`
  std::shared_ptr<FormAnswer> answer = {};       // of kind form: filled before it is accepted
  // Of a click that is answered before the person alone: filled, before it is accepted, instead of a private post.
  std::shared_ptr<Message> told = {};
};

// Somebody in a group of the platform.
struct ChatMember {
  std::string id;    // the account's own
  std::string name;  // where the platform says it
};

// Of what was said in a channel of a platform: what is not passed on to others yet.
struct CopiesWaiting {
  std::size_t messages = 0, bytes = 0;
  TimeMs since = 0;  // the first of them
};

// How a platform is doing, for /metrics, `health` and a person who asks why it is silent.
struct ChatHealth {
  bool connected = false;
  std::string problem;        // one sentence naming the setting; empty: none
  std::string next_step;      // what to do about it
  ChatCheck trouble = {};     // both as sentences of the catalogue; without a key: it has none
  ChatCheck shared = {};      // another process takes a part of the events; without a key: none does
  std::string account;        // who we are there: "@muster"
  std::string version;        // of the server, as it says
  std::size_t waiting = 0;    // outgoing messages not yet delivered
  DurationMs oldest_ms = 0;   // the age of the oldest
  DurationMs failing_ms = 0;  // how long calls to it have gone unanswered
  std::uint64_t reconnects = 0, gaps = 0, caught_up = 0, calls = 0, refused = 0;  // refused: by a rate limit
  std::uint64_t others = 0;        // connections of other processes with our token
  std::uint64_t said_plainly = 0;  // messages that it refused as they were built
};

// Secrets leave the text of a file before it is stored; other bytes have no words to look at. Asked and answered on the
// loop; the answer may come later.
using FileCleaner = std::function<void(std::string bytes, std::function<void(Result<std::string>)> done)>;

class ChatPlatform {
 public:
  using Done = std::function<void(Result<void>)>;
  using Listener = std::function<void(ChatEvent, Done accepted)>;

  using Members = std::function<void(const Result<std::vector<ChatMember>>&)>;

  virtual ~ChatPlatform() = default;
  virtual std::string name() const = 0;
  virtual void deliver(const OutMessage& message, Done done) = 0;  // idempotent by OutMessage.id
  // It is being stored and will be delivered when it is, if nothing stands before it: what can be made ready without
  // telling anybody is made ready now, while the disk is at work.
  virtual void foresee(OutMessage /*message*/) {}
  virtual void on_event(Listener listener) = 0;  // one listener; the last one wins
  virtual bool connected() const = 0;
  // True: the platform is this process, shows what is stored when it starts and calls `done` before deliver()
  // returns. Its messages are delivered by being stored.
  virtual bool shows_what_is_stored() const { return false; }
  virtual ChatHealth health() const {
    ChatHealth h;
    h.connected = connected();
    return h;
  }
  // An earlier part of this channel is still being read (it was not heard while it was said), so that what was said
  // later had better wait for it where it is passed on. Asked about once a second. False also when that takes too long:
  // the platform then says in its coverage statement that the order was not kept.
  virtual bool reads_before(const std::string& /*channel*/, const CopiesWaiting& /*copies*/) { return false; }
  // Who is in a group of the platform's own (`slack:@sre`: "sre"), asked now. An error says why nobody can tell.
  virtual void members_of(const std::string& group, Members done) {
    done(fail(ErrorKind::not_found, "there are no groups like @" + group));
  }
  // What has to be right on the platform's side, asked now.
  virtual void self_check(ChatChecksDone done) { done({}); }
};

}  // namespace muster
