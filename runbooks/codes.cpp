// Every code of a finding. Codes are stable: one that is not used any more is not given away again.
#include "runbooks/lint.h"

namespace muster::runbooks {

const std::vector<FindingCode>& finding_codes() {
  static const std::vector<FindingCode> codes = {
      {"RB001", "The file is not YAML."},
      {"RB002", "Too large, too deep, or too many steps."},
      {"RB003", "A part of YAML that is not read: anchors, aliases, tags, merge keys, a second document."},
      {"RB004", "A name stands twice in one map."},
      {"RB005", "An unknown key at the top."},
      {"RB006", "An unknown key or verb in a step."},
      {"RB007", "A step without a verb."},
      {"RB008", "A step with two verbs."},
      {"RB009", "Something required is missing or empty."},
      {"RB010", "An unknown name in a map."},
      {"RB011", "A map, a list or a single value where another of them belongs."},
      {"RB012", "A value that cannot be read as what is wanted."},
      {"RB013", "A number or a duration outside of its range."},
      {"RB014", "Arguments that exclude or need each other."},
      {"RB015", "A name with characters it cannot have."},
      {"RB016", "An id that stands twice or has a meaning of its own."},
      {"RB017", "A shared key that has no meaning on this verb."},
      {"RB018", "A verb or key that cannot stand at this place."},
      {"RB019", "Alert matchers that cannot be read."},
      {"RB020", "A secret that is not written as a reference."},
      {"RB021", "A check or default that does not fit the input's type."},
      {"RB022", "A pattern that is no regular expression (RE2)."},
      {"RB030", "A ${ without its }."},
      {"RB031", "An expression with a mistake."},
      {"RB032", "A condition that is no bare expression."},
      {"RB040", "An expression whose types do not fit."},
      {"RB041", "A value of the wrong type for the argument."},
      {"RB050", "A name that is no step and no root."},
      {"RB051", "A step is read that has not run at this place."},
      {"RB052", "A value is read that may be missing; it needs has() or default()."},
      {"RB053", "`it` outside of `until` and `applied`."},
      {"RB054", "`item` outside of for_each."},
      {"RB055", "An unknown input or secret."},
      {"RB056", "`repeat` names no read step that has run."},
      {"RB057", "`undo` names no step that can be put back."},
      {"RB058", "Warning: `alert` or `incident` is read, and a run started by a person may have none."},
      {"RB059", "An approver that the configuration does not know."},
      {"RB060", "An automatic path writes without an approval."},
      {"RB061", "An undo that is relative (minus 2) instead of absolute (set to 6)."},
      {"RB062", "Warning: `undo: all`, and a step that writes has no undo."},
      {"RB063", "Too few approvers who are not the requester."},
      {"RB064", "run, http, wait or approve without a time-out."},
      {"RB065", "Quotes by hand around ${…} in an embedded language."},
      {"RB066", "A secret where people or the journal would read it, or written out."},
      {"RB067", "A service, environment, person or group that the configuration does not know."},
      {"RB070", "An unknown runbook is called."},
      {"RB071", "Runbooks that call each other in a circle."},
      {"RB072", "Calls deeper than 5."},
      {"RB073", "A called runbook is not given what it asks for."},
      {"RB074", "for_each over more than 100 items."},
      {"RB076", "Warning: an input that nothing reads."},
  };
  return codes;
}

}  // namespace muster::runbooks
