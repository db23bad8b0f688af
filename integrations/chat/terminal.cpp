// The terminal's thread: poll() on standard input and on a pipe that show() writes to. libedit edits the line; it is
// asked for one key at a time, so that lines of the room can be printed above a half-typed one.
#include "integrations/chat/terminal.h"

#include <fcntl.h>
#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <deque>
#include <mutex>
#include <thread>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "integrations/chat/terminal_desk.h"
#include "integrations/chat/terminal_view.h"

namespace muster {

namespace {

constexpr std::size_t waiting_max = 2'000;  // lines; a terminal stopped with ^S must not eat the memory
constexpr int history_max = 500;
constexpr std::chrono::seconds second_interrupt{3};

struct EndEdit {
  void operator()(EditLine* e) const { el_end(e); }
};
struct EndHistory {
  void operator()(History* h) const { history_end(h); }
};

void set_flags(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// Not wcstombs: the locale of the machine may know no Korean.
std::string to_utf8(const wchar_t* text, std::size_t length) {
  std::string out;
  for (std::size_t i = 0; i < length; ++i) {
    const auto c = static_cast<std::uint32_t>(text[i]);
    const auto byte = [&out](std::uint32_t b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
    if (c < 0x80) {
      byte(c);
    } else if (c < 0x800) {
      byte(0xC0 | (c >> 6));
      byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      byte(0xE0 | (c >> 12));
      byte(0x80 | ((c >> 6) & 0x3F));
      byte(0x80 | (c & 0x3F));
    } else {
      byte(0xF0 | ((c >> 18) & 0x07));
      byte(0x80 | ((c >> 12) & 0x3F));
      byte(0x80 | ((c >> 6) & 0x3F));
      byte(0x80 | (c & 0x3F));
    }
  }
  return repair_utf8(out);
}

std::string common_start(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const std::string& word : words) {
    while (!word.starts_with(common)) common.pop_back();
  }
  while (!is_utf8(common)) common.pop_back();  // two words may differ within a letter
  return common;
}

}  // namespace

struct Terminal::Impl {
  struct Line {
    Value event;  // null: a notice
    std::string text;
    std::string private_to;
  };

  Impl(TerminalOptions options, bool is_dumb, bool colors) : desk(std::move(options), colors), dumb(is_dumb) {}
  ~Impl() {
    for (const int fd : wake) {
      if (fd >= 0) ::close(fd);
    }
  }

  TerminalDesk desk;
  const bool dumb;  // understands no escape sequence at all
  std::string prompt;
  std::mutex mutex;  // guards waiting
  std::deque<Line> waiting;
  std::atomic<bool> stopping = false, interrupted = false, size_changed = false;
  std::chrono::steady_clock::time_point last_interrupt{};
  bool over = false;  // terminal thread only, like all below
  std::unique_ptr<EditLine, EndEdit> edit;
  std::unique_ptr<History, EndHistory> past;
  int wake[2] = {-1, -1};
  std::thread thread;

