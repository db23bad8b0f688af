// docs/commands.md, written from the table of verbs so that it cannot lag.
#include "bot/core/commands/codes.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string what_of(std::string_view verb) {
  const std::string key = verb_key("what", verb);
  return has_sentence(key) ? say("en", key) : "";
}

std::string table_row(const VerbInfo& v) {
  const std::string meanwhile = verb_key("meanwhile", v.verb);
  const std::string last = v.ready ? "`" + escaped(v.example) + "`"
                                   : escaped(has_sentence(meanwhile) ? say("en", meanwhile) : std::string());
  return "| `" + escaped(v.usage) + "` | " + escaped(what_of(v.verb)) + " | " + last + " |\n";
}

std::string topic_table(std::string_view topic) {
  std::string rows;
  for (const VerbInfo& v : verbs())
    if (v.topic == topic && v.ready) rows += table_row(v);
  return "\n## " + say("en", "about." + std::string(topic)) +
         "\n\n| Command | What it does | Example |\n|---|---|---|\n" + rows;
}

std::string later_table() {
  std::string rows;
  for (const VerbInfo& v : verbs())
    if (!v.ready) rows += table_row(v);
  return "\n## Not in this version yet\n\nThe bot knows these words and says that it cannot do them yet; they change "
         "nothing.\n\n| Command | What it will do | Until then |\n|---|---|---|\n" +
         rows;
}

}  // namespace

std::string commands_reference_markdown() {
  std::string text = R"md(# Commands

This page is generated from the table that the bot itself reads (`MUSTER_REWRITE=1 build/tests/unit_app` writes it);
a test fails when it lags.

## How to speak to the bot

- In `#muster` every line is a command. In other channels begin with `!` or mention the bot; in a thread with exactly
  one open question the bare words `yes`, `no`, `approve` and `deny` answer it.
- `<anything> ?` lists what can come next, with the services, environments, people, incidents and ids of now.
  `help`, `?` and suggestions only show what you may run.
- A word with spaces is quoted: `"…"`, `'…'` or `` `…` ``. `because …` takes the rest of the line. Flags may be written
  `--flag value`, `--flag=value` or `key=value`.
- One command per message. `note` and `update` also take further lines or a fenced block; every other command refuses
  them. A typo is never executed: up to three lines to paste are offered instead.
- `declare` reads `sev2`, `severity 2`, `for SERVICE`, `from E12` and `because …` wherever they stand; the rest is the
  title. A name after `for` at the end must be a service of the configuration, or nothing is opened and the line to
  paste is offered; words like `everyone`, `customers` or `hours` belong to the title, and a title in quotes is taken as
  it is. In the middle of a title only a known service counts, and the title keeps the words. A severity that does not
  exist is refused, and so is `from` an alert that belongs to an incident.
- What changes an incident is seen in its channel: when it was typed elsewhere, or sent by `muster say`, the bot posts
  there who said what, and the answer.
- The first line of every answer is the command as it was understood. Every refusal names a code; `explain CODE` says
  more.
- A command that changes something and arrives more than a minute late, or after one that was typed later, is not run but
  offered again.
- `plan` in front of a command that changes something shows what would happen, who would be asked, and changes nothing.

Every command that only reads also takes `--grep WORD` (only the lines that match, a regular expression), `--tail N`
(the last lines), `--json`, `--private` (only you see it) and `--here` (in the channel; otherwise the answer stands in
the thread of your message, where the channel is shared). An answer of more than 12 lines or 3,000 characters shows its
first 8 and last 4 lines and carries the whole as a file; `more` shows the next lines.

## Confirming and approving first

A line of the policy (see [configuration.md](configuration.md)) lets a command `run`, denies it, or asks first:

- `confirm`: you are shown what will happen and say `yes` within 2 minutes, by the button, by typing it, or by a ✅ on
  the message.
- `approve`: others of the group that the line names say `approve A1` within 15 minutes. Your own never counts, and a
  reaction never counts. When too few people could approve, you are told at once.

The yes is bound to the exact command and to the facts that were shown. When they change before it runs, it is void and
you are told what changed. Questions survive a restart of the bot. Only people of the configuration can run anything:
`"*"` in a line means every one of them, and strangers are told who can add them.

)md";
  text.pop_back();
  for (const std::string_view topic : topics()) text += topic_table(topic);
  text += later_table();
  text += "\n## Codes of refusals\n\n| Code | Meaning |\n|---|---|\n";
  for (const std::string_view code : refusal_codes())
    text += "| `" + std::string(code) + "` | " + escaped(say("en", "code." + std::string(code))) + " |\n";
  return text;
}

}  // namespace muster
