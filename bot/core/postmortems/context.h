// What every section of a report reads, computed once.
#pragma once
#include <string>
#include <vector>

#include "bot/core/postmortems/document.h"
#include "bot/core/postmortems/facts.h"
#include "bot/core/postmortems/lint.h"
#include "bot/core/postmortems/published.h"
#include "bot/core/postmortems/report.h"
#include "bot/core/postmortems/roster.h"

namespace muster {

struct PrintedRow {
  const ViewRow* row = nullptr;
  std::string text;     // roles in place of names, or the held mark
  std::string speaker;  // role, or the system
  bool held = false;
  std::vector<WordingFinding> findings;  // of typed text
};

struct ReportContext {
  const ReportOptions& options;
  const View view;
  const Facts facts;
  const Roster roster;
  const bool korean;
  std::vector<PrintedRow> rows;  // of the view, in its order
  std::vector<Publication> published;

  ReportContext(const std::vector<Entry>& entries, const ReportOptions& options);
  std::string word(std::string_view key) const;
  std::string say(std::string_view text, TimeMs at) const;  // names become roles, control characters go
  std::string when(TimeMs t) const;                         // 2026-03-17 05:04:40 UTC
  std::string when(MaybeTime t) const;                      // or not recorded
  std::string lasting(MaybeCount seconds) const;
  std::string count(MaybeCount n) const;  // 412,800
};

std::string permalink_of(const ReportContext& c, const Entry& e);  // http(s) without a person in it, or empty
void add_sections(Document& out, const ReportContext& c);
void add_publication(Document& out, const ReportContext& c);  // which version it is, and what is newer
void add_review(Document& out, const ReportContext& c);       // every version up to it
void add_public(Document& out, const ReportContext& c);
Block timeline_table(const ReportContext& c, bool complete);
Block quality_table(const ReportContext& c);
Block evidence_table(const ReportContext& c);
std::vector<Block> pictures_of(const ReportContext& c);  // of the files in that table
Chart chart_of(const ReportContext& c);
Value model_of(const ReportContext& c, const Document& document);

}  // namespace muster
