// Child processes of the benchmark, and what /proc says about them.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace muster::bench {

struct Memory {
  double private_mb = 0, resident_mb = 0;
  double written_mb = 0;  // of the private: without pages of files that are as they were, which is mostly code
};

// A program that ends with its owner. Its output goes to a file.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::string& output);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void terminate();  // SIGTERM, then waits; SIGKILL after 20 s
  double processor_ms() const;
  Memory memory() const;
  std::string output() const;
  // The word after `before` in the output; waits for it. Throws when the program ends or 20 s pass.
  std::string word_after(const std::string& before);

 private:
  pid_t pid_ = -1;
  std::string output_;
};

std::string own_folder();  // where the benchmark's program lies
bool installed(const std::string& program);
int free_port();
void pause_ms(int ms);
double now_ms();
std::string file_text(const std::string& path);

}  // namespace muster::bench
