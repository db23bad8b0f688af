// The postmortem of one incident: derived sections are filled, human ones ask. Same input, same document.
#pragma once
#include <string>
#include <vector>

#include "bot/core/changes/record.h"
#include "bot/core/journal/entry.h"
#include "bot/core/journal/view.h"
#include "bot/core/postmortems/document.h"

namespace muster {

struct RosterPerson {
  std::string id, handle, display;
};

// Another incident that a person may want to compare with. A suggestion: that the causes are the same is not claimed.
struct RelatedIncident {
  std::string id, title, severity;
  TimeMs declared_ms = 0;
  std::vector<std::string> services, alerts;  // what both have
  int open_actions = 0;  // below 0: not to be told, because it is not of the moment the report is of
};

struct ReportOptions {
  Profile profile = Profile::internal;
  std::string language = "en";  // en, ko
  std::string zone;             // IANA name of a second time column; empty or UTC: none
  bool names_as_roles = true;
  std::vector<RosterPerson> roster;  // people besides the entries' own actors
  std::string template_version = "1";
  // Of its services and what they need, from a day before it; and those that are linked with it. Not part of its
  // entries.
  std::vector<ChangeRecord> changes = {};
  std::vector<RelatedIncident> related = {};  // newest first
  int version = 0;          // as it was published; 0: as the record is. The public report knows no versions
  bool with_model = false;  // fill Document::model, which the JSON format prints and the others do not need
};

Document postmortem(const std::vector<Entry>& entries, ReportOptions options);

std::string_view profile_name(Profile profile);  // public, internal, responders

}  // namespace muster
