// An HTTP client that costs little itself: requests made beforehand, answers read no further than needed.
// The same one drives every server that is compared.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace muster::bench {

struct Load {
  double seconds = 0;                // first byte sent to last answer read
  std::size_t answers = 0, bad = 0;  // bad: another status than asked for
  std::vector<double> ms;            // per request
};

struct LoadPlan {
  int port = 0;
  int connections = 1;
  std::size_t requests = 0;
  double per_second = 0;  // 0: the next request of a connection follows its answer at once
  int status = 200;       // what counts as taken
  std::function<const std::string&(std::size_t n)> request;  // whole HTTP request, the n-th
};

// Paced requests are timed from the moment they were due, so that a stall is not forgiven.
Load run_load(const LoadPlan& plan);

struct Answer {
  int status = 0;
  std::string head, body;
};
// One request on a connection of its own; throws when nobody answers.
Answer ask(int port, const std::string& request);
std::string get_request(const std::string& path, const std::string& headers = {});
std::string post_request(const std::string& path, const std::string& body, const std::string& headers = {});
// Whether /readyz or the like answers 200; false while nothing listens.
bool answers_ok(int port, const std::string& path);

int connect_to(int port);  // -1 when refused
void send_all(int fd, std::string_view bytes);
// Removes one whole answer from the front of `in`: its status, 0 when it is not complete yet.
int take_answer(std::string& in, Answer* out = nullptr);

}  // namespace muster::bench
