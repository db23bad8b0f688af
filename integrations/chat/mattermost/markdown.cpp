#include "integrations/chat/mattermost/markdown.h"

#include "bot/base/text.h"
#include "bot/core/chat/markup.h"

namespace muster::mattermost {

namespace {

constexpr std::string_view zero_width_space = "\xE2\x80\x8B";
constexpr std::string_view twin_mark = "↳ ";

bool is_markup(char c) { return std::string_view("\\`*_~[](){}#|<>!+-=^$&").find(c) != std::string_view::npos; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

// Walks over our text and writes Markdown.
class Writer {
 public:
  Writer(std::string_view text, const ChannelName& channel) : text_(text), channel_(channel) {}
  std::string write() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\\' && at_ + 1 < text_.size()) {
      literal(text_[at_ + 1]);
      at_ += 2;
    } else if (c == '*' && (at_ == strong_end_ || markup_end(text_, at_) != text_.npos)) {
      strong_end_ = at_ == strong_end_ ? text_.npos : markup_end(text_, at_);
      out_ += "**";
      ++at_;
    } else if (c == '`' && markup_end(text_, at_) != text_.npos) {
      code();
    } else if (!link() && !channel()) {
      literal(c);
      ++at_;
    }
  }

  void literal(char c) {
    // Dashes and plus signs matter at the start of a line only, and numbers there with a dot.
    const bool harmless = (c == '-' || c == '+' || c == '=') && !line_start();
    if (c == '.' && after_leading_number()) out_ += '\\';
    if (is_markup(c) && !harmless) out_ += '\\';
    out_ += c;
    if (c == '@' && !text_.substr(at_ + 1).starts_with(zero_width_space)) out_ += zero_width_space;
  }

  bool line_start() const {
    const std::size_t last = out_.find_last_not_of(' ');
    return last == std::string::npos || out_[last] == '\n';
  }
  bool after_leading_number() const {
    std::size_t i = out_.size();
    while (i > 0 && out_[i - 1] >= '0' && out_[i - 1] <= '9') --i;
    return i < out_.size() && (i == 0 || out_[i - 1] == '\n');
  }

  // Inside code a backslash means itself, so escapes of ours are undone and the fence is longer than any inside.
  void code() {
    const std::size_t end = markup_end(text_, at_);
    const std::string inside = unescaped(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    std::size_t run = 0, longest = 0;
    for (const char c : inside) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
    const std::string fence(longest + 1, '`');
    const std::string pad = longest > 0 ? " " : "";
    out_ += fence + pad + inside + pad + fence;
  }

  // An address stays as it is: escapes would become part of it.
  bool link() {
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with("https://") && !rest.starts_with("http://")) return false;
    std::size_t end = rest.find_first_of(" \n\t<>\"`*\\|@");
    if (end == rest.npos) end = rest.size();
    out_ += rest.substr(0, end);
    at_ += end;
    return true;
  }

  bool channel() {
    if (text_[at_] != '#' || !channel_ || (at_ > 0 && is_word(text_[at_ - 1]))) return false;
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string theirs = channel_(text_.substr(at_ + 1, end - at_ - 1));
    if (theirs.empty()) return false;
    out_ += "~" + theirs;
    at_ = end;
    return true;
  }

  std::string_view text_;
  const ChannelName& channel_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t strong_end_ = std::string_view::npos;
};

}  // namespace

std::string markdown_text(std::string_view text, const ChannelName& channel) { return Writer(text, channel).write(); }

std::string markdown_message(const Message& m, char prefix, const ChannelName& channel) {
  std::string out = markdown_text(m.text, channel);
  for (const Section& s : m.sections) {
    if (!s.text.empty()) out += "\n" + markdown_text(s.text, channel);
    for (const auto& [label, value] : s.fields) {
      out += "\n**" + markdown_text(label) + ":** " + markdown_text(value, channel);
    }
  }
  std::string twins;
  for (const Button& b : m.buttons) {
    if (!b.command.empty() && !b.opens_form)
      twins += (twins.empty() ? "" : " · ") + markdown_text("`" + (prefix + plain(b.command)) + "`");
  }
  if (!twins.empty()) out += "\n" + std::string(twin_mark) + twins;
  return out;
}

std::string clip_runes(const std::string& text, std::size_t most) {
  if (code_point_count(text) <= most) return text;
  std::string out;
  std::size_t count = 0;
  for (const char c : text) {
    if ((c & 0xC0) != 0x80 && ++count >= most) break;
    out += c;
  }
  return out + "…";
}

}  // namespace muster::mattermost
