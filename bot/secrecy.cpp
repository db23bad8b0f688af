#include "bot/secrecy.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <list>
#include <string>

namespace muster {

void keep_secrets_in() {
  // What the kernel shows is the block on the stack that the program was started with: it is copied and overwritten.
  static std::list<std::string> variables;  // `environ` points into it for as long as the program runs
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    variables.emplace_back(*entry);
    ::explicit_bzero(*entry, variables.back().size());
    *entry = variables.back().data();
  }
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace muster
