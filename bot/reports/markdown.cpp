#include "bot/reports/markdown.h"

#include <string_view>

namespace muster {
namespace {

bool starts_block(std::string_view s) {
  if (s.empty()) return false;
  if (s[0] == '#' || s[0] == '-' || s[0] == '+' || s[0] == '[' || s[0] == '=' || s[0] == '~') return true;
  std::size_t i = 0;
  while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
  return i > 0 && i < s.size() && (s[i] == '.' || s[i] == ')') && (i + 1 == s.size() || s[i + 1] == ' ');
}

// Nothing typed by a person may become markup, a link, a mention or an issue reference.
std::string escaped(std::string_view text) {
  std::string out;
  if (starts_block(text) && (text[0] < '0' || text[0] > '9')) out += '\\';
  bool number = starts_block(text) && out.empty();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char ch = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (number && (ch == '.' || ch == ')')) {
      out += '\\';
      number = false;
    }
    switch (ch) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '|':
      case '`':
      case '*':
      case '\\':
        out += '\\';
        out += ch;
        break;
      case '@':
        out += "@\u200d";
        break;
      case '#':
        out += next >= '0' && next <= '9' ? "#\u200d" : "#";
        break;
      case ']':
        out += next == '(' || next == '[' ? "]\\" : "]";
        break;
      case '\n':
      case '\r':
        out += ' ';
        break;
      default:
        out += ch;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string link_target(std::string_view href) {
  std::string out;
  for (const char ch : href) {
    if (static_cast<unsigned char>(ch) <= 0x20 || ch == '<' || ch == '>' || ch == '|' || ch == '\\') return {};
    if (ch == '(')
      out += "%28";
    else if (ch == ')')
      out += "%29";
    else
      out += ch;
  }
  return out;
}

void put_markdown_cell(std::string& out, const Cell& cell) {
  const std::string href = link_target(cell.href);
  const std::string text = escaped(cell.text);
  out += href.empty() ? " " + text : " [" + (text.empty() ? "link" : text) + "](" + href + ")";
  out += text.empty() && href.empty() ? "|" : " |";
}

void put_markdown_table(std::string& out, const Block& b) {
  out += "|";
  for (const std::string& name : b.columns) out += " " + escaped(name) + " |";
  out += "\n|";
  for (std::size_t i = 0; i < b.columns.size(); ++i) out += " --- |";
  out += "\n";
  for (const auto& row : b.rows) {
    out += "|";
    for (const Cell& cell : row) put_markdown_cell(out, cell);
    out += "\n";
  }
}

void put_block(std::string& out, const Block& b) {
  switch (b.kind) {
    case BlockKind::heading:
      out += std::string(static_cast<std::size_t>(b.level), '#') + " " + escaped(b.text) + "\n";
      break;
    case BlockKind::paragraph:
      out += escaped(b.text) + "\n";
      break;
    case BlockKind::prompt:
      out += "> **?** " + escaped(b.text) + "\n";
      break;
    case BlockKind::note:
      out += "**" + escaped(b.text) + "**\n";
      break;
    case BlockKind::table:
      put_markdown_table(out, b);
      break;
    case BlockKind::list:
      for (const std::string& item : b.items) out += "- " + escaped(item) + "\n";
      break;
    case BlockKind::chart:
    case BlockKind::picture:  // the table of evidence names it
      break;
  }
}

}  // namespace

std::string to_markdown(const Document& d) {
  std::string out = "# " + escaped(d.title) + "\n";
  for (const Block& b : d.blocks) {
    if (b.kind == BlockKind::chart || b.kind == BlockKind::picture) continue;
    out += "\n";
    put_block(out, b);
  }
  return out;
}

}  // namespace muster
