#include "integrations/process/shim/spec.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "integrations/process/layout.h"

namespace muster::shim {
namespace {

struct Fields {
  char* next;
  char* end;

  char* take() {
    if (next == end) return nullptr;
    char* field = next;
    next += std::strlen(field) + 1;
    return field;
  }
  bool number(std::uint64_t& n) {
    const char* field = take();
    if (field == nullptr || *field < '0' || *field > '9') return false;
    n = std::strtoull(field, nullptr, 10);
    return true;
  }
  char** list() {
    std::uint64_t count = 0;
    if (!number(count) || count > static_cast<std::uint64_t>(end - next)) return nullptr;
    char** all = static_cast<char**>(std::calloc(count + 1, sizeof(char*)));
    for (std::uint64_t i = 0; all != nullptr && i < count; ++i) {
      if ((all[i] = take()) == nullptr) return nullptr;
    }
    return all;
  }
};

bool bounds(Fields& in, Spec& spec) {
  Limits& most = spec.limits;
  for (std::uint64_t* n : {&most.memory, &most.cpu_seconds, &most.open_files, &most.file, &most.processes}) {
    if (!in.number(*n)) return false;
  }
  spec.user = in.list();
  return spec.user != nullptr;
}

bool parse(Fields in, Spec& spec) {
  const char* format = in.take();
  if (format == nullptr || std::strcmp(format, spec_format) != 0) return false;
  std::uint64_t timeout = 0, grace = 0, merge = 0;
  if (!in.number(timeout) || !in.number(grace) || !in.number(spec.file_max) || !in.number(merge) ||
      !in.number(spec.text_max))
    return false;
  spec.timeout_ms = static_cast<std::int64_t>(timeout);
  spec.grace_ms = static_cast<std::int64_t>(grace);
  spec.merge = merge != 0;
  spec.boot = in.take();
  spec.program = in.take();
  spec.cwd = in.take();
  spec.argv = in.list();
  spec.env = in.list();
  if (in.next != in.end) spec.words = in.list();
  if (in.next != in.end && !bounds(in, spec)) return false;  // half of them would be none
  return spec.cwd != nullptr && spec.argv != nullptr && spec.argv[0] != nullptr && spec.env != nullptr;
}

}  // namespace

bool read_spec(int fd, Spec& spec) {
  struct stat info {};
  if (fstat(fd, &info) != 0 || info.st_size <= 0) return false;
  const auto size = static_cast<std::size_t>(info.st_size);
  // Mapped, not read: the strings are used where they lie, and nothing is copied to a heap.
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return false;
  char* text = static_cast<char*>(data);
  return text[size - 1] == '\0' && parse({text, text + size}, spec);
}

}  // namespace muster::shim
