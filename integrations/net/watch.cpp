#include "integrations/net/watch.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "integrations/net/loop.h"

namespace muster {
namespace {

namespace asio = boost::asio;

class DescriptorWatch final : public Watch {
 public:
  DescriptorWatch(Loop& loop, int fd, std::function<void()> readable)
      : state_(std::make_shared<State>(*static_cast<asio::io_context*>(loop.io_context()), fd)) {
    state_->readable = std::move(readable);
    state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                  [state = state_](const boost::system::error_code& error) {
                                    // A wait that had already succeeded when the watch went has nobody to tell.
                                    const std::function<void()> task = std::exchange(state->readable, nullptr);
                                    if (!error && task) task();
                                  });
  }
  ~DescriptorWatch() override {
    state_->readable = nullptr;
    boost::system::error_code ignored;
    state_->descriptor.close(ignored);
  }
  DescriptorWatch(const DescriptorWatch&) = delete;
  DescriptorWatch& operator=(const DescriptorWatch&) = delete;

 private:
  struct State {
    State(asio::io_context& io, int fd) : descriptor(io, fd) {}
    asio::posix::stream_descriptor descriptor;
    std::function<void()> readable;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Watch> watch_once(Loop& loop, int fd, std::function<void()> readable) {
  return std::make_unique<DescriptorWatch>(loop, fd, std::move(readable));
}

}  // namespace muster
