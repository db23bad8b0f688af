// How many connections stay open.
#include "integrations/net/http_kept.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("a crowd's connections are kept while it comes back, and go when it stays away") {
  using std::chrono::seconds;
  ConnectionsKept kept;
  const ConnectionsKept::Clock::time_point start{seconds(1000)};
  CHECK(kept.change(1, start) == ConnectionsKept::least);
  CHECK_FALSE(kept.change(2, start + seconds(1)));
  CHECK(kept.change(16, start + seconds(2)) == 16);  // at once: or each call of it would open one anew
  CHECK_FALSE(kept.change(1, start + seconds(10)));
  CHECK_FALSE(kept.change(1, start + seconds(13)));
  CHECK_FALSE(kept.change(14, start + seconds(21)));
  CHECK_FALSE(kept.change(1, start + seconds(22)));  // of the first 20 seconds all were needed
  CHECK_FALSE(kept.change(14, start + seconds(30)));
  CHECK(kept.change(1, start + seconds(42)) == 14);  // of the next not quite
  CHECK(kept.change(1, start + seconds(62)) == ConnectionsKept::least);
  CHECK_FALSE(kept.change(0, start + seconds(600)));
  CHECK(kept.change(5000, start + seconds(601)) == ConnectionsKept::most);
}
