#include "bot/core/postmortems/blocks.h"

#include <cstdio>

namespace muster {

Block table(std::vector<std::string> columns) {
  Block b;
  b.kind = BlockKind::table;
  b.columns = std::move(columns);
  return b;
}

void put_row(Block& b, std::initializer_list<std::string> cells) {
  std::vector<Cell> row;
  for (const std::string& s : cells) row.push_back({s, ""});
  b.rows.push_back(std::move(row));
}

void put_text(Document& d, BlockKind kind, std::string text) {
  Block b;
  b.kind = kind;
  b.text = std::move(text);
  d.blocks.push_back(std::move(b));
}

void put_table(Document& d, const ReportContext& c, Block b) {
  if (b.rows.empty()) return put_text(d, BlockKind::paragraph, c.word("nothing"));
  d.blocks.push_back(std::move(b));
}

void put_unless_empty(Document& d, Block b) {
  if (!b.rows.empty()) d.blocks.push_back(std::move(b));
}

std::string known(const ReportContext& c, const std::string& s) {
  return s.empty() ? c.word("not_recorded") : c.say(s, 0);
}

std::string decimal(const ReportContext& c, std::optional<double> x, double scale, const char* unit) {
  if (!x) return c.word("not_recorded");
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%.1f%s", *x * scale, unit);
  return buffer;
}

}  // namespace muster
