#include "tests/bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace muster::bench {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  ::_exit(127);
}

}  // namespace

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string own_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path().string(); }

bool installed(const std::string& program) {
  std::stringstream folders(std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

// For programs that cannot pick one and say which.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  ::bind(fd, reinterpret_cast<const sockaddr*>(&where), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
  ::close(fd);
  return ntohs(where.sin_port);
}

Process::Process(const std::vector<std::string>& command, const std::string& output) : output_(output) {
  std::filesystem::remove(output);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) become(command, output);
}

Process::~Process() { terminate(); }

bool Process::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = -1;
  return pid_ > 0;
}

void Process::terminate() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (const double end = now_ms() + 20'000; now_ms() < end;) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
      pid_ = -1;
      return;
    }
    pause_ms(5);
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

double Process::processor_ms() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    throw std::runtime_error("the processor time of a program that ended");
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

Memory Process::memory() const {
  std::stringstream text(file_text("/proc/" + std::to_string(pid_) + "/smaps_rollup"));
  Memory memory;
  for (std::string line; std::getline(text, line);) {
    std::stringstream words(line);
    std::string name;
    double kb = 0;
    words >> name >> kb;
    if (name == "Rss:") memory.resident_mb = kb / 1024;
    if (name == "Private_Dirty:") memory.written_mb = kb / 1024;
    if (name == "Private_Clean:" || name == "Private_Dirty:") memory.private_mb += kb / 1024;
  }
  return memory;
}

std::string Process::output() const { return file_text(output_); }

std::string Process::word_after(const std::string& before) {
  for (const double end = now_ms() + 20'000; now_ms() < end;) {
    const bool over = !running();  // asked first: what it said last must not be missed
    const std::string text = output();
    const std::size_t at = text.find(before);
    const std::size_t from = at + before.size();
    if (at != text.npos && text.find('\n', from) != text.npos) {
      return text.substr(from, text.find_first_of(" \n", from) - from);
    }
    if (over) throw std::runtime_error("the program ended: " + text);
    pause_ms(1);
  }
  throw std::runtime_error("the program did not say \"" + before + "\": " + output());
}

}  // namespace muster::bench
