// The small parts that the sections of a report are put together from.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "bot/core/postmortems/context.h"

namespace muster {

Block table(std::vector<std::string> columns);
void put_row(Block& b, std::initializer_list<std::string> cells);
void put_text(Document& d, BlockKind kind, std::string text);
void put_table(Document& d, const ReportContext& c, Block b);  // an empty one says that there is nothing to report
void put_unless_empty(Document& d, Block b);
std::string known(const ReportContext& c, const std::string& s);  // or "not recorded"
std::string decimal(const ReportContext& c, std::optional<double> x, double scale, const char* unit);

// What changed: before (Lead-up), what set it off (Trigger), afterwards (Mitigation), and in figures (Metrics).
void add_lead_up(Document& d, const ReportContext& c);
void add_trigger(Document& d, const ReportContext& c);
void add_changes_afterwards(Document& d, const ReportContext& c);
void add_delivery_figures(Block& metrics, const ReportContext& c);
Block deployments_table(const ReportContext& c);

}  // namespace muster
