// How far a channel was read: what is heard before a gap was read never hides the gap.
#include "integrations/chat/read_marks.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

class OnPaper final : public ChatDirectory {
 public:
  std::string theirs(const std::string& kind, const std::string& ours) const override {
    const auto it = links.find(kind + "/" + ours);
    return it == links.end() ? std::string() : it->second;
  }
  std::string ours(const std::string&, const std::string&) const override { return {}; }
  void link(const std::string& kind, const std::string& ours, const std::string& theirs) override {
    links[kind + "/" + ours] = theirs;
  }
  std::string person(const std::string&, const std::string&) const override { return {}; }
  std::string handle(const std::string&) const override { return {}; }
  std::map<std::string, std::string> links;
};

}  // namespace

TEST_CASE("a mark does not move over a gap before it was read, nor does a process that ends meanwhile") {
  OnPaper paper;
  {
    ReadMarks marks(paper);
    marks.covered();
    marks.heard("C1", "1700000000.000100");
    marks.save();
  }
  {
    ReadMarks marks(paper);  // a new process has a gap behind it
    marks.heard("C1", "1700000500.000100");
    CHECK(marks.at("C1") == "1700000000.000100");
    marks.save();
  }
  ReadMarks marks(paper);
  CHECK(marks.at("C1") == "1700000000.000100");
  marks.heard("C1", "1700000600.000100");
  marks.covered();
  CHECK(marks.at("C1") == "1700000600.000100");
  marks.gap();
  marks.heard("C1", "1700000700.000100");
  marks.save();
  CHECK(paper.links.at("cursor/C1") == "1700000600.000100");
}

TEST_CASE("where nothing was read yet the first post of ours begins it, also during a gap") {
  OnPaper paper;
  ReadMarks marks(paper);
  CHECK(marks.at("C1").empty());
  marks.begin("C1", "1700000000.000100");
  marks.begin("C1", "1700000900.000100");
  CHECK(marks.at("C1") == "1700000000.000100");
}

TEST_CASE("a later time has more digits or greater ones") {
  CHECK(ReadMarks::is_later("1700000000000", "999999999999"));
  CHECK(ReadMarks::is_later("1700000000.000200", "1700000000.000100"));
  CHECK_FALSE(ReadMarks::is_later("999.5", "1000.1"));
  CHECK(ReadMarks::is_later("1", ""));
}
