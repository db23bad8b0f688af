// What a report says of its own publication.
#include "bot/core/postmortems/blocks.h"
#include "bot/core/postmortems/context.h"

namespace muster {
namespace {

std::string with_values(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> values) {
  for (const auto& [name, value] : values)
    if (const std::size_t at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
  return text;
}

std::string publisher(const ReportContext& c, const Publication& p) {
  return c.options.names_as_roles ? c.roster.role_of(p.person, p.at_ms, c.korean) : p.name;
}

}  // namespace

void add_publication(Document& d, const ReportContext& c) {
  if (c.published.empty()) return;
  const bool draft = d.version == 0;
  const Publication& p = draft ? c.published.back() : c.published[static_cast<std::size_t>(d.version) - 1];
  std::string text = c.word(draft ? "published_before" : "published_by");
  if (draft || p.later != 0) text += " " + c.word("published_later");
  put_text(d, BlockKind::paragraph,
           with_values(std::move(text), {{"{n}", std::to_string(p.version)},
                                         {"{time}", c.when(p.at_ms)},
                                         {"{who}", publisher(c, p)},
                                         {"{later}", std::to_string(p.later)}}));
}

void add_review(Document& d, const ReportContext& c) {
  Block b = table({c.word("version"), c.word("utc"), c.word("role"), c.word("published_newer")});
  for (const Publication& p : c.published)
    if (d.version == 0 || p.version <= d.version)
      put_row(b, {std::to_string(p.version), c.when(p.at_ms), publisher(c, p),
                  p.version == d.version ? "" : std::to_string(p.later)});
  put_unless_empty(d, std::move(b));
}

}  // namespace muster
