// A report as a value: what it says, free of any format. Formats are made from it in bot/reports.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster {

struct Cell {
  std::string text;
  std::string href;  // http(s) or empty
};

// A picture is the copy of a file: `id` names it, `text` is what stands below it, `items` its SHA-256 and what is said
// in its place where it cannot be shown.
enum class BlockKind { heading, paragraph, prompt, table, list, note, chart, picture };

struct Block {
  BlockKind kind = BlockKind::paragraph;
  int level = 2;     // of a heading
  std::string id;    // of a heading: "impact"
  std::string text;  // heading, paragraph, prompt, note; a table's caption
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::vector<std::string> items;
  bool folded = false;  // a long table that starts closed where the format can
};

enum class MarkShape { circle, square, triangle, diamond, ring };
struct ChartBar {
  int lane = 0;
  TimeMs from = 0, to = 0;
  std::string label, tone;
};  // tone: impact, alert, deploy, severity, role
struct ChartMark {
  int lane = 0;
  TimeMs at = 0;
  MarkShape shape = MarkShape::circle;
  std::string label;
};
struct ChartLine {
  TimeMs at = 0;
  std::string label;
  bool failed = false;
};
struct Chart {
  TimeMs from = 0, to = 0;  // equal: nothing to draw
  std::string title, description;
  std::vector<std::string> lanes;
  std::vector<ChartBar> bars;
  std::vector<ChartMark> marks;
  std::vector<ChartLine> lines;
};

struct Document {
  std::string language = "en";
  std::string title, incident_id, state, profile, template_version, severity;
  int version = 0;            // 0: a draft
  int held = 0, remarks = 0;  // lines that wait for other words, and those that could do with them
  std::vector<Block> blocks;
  Chart chart;
  Value model;  // the canonical figures and rows that the JSON format prints; null unless asked for
};

}  // namespace muster
