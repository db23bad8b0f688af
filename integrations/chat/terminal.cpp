// The terminal's thread: poll() on standard input and on a pipe that show() writes to.
#include "integrations/chat/terminal.h"

#include <editline/readline.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "integrations/chat/terminal_desk.h"

namespace muster {

namespace {

constexpr std::size_t waiting_max = 2'000;  // lines; a terminal stopped with ^S must not eat the memory
constexpr int history_max = 500;
constexpr const char* word_breaks = " \t\n";

void set_flags(int fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
}

}  // namespace

struct Terminal::Impl {
  struct Line {
    Value event;  // null: a notice
    std::string text;
    std::string private_to;
  };

  explicit Impl(TerminalOptions options, bool is_dumb, bool colors) : desk(std::move(options), colors), dumb(is_dumb) {}
  ~Impl() {
    for (const int fd : wake) {
      if (fd >= 0) ::close(fd);
    }
  }

  TerminalDesk desk;
  const bool dumb;  // understands no escape sequence at all
  std::string prompt;
  std::vector<std::string> candidates;  // of the completion under way
  std::mutex mutex;                     // guards waiting
  std::deque<Line> waiting;
  std::atomic<bool> stopping = false, interrupted = false, size_changed = false;
  std::chrono::steady_clock::time_point last_interrupt{};
  bool over = false;  // terminal thread only
  int wake[2] = {-1, -1};
  std::thread thread;

  void push(Line line);
  void poke() const;
  void run();
  void set_up();
  void wait_once();
  void drain_wake() const;
  void print_waiting();
  void print(const std::string& text) const;
  void entered(char* raw);
  void remember(const std::string& line) const;
  void on_interrupt();
  void show_prompt();
  char* candidate(const char* word, int state);
};

namespace {

// libedit calls back without a context argument, and one process has one terminal: the thread's own pointer.
thread_local void (*entered_hook)(void*, char*) = nullptr;
thread_local char* (*complete_hook)(void*, const char*, int) = nullptr;
thread_local void* hook_context = nullptr;

void on_line(char* raw) {
  if (entered_hook) entered_hook(hook_context, raw);
}

char* next_candidate(const char* word, int state) {
  return complete_hook ? complete_hook(hook_context, word, state) : nullptr;
}

char** on_complete(const char* word, int, int) {
  rl_attempted_completion_over = 1;  // file names are never meant
  return rl_completion_matches(word, next_candidate);
}

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

void Terminal::Impl::show_prompt() {
  prompt = desk.prompt();
  rl_set_prompt(prompt.c_str());
}

void Terminal::Impl::print(const std::string& text) const {
  if (text.empty()) return;
  std::fputs(dumb ? "\n" : "\r\x1b[J", stdout);  // over the input line, which is drawn again below it
  std::fputs(text.c_str(), stdout);
  std::fputs("\n", stdout);
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
  if (all.empty()) return;
  print(all);
  std::fflush(stdout);
  rl_on_new_line();
  rl_forced_update_display();
}

// What looks like a secret is not kept in a file.
void Terminal::Impl::remember(const std::string& line) const {
  if (redact(line).types.empty()) add_history(line.c_str());
}

void Terminal::Impl::entered(char* raw) {
  if (!raw) {  // end of input
    over = true;
    return;
  }
  const std::string line(trim(raw));
  std::free(raw);
  if (line.empty()) return;
  remember(line);
  if (const std::string text = desk.entered(line); !text.empty()) {
    std::fputs((text + "\n").c_str(), stdout);
    std::fflush(stdout);
  }
  over = desk.over();
  show_prompt();
}

// ^C clears what was typed; on an empty line a second one within three seconds stops the bot.
void Terminal::Impl::on_interrupt() {
  if (rl_end > 0) {
    rl_replace_line("", 1);
    rl_forced_update_display();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (last_interrupt.time_since_epoch().count() != 0 && now - last_interrupt < std::chrono::seconds(3)) {
    over = true;
    return;
  }
  last_interrupt = now;
  push({.event = {}, .text = "Press ^C once more to stop the bot.", .private_to = {}});
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
  if (size_changed.exchange(false)) rl_resize_terminal();
  if (interrupted.exchange(false)) on_interrupt();
  print_waiting();
  if ((fds[0].revents & POLLIN) != 0) {
    rl_callback_read_char();
  } else if (fds[0].revents != 0) {
    over = true;  // the terminal went away
  }
}

char* Terminal::Impl::candidate(const char* word, int state) {
  if (state == 0) {
    const std::string line(rl_line_buffer, static_cast<std::size_t>(std::clamp(rl_point, 0, rl_end)));
    candidates = desk.completions(line);
    std::erase_if(candidates, [&](const std::string& c) { return !c.starts_with(word); });
  }
  const auto at = static_cast<std::size_t>(state);
  return at < candidates.size() ? ::strdup(candidates[at].c_str()) : nullptr;
}

void Terminal::Impl::set_up() {
  hook_context = this;
  entered_hook = [](void* self, char* raw) { static_cast<Impl*>(self)->entered(raw); };
  complete_hook = [](void* self, const char* word, int state) {
    return static_cast<Impl*>(self)->candidate(word, state);
  };
  rl_attempted_completion_function = on_complete;
  rl_basic_word_break_characters = word_breaks;
  rl_catch_signals = 0;  // the loop has them
  rl_catch_sigwinch = 0;
  using_history();
  stifle_history(history_max);
  if (const std::string& file = desk.options().history_file; !file.empty()) read_history(file.c_str());
  prompt = desk.prompt();
  rl_callback_handler_install(prompt.c_str(), on_line);
}

void Terminal::Impl::run() {
  set_up();
  while (!over && !stopping) wait_once();
  rl_callback_handler_remove();
  if (const std::string& file = desk.options().history_file; !file.empty()) {
    const mode_t before = ::umask(0177);
    write_history(file.c_str());
    ::umask(before);
  }
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
