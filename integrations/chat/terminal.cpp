// The terminal's thread: poll() on standard input and on a pipe that show() writes to.
#include "integrations/chat/terminal.h"

#include <editline/readline.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "bot/base/text.h"

namespace muster {

namespace {

constexpr std::size_t waiting_max = 2'000;  // lines; a terminal stopped with ^S must not eat the memory
constexpr int history_max = 500;

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

  TerminalOptions options;
  std::string prompt;
  bool colors = true;
  std::set<std::string> known_channels;
  std::vector<std::string> candidates;  // of the completion under way
  std::mutex mutex;                     // guards waiting
  std::deque<Line> waiting;
  std::atomic<bool> stopping = false;
  bool over = false;  // terminal thread only
  int wake[2] = {-1, -1};
  std::thread thread;

  ~Impl() {
    for (const int fd : wake) {
      if (fd >= 0) ::close(fd);
    }
  }
  void push(Line line);
  void run();
  void wait_once();
  void drain_wake() const;
  void print_waiting();
  void print(const Line& line);
  void entered(char* raw);
  void command(const std::string& line);
  void switch_channel(std::string name);
  void switch_person(const std::string& who);
  void show_prompt();
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

void Terminal::Impl::push(Line line) {
  {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(line));
    if (waiting.size() > waiting_max) waiting.pop_front();
  }
  const char byte = 1;
  if (::write(wake[1], &byte, 1) < 0) return;  // a full pipe wakes the thread just as well
}

void Terminal::Impl::show_prompt() {
  prompt = options.person + " " + options.channel + "> ";
  rl_set_prompt(prompt.c_str());
}

void Terminal::Impl::print(const Line& line) {
  if (!line.private_to.empty() && line.private_to != options.person) return;
  if (line.event["kind"].as_string() == "channel") known_channels.insert(line.event["channel"]["name"].as_string());
  const std::string text = line.event.is_null() ? line.text : terminal_line(line.event, colors);
  if (text.empty()) return;
  std::fputs("\r\x1b[K", stdout);  // over the input line, which is drawn again below it
  std::fputs(text.c_str(), stdout);
  std::fputs("\n", stdout);
}

void Terminal::Impl::print_waiting() {
  std::deque<Line> lines;
  {
    const std::lock_guard lock(mutex);
    lines.swap(waiting);
  }
  if (lines.empty()) return;
  for (const Line& line : lines) print(line);
  std::fflush(stdout);
  rl_on_new_line();
  rl_forced_update_display();
}

void Terminal::Impl::switch_channel(std::string name) {
  if (!name.starts_with("#")) name = "#" + name;
  if (!known_channels.empty() && !known_channels.contains(name)) {
    const std::vector<std::string> all(known_channels.begin(), known_channels.end());
    print({.event = {}, .text = "There is no channel " + name + ". Channels: " + join(all, ", "), .private_to = {}});
    return;
  }
  options.channel = std::move(name);
}

void Terminal::Impl::switch_person(const std::string& who) {
  const bool known = std::ranges::find(options.people, who) != options.people.end();
  if (options.sandbox && known) {
    options.person = who;
    return;
  }
  print({.event = {},
         .text = options.sandbox ? "Sample people: " + join(options.people, ", ") : "/as works in the sandbox only.",
         .private_to = {}});
}

void Terminal::Impl::command(const std::string& line) {
  const std::vector<std::string> words = split(line, ' ');
  if (line == "/quit" || line == "/exit") {
    over = true;
  } else if (words.size() == 2 && words[0] == "/channel") {
    switch_channel(words[1]);
  } else if (words.size() == 2 && words[0] == "/as") {
    switch_person(words[1]);
  } else {
    print({.event = {},
           .text = "Here: /channel NAME, /as PERSON (sandbox), /quit. Anything else is said.",
           .private_to = {}});
  }
}

void Terminal::Impl::entered(char* raw) {
  if (!raw) {  // end of input
    over = true;
    return;
  }
  const std::string line(trim(raw));
  std::free(raw);
  if (line.empty()) return;
  add_history(line.c_str());
  if (line.starts_with("/")) {
    command(line);
  } else if (options.say) {
    options.say(options.channel, options.person, line);
  }
  show_prompt();
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
  print_waiting();
  if ((fds[0].revents & POLLIN) != 0) {
    rl_callback_read_char();
  } else if (fds[0].revents != 0) {
    over = true;  // the terminal went away
  }
}

void Terminal::Impl::run() {
  hook_context = this;
  entered_hook = [](void* self, char* raw) { static_cast<Impl*>(self)->entered(raw); };
  complete_hook = [](void* self, const char* word, int state) -> char* {
    auto& me = *static_cast<Impl*>(self);
    if (state == 0) {
      const std::string line(rl_line_buffer, static_cast<std::size_t>(std::clamp(rl_point, 0, rl_end)));
      me.candidates.clear();
      if (me.options.complete) me.candidates = me.options.complete(line);
      std::erase_if(me.candidates, [&](const std::string& c) { return !c.starts_with(word); });
    }
    const auto at = static_cast<std::size_t>(state);
    return at < me.candidates.size() ? ::strdup(me.candidates[at].c_str()) : nullptr;
  };
  rl_attempted_completion_function = on_complete;
  using_history();
  stifle_history(history_max);
  prompt = options.person + " " + options.channel + "> ";
  rl_callback_handler_install(prompt.c_str(), on_line);
  while (!over && !stopping) wait_once();
  rl_callback_handler_remove();
  std::fputs("\n", stdout);
  std::fflush(stdout);
  if (!stopping && options.quit) options.quit();
}

Terminal::Terminal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Terminal>> Terminal::start(TerminalOptions options) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return fail(ErrorKind::invalid, "Standard input is not a terminal.", "Use the room in the browser.");
  }
  auto impl = std::make_unique<Impl>();
  if (::pipe(impl->wake) != 0) return fail(ErrorKind::internal, "No pipe could be opened for the terminal.");
  set_flags(impl->wake[0]);
  set_flags(impl->wake[1]);
  std::setlocale(LC_CTYPE, "");  // libedit reads wide characters by it
  const char* const no_color = std::getenv("NO_COLOR");
  impl->colors = !no_color || *no_color == '\0';
  impl->options = std::move(options);
  Impl& running = *impl;
  std::unique_ptr<Terminal> terminal(new Terminal(std::move(impl)));
  running.thread = std::thread([&running] { running.run(); });
  return terminal;
}

Terminal::~Terminal() {
  impl_->stopping = true;
  const char byte = 1;
  const ssize_t written = ::write(impl_->wake[1], &byte, 1);
  static_cast<void>(written);  // full: the thread is awake anyway
  if (impl_->thread.joinable()) impl_->thread.join();
}

void Terminal::show(const Value& event, const std::string& private_to) {
  const std::string& kind = event["kind"].as_string();
  if (kind == "post" || kind == "channel") impl_->push({.event = event, .text = {}, .private_to = private_to});
}

void Terminal::notice(const std::string& text) { impl_->push({.event = {}, .text = text, .private_to = {}}); }

}  // namespace muster
