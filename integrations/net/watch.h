// Tells when a descriptor becomes readable. Loop thread only.
#pragma once
#include <functional>
#include <memory>

namespace muster {

class Loop;

class Watch {
 public:
  virtual ~Watch() = default;  // from here on nothing is called
};

// Takes the descriptor and closes it in the end. `readable` is called once.
std::unique_ptr<Watch> watch_once(Loop& loop, int fd, std::function<void()> readable);

}  // namespace muster
