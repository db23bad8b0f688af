// The report of an incident with ten thousand entries: read from the file, and rendered to HTML.
#include <stdexcept>

#include "bot/app.h"
#include "bot/reads.h"
#include "config/load.h"
#include "storage/store.h"
#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/bench/story.h"

namespace muster::bench {

void timeline_section() {
  heading("Reports");
  const std::string folder = fresh_folder("timeline");
  write_story(folder, 10'000, 1);
  StoreOptions options;
  options.folder = folder;
  options.read_only = true;
  const auto store = open_store(std::move(options), {});
  if (!store) throw std::runtime_error(store.error().message);
  const CoreConfig config = core_config(load_config("", true).settings, true);
  std::vector<double> reading, rendering;
  std::size_t bytes = 0;
  for (int i = 0; i < 5; ++i) {
    const double start = now_ms();
    const auto entries = (*store)->read_incident("INC-1");
    if (!entries || entries->size() != 10'000) throw std::runtime_error("the incident is not whole");
    const double read = now_ms();
    bytes = render_report(*entries, config, "html", "en", "UTC").size();
    rendering.push_back(now_ms() - read);
    reading.push_back(read - start);
  }
  figure({.name = "a timeline of 10,000 entries to HTML",
          .measured = median(rendering),
          .bound = Bound::at_most,
          .limit = 100,
          .unit = "ms",
          .detail = number(static_cast<double>(bytes) / (1 << 20)) +
                    " MB of HTML; reading the entries before: " + number(median(reading)) + " ms"});
}

}  // namespace muster::bench
