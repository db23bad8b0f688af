// Replays .chat files through the real Dispatcher on a real store, with time turned by hand.
//
// A file reads like a chat log:
//   // what it proves
//   date 2026-03-17
//   05:09:00 alert fires CheckoutLatencyHigh severity=critical service=checkout-api summary="Checkout is slow"
//   05:10:00 #muster ana: declare sev2 Checkout is slow        (\n in a text is a line break)
//   #muster bot: *INC-1* is open …                             <- what the bot says, complete and in order
//     | a line of a section of that message
//   05:09:00 prometheus fires X …                              <- the same by the API: without a group of the sender
//   05:40:00 wait                                              <- only time passes; timers ring
//   05:41:00 target search in production version=v9            <- somebody else changed it there (runs_stage.h)
//   05:41:00 there L3 ends | there L3 until 06:10:00           <- somebody else did, in the Alertmanager that holds it
//   restart | again | start                                    <- again: the last chat event, same id
//   config gated                                               <- the folder beside the transcript, before any input
//   memory only                                                <- what it shows is not kept over a restart
//   05:11:00 #muster ana in thread: yes                        <- in the thread of the last message
//   05:11:00 #muster ana by script: note x                     <- muster say --channel muster; "#script hears: …"
//   05:11:00 #muster ana late: declare x                       <- typed 90 seconds before it arrives
//   05:11:00 #muster ana reacts: ✅  | ana presses: yes A1     <- to the last message of the bot
//   05:11:00 #inc-1 ana reacts with 📌: looks like             <- to the newest message of a person that begins so;
//     also `ana takes back 📌: …`, `ana pins: …`, `ana unpins: …`, `ben deletes: …`, `ben edits: old start -> new`
//   05:11:00 #inc-1 ben archives: it                         <- by hand, on the platform
//   05:11:00 #muster ana sends the form: title="Checkout is slow" severity=SEV2   <- that the bot opened before her
//   with accounts                                            <- unknown people speak with accounts, as on a platform
//   account annie guest                                      <- or outsider: what the platform says of that account
//   on slack and mattermost                                  <- both at once, in their rooms; what the bot does there
//     comes as "#inc-1@slack bot: …"; people speak `ana on slack: …`, `ben on mattermost in thread of Ana: …` (of the
//     newest message that contains it, also one of the bot's), `ana on web: …`; of private channels it is shown that
//     they are, and whom the bot lets in and puts out
//   05:11:00 slack is away | mattermost is back              <- no network to it
//   05:11:00 slack is back, its history later | slack shows its history   <- what was said meanwhile comes by it alone
//   05:11:00 slack is slow to open channels | slack opens channels
//   05:11:00 the platforms are checked   <- as every six hours; `health` then says what was found, and no more
//   05:11:00 #direct ana on slack: status      <- in a conversation with the bot alone
//   no account ben on slack           <- where both platforms are one
//   no account mia, only m.lopez      <- the configuration gives her no handle on the platform; that one is joined
//   later {code} in a line is the last one-time code that the bot showed; it is expected as XXXX-XXXX-XXXX.
// "..." in an expected line stands for any text. `#room ana says: …` shows a person's post that was changed
// before it was shown. MUSTER_REWRITE=1 writes what came as what is expected. MUSTER_TWIST=restart restarts
// after every input, MUSTER_TWIST=twice delivers every chat event twice: the output must stay the same.
// MUSTER_LOOKS=1 with MUSTER_PLATFORM prints the incidents' channels as that platform holds them in the end.
// MUSTER_PLATFORM=mattermost or slack lets people speak on that double and reads there what the bot did: per channel
// the same lines must come.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/conversations/script.h"
#include "tests/conversations/talk.h"

namespace muster {
namespace {

std::string whole_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool wants_both(const std::string& text) { return text.contains("\n" + std::string(on_both) + "\n"); }

// A transcript may say that a restart shows there: a platform's history is read again after each, and that is said.
bool playable(const std::string& path, const std::string& platform, const std::string& twist) {
  const std::string text = whole_file(path);
  if (wants_both(text)) return platform.empty() && (twist != "restart" || !text.contains("// not restarted: "));
  if (platform.empty()) return true;
  if (twist == "restart" && text.contains("// not restarted elsewhere: ")) return false;
  return true;
}

bool replay(const std::string& path, const std::string& twist, const std::string& platform, bool rewrite) {
  Script script = read_script(path);
  const std::string where = wants_both(whole_file(path)) ? "both" : platform;
  Talk talk(twist, std::filesystem::path(path).parent_path().string(), where);
  bool same = true;
  for (Step& step : script.steps) {
    Lines got = talk.comparable(talk.play(step));
    step.expected = talk.comparable(step.expected);
    if (like(step.expected, got)) continue;
    same = false;
    if (rewrite)
      step.expected = std::move(got);
    else
      explain(path, step, got);
  }
  if (std::getenv("MUSTER_LOOKS"))
    for (const std::string& line : talk.looks()) std::cout << line << "\n";
  if (script.steps.empty()) throw std::runtime_error(path + ": nothing is said");
  if (!rewrite || same) return same;
  write_script(path, script);
  std::cout << path << ": rewritten\n";
  return true;
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  const char* twist = std::getenv("MUSTER_TWIST");
  const char* where = std::getenv("MUSTER_PLATFORM");
  const std::string platform = where ? where : "";
  const bool rewrite = std::getenv("MUSTER_REWRITE") != nullptr && twist == nullptr && platform.empty();
  int differing = 0, left_out = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      if (!muster::playable(argv[i], platform, twist ? twist : "")) {
        ++left_out;
        continue;
      }
      if (!muster::replay(argv[i], twist ? twist : "", platform, rewrite)) ++differing;
    } catch (const std::exception& e) {
      std::cout << argv[i] << ": " << e.what() << "\n";
      ++differing;
    }
  }
  std::cout << argc - 1 << " conversations, " << differing << " differ"
            << (twist ? std::string(", twist ") + twist : "") << (where ? std::string(", on ") + where : "");
  if (left_out > 0) std::cout << ", " << left_out << " not playable there";
  std::cout << "\n";
  return argc < 2 ? 2 : differing == 0 ? 0 : 1;
}
