// The steps as a picture: boxes from top to bottom, groups around what they hold.
#include "runbooks/graph.h"

#include <algorithm>
#include <map>

#include "bot/base/text.h"

namespace muster::runbooks {
namespace {

constexpr int width = 720, margin = 16, box_height = 46, gap = 14, indent = 18, heading = 30;
constexpr std::size_t title_max = 76, detail_max = 96;

constexpr std::string_view style =
    "<style>"
    ".rb{font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:14px}"
    ".rb .g{fill:#ffffff}.rb .b{fill:#f6f8fa;stroke:#8c959f}.rb .t{fill:#1f2328}.rb .d{fill:#59636e;font-size:12px}"
    ".rb .l{stroke:#8c959f;stroke-width:1.5;fill:none}.rb .a{fill:#8c959f}.rb .h{fill:#1f2328;font-weight:600}"
    ".rb .read{fill:#0969da}.rb .idempotent{fill:#8250df}.rb .write{fill:#cf222e}.rb .human{fill:#9a6700}"
    ".rb .pure,.rb .group{fill:#59636e}"
    "@media (prefers-color-scheme:dark){.rb .g{fill:#0d1117}.rb .b{fill:#161b22;stroke:#656d76}.rb .t,.rb "
    ".h{fill:#e6edf3}"
    ".rb .d{fill:#9198a1}.rb .l{stroke:#656d76}.rb .a{fill:#656d76}.rb .read{fill:#58a6ff}.rb .idempotent{fill:#bc8cff}"
    ".rb .write{fill:#ff7b72}.rb .human{fill:#d29922}.rb .pure,.rb .group{fill:#9198a1}}"
    "</style>";

std::string number(int n) { return std::to_string(n); }

class Drawing {
 public:
  std::string draw(const Runbook& book) {
    head(book.name + (book.summary.empty() ? "" : ": " + book.summary));
    list(book.steps, margin, width - 2 * margin, true);
    part("When it fails", book.on_failure);
    part("At the end, always", book.finally);
    const int height = y_ + margin;
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rb\" role=\"img\" viewBox=\"0 0 " + number(width) + " " +
           number(height) + "\" width=\"" + number(width) + "\" height=\"" + number(height) + "\">\n<title>" +
           escape_html(one_line(book.name)) + "</title>\n" + std::string(style) +
           "\n<rect class=\"g\" width=\"100%\" height=\"100%\"/>\n" + out_ + "</svg>\n";
  }

 private:
  void head(const std::string& title) {
    text(margin, y_ + 20, "h", clip(one_line(title), title_max + 6));
    y_ += heading;
  }

  void part(const std::string& title, const std::vector<Step>& steps) {
    if (steps.empty()) return;
    y_ += gap;
    head(title);
    list(steps, margin, width - 2 * margin, true);
  }

  void text(int x, int y, const std::string& kind, const std::string& words) {
    out_ += "<text class=\"" + kind + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" + escape_html(words) +
            "</text>\n";
  }

  void arrow(int x, int from, int to) {
    out_ += "<path class=\"l\" d=\"M" + number(x) + " " + number(from) + "V" + number(to - 4) +
            "\"/><path class=\"a\" d=\"M" + number(x - 4) + " " + number(to - 6) + "h8l-4 6z\"/>\n";
  }

  void list(const std::vector<Step>& steps, int x, int w, bool in_order) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i > 0) {
        if (in_order) arrow(x + 26, y_, y_ + gap);
        y_ += gap;
      }
      step(steps[i], x, w);
    }
  }

  static std::string detail(const Step& s) {
    std::vector<std::string> words;
    if (!s.say.empty()) words.push_back(s.verb);
    if (s.named) words.push_back(s.id);
    if (s.condition) words.push_back("if " + one_line(s.condition->program.source()));
    if (s.timeout_ms) words.push_back("at most " + format_duration(s.timeout_ms));
    if (s.continue_on_error) words.push_back("goes on when it fails");
    if (s.undo.kind != Undo::Kind::none) words.push_back("can be put back");
    return clip(join(words, " · "), detail_max);
  }

  // A group is drawn once it is known how high it gets: its frame goes before what it holds.
  void step(const Step& s, int x, int w) {
    const int top = y_;
    const std::string before = std::move(out_);
    out_.clear();
    text(x + 22, y_ + 20, "t", clip(step_title(s), title_max - static_cast<std::size_t>(x / 8)));
    text(x + 22, y_ + 37, "d", detail(s));
    y_ += box_height;
    if (!s.steps.empty()) {
      list(s.steps, x + indent, w - 2 * indent, s.verb != "parallel");
      y_ += gap;
    }
    const std::string effect(name_of(s.effect));
    const std::string frame = "<rect class=\"b\" x=\"" + number(x) + "\" y=\"" + number(top) + "\" width=\"" +
                              number(w) + "\" height=\"" + number(y_ - top) + "\" rx=\"6\"/><rect class=\"" + effect +
                              "\" x=\"" + number(x) + "\" y=\"" + number(top) + "\" width=\"6\" height=\"" +
                              number(y_ - top) + "\" rx=\"3\"/>\n<text class=\"" + effect + "\" x=\"" +
                              number(x + w - 10) + "\" y=\"" + number(top + 20) +
                              "\" text-anchor=\"end\" font-size=\"12\">" + effect + "</text>\n";
    out_ = before + frame + out_;
  }

  std::string out_;
  int y_ = margin;
};

}  // namespace

std::string graph_svg(const Runbook& book) { return Drawing().draw(book); }

}  // namespace muster::runbooks