  void push(Line line);
  void poke() const;
  void run();
  void set_up();
  void load_history();
  void save_history() const;
  void wait_once();
  void drain_wake() const;
  void print_waiting();
  void clear_input() const;
  void print(const std::string& text);
  void read_key();
  void entered(std::string line);
  void on_interrupt();
  unsigned char complete();
  unsigned char delete_before() const;
  unsigned char delete_after() const;
};

namespace {

Terminal::Impl& self_of(EditLine* edit) {
  void* self = nullptr;
  el_get(edit, EL_CLIENTDATA, &self);
  return *static_cast<Terminal::Impl*>(self);
}

char* prompt_of(EditLine* edit) { return self_of(edit).prompt.data(); }
unsigned char complete_in(EditLine* edit, int) { return self_of(edit).complete(); }
unsigned char delete_before_in(EditLine* edit, int) { return self_of(edit).delete_before(); }
unsigned char delete_after_in(EditLine* edit, int) { return self_of(edit).delete_after(); }

}  // namespace

void Terminal::Impl::poke() const {
  const char byte = 1;
  if (::write(wake[1], &byte, 1) < 0) return;  // a full pipe wakes the thread just as well
}

void Terminal::Impl::push(Line line) {
  {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(line));
    if (waiting.size() > waiting_max) waiting.pop_front();
  }
  poke();
}

// Takes the line that is being typed off the screen, also where it wrapped.
void Terminal::Impl::clear_input() const {
  if (dumb) {
    std::fputs("\n", stdout);
    return;
  }
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const LineInfoW* const info = el_wline(edit.get());
  std::wstring before(prompt.size(), L'\0');
  const std::size_t wide = std::mbstowcs(before.data(), prompt.c_str(), before.size());
  before.resize(wide == static_cast<std::size_t>(-1) ? 0 : wide);
  before.append(info->buffer, info->cursor);
  int width = 0;
  for (const wchar_t c : before) width += std::max(0, ::wcwidth(c));
  const int rows = known ? width / size.ws_col : 0;
  if (rows > 0) std::printf("\x1b[%dA", rows);
  std::fputs("\r\x1b[J", stdout);
}

// Above the line that is being typed; libedit then draws that line again below.
void Terminal::Impl::print(const std::string& text) {
  clear_input();
  std::fputs(text.c_str(), stdout);
  std::fputs("\n", stdout);
  el_set(edit.get(), EL_REFRESH);
  std::fflush(stdout);
}

void Terminal::Impl::print_waiting() {
  std::deque<Line> lines;
  {
    const std::lock_guard lock(mutex);
    lines.swap(waiting);
  }
  std::string all;
  for (const Line& line : lines) {
    const std::string text = line.event.is_null() ? line.text : desk.show(line.event, line.private_to);
    if (!text.empty()) all += (all.empty() ? "" : "\n") + text;
  }
  if (!all.empty()) print(all);
}

void Terminal::Impl::entered(std::string line) {
  line = std::string(trim(line));
  el_set(edit.get(), EL_UNBUFFERED, 0);  // begins a new line when it is set again
  if (!line.empty()) {
    HistEvent event;
    // What looks like a secret is not kept in a file.
    if (redact(line).types.empty()) history(past.get(), &event, H_ENTER, line.c_str());
    if (const std::string text = desk.entered(line); !text.empty()) std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
  }
  over = desk.over();
  prompt = desk.prompt();
  el_set(edit.get(), EL_UNBUFFERED, 1);
}

// A terminal that went away is readable for ever; errno does not tell, because libedit leaves an old one there.
static bool hung_up(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void Terminal::Impl::read_key() {
  int length = 0;
  const wchar_t* const line = el_wgets(edit.get(), &length);
  constexpr wchar_t end_of_input = 4;  // ^D on an empty line
  if (line && length == 1 && line[0] == end_of_input) over = true;
  const auto size = static_cast<std::size_t>(std::max(length, 0));
  const bool whole = line && size > 0 && (line[size - 1] == L'\n' || line[size - 1] == L'\r');
  if (!whole && hung_up(STDIN_FILENO)) over = true;  // also with half a line typed, which is returned again and again
  if (!over && whole) entered(to_utf8(line, size - 1));  // no line, length 0: a key has emptied the line
}

unsigned char Terminal::Impl::complete() {
  const LineInfoW* const info = el_wline(edit.get());
  const std::string line = to_utf8(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer));
  const std::vector<std::string> words = desk.completions(line);
  if (words.empty()) return CC_REFRESH_BEEP;
  const std::size_t space = line.rfind(' ');
  const std::size_t typed = space == line.npos ? line.size() : line.size() - space - 1;
  const std::string more = common_start(words).substr(typed) + (words.size() == 1 ? " " : "");
  if (!more.empty()) return el_insertstr(edit.get(), more.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  print(harmless(join(words, "  ")));
  return CC_REFRESH;
}

// libedit's own keys take one code point, which leaves pieces of joined emoji and of combined letters.
unsigned char Terminal::Impl::delete_before() const {
  const LineInfoW* const info = el_wline(edit.get());
  const auto n = points_of_last(to_utf8(info->buffer, static_cast<std::size_t>(info->cursor - info->buffer)));
  if (n == 0) return CC_REFRESH_BEEP;
  el_deletestr(edit.get(), static_cast<int>(n));
  return CC_REFRESH;
}

unsigned char Terminal::Impl::delete_after() const {
  const LineInfoW* const info = el_wline(edit.get());
  const auto n = points_of_first(to_utf8(info->cursor, static_cast<std::size_t>(info->lastchar - info->cursor)));
  if (n == 0) return CC_REFRESH_BEEP;
  el_cursor(edit.get(), static_cast<int>(n));
  el_deletestr(edit.get(), static_cast<int>(n));
  return CC_REFRESH;
}

// ^C clears what was typed; on an empty line a second one within three seconds stops the bot.
void Terminal::Impl::on_interrupt() {
  const LineInfoW* const info = el_wline(edit.get());
  if (info->lastchar != info->buffer) {
    clear_input();
    el_cursor(edit.get(), static_cast<int>(info->lastchar - info->cursor));
    el_deletestr(edit.get(), static_cast<int>(info->lastchar - info->buffer));
    el_set(edit.get(), EL_REFRESH);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  over = last_interrupt.time_since_epoch().count() != 0 && now - last_interrupt < second_interrupt;
  last_interrupt = now;
  if (!over) print(say(desk.options().language, "term.stop"));
}

void Terminal::Impl::drain_wake() const {
  char bytes[256];
  while (::read(wake[0], bytes, sizeof bytes) > 0) {
  }
}

void Terminal::Impl::wait_once() {
  pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {wake[0], POLLIN, 0}};
  if (::poll(fds, 2, -1) < 0) {
    over = errno != EINTR;
    return;
  }
  if (fds[1].revents != 0) drain_wake();
  if (stopping) return;
  if (size_changed.exchange(false)) el_resize(edit.get());
  if (interrupted.exchange(false)) on_interrupt();
  print_waiting();
  if ((fds[0].revents & POLLIN) != 0) {
    read_key();
  } else if (fds[0].revents != 0) {
    over = true;  // the terminal went away
  }
}

void Terminal::Impl::load_history() {
  HistEvent event;
  past.reset(history_init());
  history(past.get(), &event, H_SETSIZE, history_max);
  history(past.get(), &event, H_SETUNIQUE, 1);
  const std::string& file = desk.options().history_file;
  if (!file.empty()) history(past.get(), &event, H_LOAD, file.c_str());
  el_set(edit.get(), EL_HIST, history, past.get());
}

void Terminal::Impl::save_history() const {
  const std::string& file = desk.options().history_file;
  if (file.empty()) return;
  HistEvent event;
  // Made before it is filled, so that nobody else can ever read it.
  if (const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); fd >= 0) ::close(fd);
  history(past.get(), &event, H_SAVE, file.c_str());
}

void Terminal::Impl::set_up() {
  prompt = desk.prompt();
  edit.reset(el_init("muster", stdin, stdout, stderr));
  EditLine* const e = edit.get();
  el_set(e, EL_CLIENTDATA, this);
  el_set(e, EL_PROMPT, prompt_of);
  el_set(e, EL_EDITOR, "emacs");
  el_set(e, EL_SIGNAL, 0);  // the loop has them
  el_wset(e, EL_ADDFN, L"room-complete", L"Complete the word", complete_in);
  el_set(e, EL_BIND, "^I", "room-complete", nullptr);
  el_wset(e, EL_ADDFN, L"room-delete-before", L"Delete the character before the cursor", delete_before_in);
  el_wset(e, EL_ADDFN, L"room-delete-after", L"Delete the character under the cursor", delete_after_in);
  for (const char* const key : {"^?", "^H"}) el_set(e, EL_BIND, key, "room-delete-before", nullptr);
  el_set(e, EL_BIND, "\\e[3~", "room-delete-after", nullptr);
  el_set(e, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  load_history();
  el_set(e, EL_UNBUFFERED, 1);
}

void Terminal::Impl::run() {
  set_up();
  while (!over && !stopping) wait_once();
  el_set(edit.get(), EL_UNBUFFERED, 0);  // gives the terminal back as it was
  save_history();
  edit.reset();
  std::fputs("\n", stdout);
  std::fflush(stdout);
  if (!stopping && desk.options().quit) desk.options().quit();
}

Terminal::Terminal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Terminal>> Terminal::start(TerminalOptions options) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return fail(ErrorKind::invalid, "Standard input is not a terminal.", "Use the room in the browser.");
  }
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  const bool dumb = !term || *term == '\0' || std::strcmp(term, "dumb") == 0;
  auto impl = std::make_unique<Impl>(std::move(options), dumb, !dumb && (!no_color || *no_color == '\0'));
  if (::pipe(impl->wake) != 0) return fail(ErrorKind::internal, "No pipe could be opened for the terminal.");
  set_flags(impl->wake[0]);
  set_flags(impl->wake[1]);
  std::setlocale(LC_CTYPE, "");  // libedit reads wide characters by it
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  Impl& running = *impl;
  std::unique_ptr<Terminal> terminal(new Terminal(std::move(impl)));
  running.thread = std::thread([&running] { running.run(); });
  return terminal;
}

Terminal::~Terminal() {
  impl_->stopping = true;
  impl_->poke();
  if (impl_->thread.joinable()) impl_->thread.join();
}

void Terminal::show(const Value& event, const std::string& private_to) {
  if (event["kind"].as_string() != "typing") impl_->push({.event = event, .text = {}, .private_to = private_to});
}

void Terminal::notice(const std::string& text) { impl_->push({.event = {}, .text = text, .private_to = {}}); }

void Terminal::interrupt() {
  impl_->interrupted = true;
  impl_->poke();
}

void Terminal::resized() {
  impl_->size_changed = true;
  impl_->poke();
}

}  // namespace muster
