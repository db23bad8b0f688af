#include "bot/reports/json.h"

#include "bot/base/json.h"

namespace muster {
namespace {

Value words(const std::vector<std::string>& list) {
  Value::List out(list.begin(), list.end());
  return out;
}

Value table_value(const Block& b) {
  Value::List rows;
  for (const auto& row : b.rows) {
    Value::List cells;
    for (const Cell& cell : row) cells.emplace_back(cell.text);
    rows.emplace_back(std::move(cells));
  }
  return Value::Map{{"columns", words(b.columns)}, {"rows", std::move(rows)}};
}

std::string_view kind_name(BlockKind kind) {
  switch (kind) {
    case BlockKind::heading:
      return "heading";
    case BlockKind::paragraph:
      return "paragraph";
    case BlockKind::prompt:
      return "prompt";
    case BlockKind::table:
      return "table";
    case BlockKind::list:
      return "list";
    case BlockKind::note:
      return "note";
    case BlockKind::chart:
      return "chart";
    case BlockKind::picture:
      return "picture";
  }
  return "paragraph";
}

Value block_value(const Block& b) {
  Value out = Value::Map{{"kind", kind_name(b.kind)}};
  if (!b.text.empty()) out.set("text", b.text);
  if (!b.id.empty()) out.set("id", b.id);
  if (b.kind == BlockKind::table) out.set("table", table_value(b));
  if (!b.items.empty()) out.set("items", words(b.items));
  return out;
}

}  // namespace

std::string report_json(const Document& d, int indent) {
  Value out = d.model;
  Value::List blocks;
  for (const Block& b : d.blocks) {
    // The folded table repeats the timeline that the model already carries in full.
    if (b.kind != BlockKind::chart && b.kind != BlockKind::picture && !b.folded) blocks.push_back(block_value(b));
  }
  out.set("blocks", std::move(blocks));
  return to_json(out, indent) + "\n";
}

}  // namespace muster
