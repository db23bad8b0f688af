#include "bot/output.h"

#include <algorithm>
#include <charconv>

#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/regex_search.h"
#include "bot/base/text.h"
#include "bot/core/chat/markup.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

constexpr std::size_t first_lines = 8, last_lines = 4;  // of an answer that does not fit
constexpr std::size_t page_lines = 12, page_lines_max = 40;
constexpr std::size_t file_bytes_max = 256u << 10;   // one answer as a file
constexpr std::size_t memory_bytes_max = 1u << 20;   // all remembered answers together
constexpr std::size_t line_graphemes_max = 400;      // of one line shown inline
constexpr std::size_t stored_bytes_max = 64u << 10;  // one answer that outlives a restart
constexpr DurationMs page_age_max = day_ms;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines = split(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// Everything below the head, one line each, as the message shows it.
Lines body_lines(const Message& m) {
  Lines lines;
  for (const Section& s : m.sections) {
    for (std::string& line : lines_of(s.text)) lines.push_back(std::move(line));
    for (const auto& [label, value] : s.fields) lines.push_back(label + ": " + value);
  }
  return lines;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void set_body(Message& m, const Lines& lines) {
  m.sections.clear();
  if (!lines.empty()) m.sections.push_back({join(lines, "\n"), {}});
}

std::string unmarked(const std::string& line) {
  return plain_text({.text = line, .sections = {}, .buttons = {}, .color = {}});
}

void refuse_grep(Outcome& o, const char* key) {
  o.reply = {.text = say(o.language, key, {{"text", plain(clip(o.output.grep, 80))}}),
             .sections = {},
             .buttons = {},
             .color = "warning"};
  o.ok = false;
  o.code = code_of(key);
}

// The head counts all that there is; how much of it is shown stands beside.
void say_how_many(Outcome& o, const char* key, std::size_t shown, std::size_t all) {
  std::string& head = o.reply.text;
  const bool colon = head.ends_with(':');
  if (colon) head.pop_back();
  head += " · " +
          say(o.language, key,
              {{"n", std::to_string(shown)}, {"all", std::to_string(all)}, {"text", plain(clip(o.output.grep, 80))}});
  if (colon) head += ':';
}

void grep_and_tail(Outcome& o) {
  Lines lines = body_lines(o.reply);
  if (!o.output.grep.empty()) {
    const auto pattern = SearchPattern::compile(o.output.grep);
    if (!pattern) return refuse_grep(o, "page.grep_bad");
    const std::size_t all = lines.size();
    std::erase_if(lines, [&](const std::string& line) { return !pattern->search(unmarked(line)); });
    if (lines.empty())
      lines.push_back(say(o.language, "page.grep_none", {{"text", plain(clip(o.output.grep, 80))}}));
    else
      say_how_many(o, "page.grep_found", lines.size(), all);
  }
  if (o.output.tail > 0 && lines.size() > o.output.tail) {
    say_how_many(o, "page.tail", o.output.tail, lines.size());
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(o.output.tail));
  }
  set_body(o.reply, lines);
  o.reply.buttons.clear();
}

std::string file_name(const Outcome& o) {
  std::string name;
  for (const char c : o.echo.substr(0, o.echo.find(' ')))
    if ((c >= 'a' && c <= 'z') || c == '-') name += c;
  return (name.empty() ? "answer" : name) + (o.output.json ? ".json" : ".txt");
}

// JSON a person can read: one member or element per line, two spaces deep.
void print_json(const Value& v, std::size_t depth, std::string& out) {
  const std::string pad(2 * depth + 2, ' '), end(2 * depth, ' ');
  if (v.is_map() && !v.as_map().empty()) {
    out += "{";
    const char* comma = "\n";
    for (const auto& [key, value] : v.as_map()) {
      out += comma + pad + to_json(Value(key)) + ": ";
      print_json(value, depth + 1, out);
      comma = ",\n";
    }
    out += "\n" + end + "}";
  } else if (v.is_list() && !v.as_list().empty()) {
    out += "[";
    const char* comma = "\n";
    for (const Value& value : v.as_list()) {
      out += comma + pad;
      print_json(value, depth + 1, out);
      comma = ",\n";
    }
    out += "\n" + end + "]";
  } else {
    out += to_json(v);
  }
}

// The whole as a file: JSON as it is, everything else without its markup.
Attachment file_of(const Outcome& o, const Lines& body) {
  Attachment a{.name = file_name(o), .type = o.output.json ? "application/json" : "text/plain", .text = {}};
  if (o.output.json && o.output.grep.empty() && o.output.tail == 0) {
    print_json(o.json, 0, a.text);
    a.text += "\n";
  } else {
    a.text = unmarked(o.reply.text) + "\n";
    for (const std::string& line : body) a.text += unmarked(line) + "\n";
  }
  if (a.text.size() > file_bytes_max)
    a.text = clip_bytes(a.text, file_bytes_max) + "\n" + say(o.language, "page.too_big") + "\n";
  return a;
}

void show_json(Outcome& o) {
  std::string text;
  print_json(o.json.is_null() ? Value(Value::Map{{"text", plain_text(o.reply)}}) : o.json, 0, text);
  Lines lines;
  for (const std::string& line : lines_of(text)) lines.push_back("`" + plain(line) + "`");
  set_body(o.reply, lines);
  o.reply.text = first_line(o.reply.text);
  o.reply.buttons.clear();
}

}  // namespace

