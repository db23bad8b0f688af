// JSON read piece by piece, where making Values of everything would cost more than what is done with them. Any thread.
#pragma once
#include <string_view>

namespace muster {

// Is told what a document holds, in its order. Whatever answers false ends the walk. Texts and names stay where they
// are until the walk is over.
class JsonWalker {
 public:
  virtual ~JsonWalker() = default;
  virtual bool text(std::string_view text) = 0;
  virtual bool name(std::string_view name) = 0;  // of the member that follows
  virtual bool open(bool map) = 0;               // else a list
  virtual bool close(bool map) = 0;
  virtual bool number(std::string_view digits) = 0;  // as it is written
  virtual bool other() = 0;                          // true, false or null
};

// False when the walker ended it, and for every text that parse_json() would have to mend or refuses: then it has the
// word.
bool walk_json(std::string_view text, JsonWalker& walker);

}  // namespace muster