void apply_flags(Outcome& o) {
  if (!o.ok || !o.output.reading) return;
  if (o.output.json) show_json(o);
  if (!o.output.grep.empty() || o.output.tail > 0) grep_and_tail(o);
}

void apply_flags_for_script(Outcome& o) {
  const bool json = std::exchange(o.output.json, false);
  apply_flags(o);
  o.output.json = json;
  if (!json || !o.ok || o.json.is_null()) return;
  o.reply = {};
  print_json(o.json, 0, o.reply.text);
}

namespace {

// What the decision has said, and below it what was read.
Outcome continued(Outcome o, Outcome read) {
  o.read.reset();
  for (Section& s : read.reply.sections) o.reply.sections.push_back(std::move(s));
  for (const auto& [key, value] : read.json.as_map()) o.json.set(key, value);
  return o;
}

}  // namespace

Outcome read_outcome(Outcome read, const Outcome& command) {
  if (!command.reply.text.empty()) return continued(command, std::move(read));
  read.output = command.output;
  read.echo = command.echo;
  read.language = command.language;
  if (command.output.is_private) read.is_private = true;
  if (!read.echo.empty()) read.reply.text = "› `" + plain(clip(one_line(read.echo), 200)) + "`\n" + read.reply.text;
  return read;
}

void Pager::drop(std::map<std::string, Pages>::iterator page) {
  bytes_ -= page->second.bytes;
  changed_.push_back(page->first);
  pages_.erase(page);
}

void Pager::remember(const std::string& key, Pages pages) {
  if (const auto old = pages_.find(key); old != pages_.end()) bytes_ -= old->second.bytes;
  pages.used = ++clock_;
  for (const std::string& line : pages.lines) pages.bytes += line.size() + sizeof line;
  bytes_ += pages.bytes;
  pages_[key] = std::move(pages);
  changed_.push_back(key);
  while (bytes_ > memory_bytes_max && !pages_.empty())
    drop(std::ranges::min_element(pages_, {}, [](const auto& p) { return p.second.used; }));
}

std::vector<Timer> Pager::take_changes(TimeMs now) {
  std::vector<Timer> out;
  std::ranges::sort(changed_);
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  for (const std::string& key : std::exchange(changed_, {})) {
    Timer t{std::string(timer_prefix) + key, 0, {}};
    const auto it = pages_.find(key);
    if (it != pages_.end() && it->second.bytes <= stored_bytes_max) {
      Value lines = Value::List{};
      for (const std::string& line : it->second.lines) lines.push(line);
      t.due_ms = now + page_age_max;
      t.body = Value::Map{{"shown", static_cast<std::int64_t>(it->second.shown)},
                          {"before", static_cast<std::int64_t>(it->second.before)},
                          {"turned_by", it->second.turned_by},
                          {"private", it->second.is_private}};
      t.body.set("lines", std::move(lines));
    }
    out.push_back(std::move(t));
  }
  return out;
}

void Pager::restore(const std::vector<Timer>& timers) {
  for (const Timer& t : timers) {
    if (!t.id.starts_with(timer_prefix)) continue;
    Pages p{.lines = {},
            .shown = static_cast<std::size_t>(t.body["shown"].as_int()),
            .before = static_cast<std::size_t>(t.body["before"].as_int()),
            .turned_by = t.body["turned_by"].as_string(),
            .is_private = t.body["private"].as_bool()};
    for (const Value& line : t.body["lines"].as_list()) p.lines.push_back(line.as_string());
    remember(t.id.substr(timer_prefix.size()), std::move(p));
  }
  changed_.clear();
}

void Pager::forget(const std::string& timer_id) {
  if (const auto it = pages_.find(timer_id.substr(timer_prefix.size())); it != pages_.end()) drop(it);
}

void Pager::clear() {
  pages_.clear();
  changed_.clear();
  bytes_ = 0;
}

void Pager::fit(Outcome& o, const std::string& person, const std::string& channel) {
  Lines lines = body_lines(o.reply);
  const Lines head = lines_of(o.reply.text);
  std::size_t characters = o.reply.text.size();
  for (const std::string& line : lines) characters += line.size();
  const std::size_t echo_lines = o.echo.empty() ? 0 : 1;
  const bool fits = head.size() + lines.size() - std::min(head.size(), echo_lines) <= limits::inline_lines_max &&
                    characters <= limits::inline_chars_max;
  const bool page = o.echo.starts_with("more");  // is a page already
  if (fits || page || !o.ok) return;
  if (o.reply.attachments.empty()) o.reply.attachments.push_back(file_of(o, lines));  // else it is the whole already
  Lines shown;
  const bool cut = lines.size() > first_lines + last_lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (cut && i == first_lines)
      shown.push_back(say(o.language, "page.cut", {{"n", std::to_string(lines.size() - first_lines - last_lines)}}));
    if (cut && i >= first_lines && i + last_lines < lines.size()) continue;
    shown.push_back(clip_markup(lines[i], line_graphemes_max));
  }
  set_body(o.reply, shown);
  remember(person + "/" + channel, {.lines = std::move(lines),
                                    .shown = cut ? first_lines : 0,
                                    .before = 0,
                                    .turned_by = {},
                                    .is_private = o.is_private});
}

Outcome Pager::more(const ReadWanted& wanted, const std::string& person, const std::string& channel,
                    const std::string& source_id) {
  Outcome o;
  o.language = wanted.language;
  const auto it = pages_.find(person + "/" + channel);
  if (it != pages_.end() && !source_id.empty() && it->second.turned_by == source_id)
    it->second.shown = it->second.before;
  if (it == pages_.end() || it->second.shown >= it->second.lines.size()) {
    o.reply.text = say(wanted.language, "page.none");
    return o;
  }
  Pages& p = it->second;
  std::size_t n = page_lines;
  if (!wanted.args.empty()) {
    const std::string& text = wanted.args.front();
    std::from_chars(text.data(), text.data() + text.size(), n);
  }
  n = std::clamp<std::size_t>(n, 1, page_lines_max);
  const std::size_t from = p.shown, to = std::min(p.lines.size(), from + n);
  Lines lines(p.lines.begin() + static_cast<std::ptrdiff_t>(from), p.lines.begin() + static_cast<std::ptrdiff_t>(to));
  for (std::string& line : lines) line = clip_markup(line, line_graphemes_max);
  p.before = from;
  p.turned_by = source_id;
  p.shown = to;
  p.used = ++clock_;
  changed_.push_back(it->first);
  if (to < p.lines.size())
    lines.push_back(say(wanted.language, "page.next", {{"n", std::to_string(p.lines.size() - to)}}));
  o.reply.text =
      say(wanted.language, "page.head",
          {{"from", std::to_string(from + 1)}, {"to", std::to_string(to)}, {"n", std::to_string(p.lines.size())}});
  set_body(o.reply, lines);
  o.is_private = p.is_private;
  return o;
}

}  // namespace muster
