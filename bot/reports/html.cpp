#include "bot/reports/html.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/reports/picture.h"
#include "bot/reports/svg.h"

namespace muster {
namespace {

constexpr std::string_view page_style = R"css(
:root{color-scheme:light dark;--ink:#1d2730;--soft:#5b6975;--line:#dde3e8;--paper:#fff;--band:#f5f7f9;--ask:#fff7e0;--mark:#b35c00}
@media (prefers-color-scheme:dark){:root{--ink:#e3e9ee;--soft:#9fb0bd;--line:#33404a;--paper:#141b20;--band:#1b242b;--ask:#2d2614;--mark:#ffb454}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,"Noto Sans CJK KR",sans-serif}
main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.2rem;margin:2.4rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--line)}
p{max-width:42rem;margin:.6rem 0}
.state{display:inline-block;border:1px solid var(--mark);color:var(--mark);border-radius:999px;padding:.05rem .8rem;font-size:.85rem;font-weight:600}
.ask{max-width:42rem;background:var(--ask);border-left:4px solid var(--mark);padding:.5rem .9rem;border-radius:0 6px 6px 0}
.wide{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.many th,.many td{overflow-wrap:break-word;min-width:5.5rem;max-width:34rem}
@media (max-width:640px){.story thead{display:none}.story table,.story tbody,.story tr{display:block}.story tr{padding:.35rem 0}
.story td{display:inline-block;min-width:0;border:0;padding:.1rem .5rem}.story td:nth-last-child(2){display:block;max-width:none;overflow-wrap:anywhere}
.cards thead{display:none}.cards table,.cards tbody,.cards tr,.cards td{display:block}.cards tr{padding:.4rem 0;border-bottom:1px solid var(--line)}
.cards td{min-width:0;max-width:none;border:0;padding:.1rem .5rem;overflow-wrap:anywhere}.cards td:empty{display:none}
.cards td::before{content:attr(data-name) ": ";color:var(--soft)}}
th{color:var(--soft);font-weight:600;white-space:nowrap}
td:first-child{min-width:6.5rem}
td.day{min-width:7.4rem}
tbody tr:nth-child(even){background:var(--band)}
a{color:inherit}
summary{cursor:pointer;color:var(--soft)}
.chart{min-width:720px;width:100%;height:auto}
.picture{margin:1rem 0}.picture img{display:block;max-width:100%;height:auto;border:1px solid var(--line);border-radius:6px}
figcaption{color:var(--soft);font-size:.85rem;margin-top:.3rem}
@page{size:A4;margin:16mm}
@media print{body{font-size:10.5pt}thead{display:table-header-group}tr,figure{break-inside:avoid}.wide{overflow:visible}
.chart{min-width:0}a[href]::after{content:" (" attr(href) ")";font-size:80%;overflow-wrap:anywhere}}
)css";

bool safe_link(std::string_view href) { return href.starts_with("https://") || href.starts_with("http://"); }

// find_first_of searches its set anew for every byte; a report has millions of them.
constexpr std::array<bool, 256> markup = [] {
  std::array<bool, 256> table{};
  for (const char c : {'&', '<', '>', '"', '\''}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();
bool is_markup(char c) { return markup[static_cast<unsigned char>(c)]; }

// Text of people becomes text of the page: escaped here, once, in runs.
void put_text(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_markup(text[end])) ++end;
    out += text.substr(at, end - at);
    if (end < text.size()) out += escape_html(text.substr(end, 1));
    at = end + 1;
  }
}

// A date would break at its hyphens where the column is narrow.
bool begins_with_date(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00";
  const auto fits = [](char c, char s) { return s == '-' ? c == '-' : c >= '0' && c <= '9'; };
  return text.size() >= shape.size() &&
         std::equal(shape.begin(), shape.end(), text.begin(), [&](char s, char c) { return fits(c, s); });
}

// `column`: the name that stands before the value where a phone shows the row as a card; empty for none.
void put_cell(std::string& out, const Cell& cell, std::string_view column) {
  out += begins_with_date(cell.text) ? "<td class=\"day\"" : "<td";
  if (!column.empty()) ((out += " data-name=\"") += escape_html(column)) += '"';
  out += '>';
  if (safe_link(cell.href)) {
    out += "<a rel=\"noreferrer\" href=\"" + escape_html(cell.href) + "\">" +
           escape_html(cell.text.empty() ? "link" : cell.text) + "</a>";
  } else {
    put_text(out, cell.text);
  }
  out += "</td>";
}

void put_table(std::string& out, const Block& b) {
  if (b.folded) out += "<details><summary>" + std::to_string(b.rows.size()) + "</summary>";
  // On a phone a row of many columns is a card: squeezed, its words would fall apart into letters; scrolled, the one
  // that matters would be out of sight. The folded record has too many rows for it and scrolls.
  const bool many = b.columns.size() > 3;
  const bool story = b.id == "timeline";
  const bool cards = many && !story && !b.folded;
  out += story   ? "<div class=\"wide many story\">"
         : cards ? "<div class=\"wide many cards\">"
         : many  ? "<div class=\"wide many\">"
                 : "<div class=\"wide\">";
  out += "<table><thead><tr>";
  for (const std::string& name : b.columns) out += "<th scope=\"col\">" + escape_html(name) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : b.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      put_cell(out, row[i], cards && i < b.columns.size() ? std::string_view(b.columns[i]) : std::string_view());
    }
    out += "</tr>\n";
  }
  out += b.folded ? "</tbody></table></div></details>\n" : "</tbody></table></div>\n";
}

// Only what the record's own sum vouches for; `room`: how many bytes of pictures the page may still take.
void put_picture(std::string& out, const Block& b, const FileBytes& bytes, std::size_t& room) {
  const std::string kept = bytes ? bytes(b.id) : std::string();
  if (kept.empty()) return;  // the table of evidence has its name and sum
  const std::string url = to_hex(sha256(kept)) == b.items.front() ? picture_url(kept, room) : std::string();
  out += "<figure class=\"picture\">";
  if (!url.empty()) {
    room -= url.size();
    out += "<img alt=\"" + escape_html(b.text) + "\" src=\"" + url + "\">";
  }
  out += "<figcaption>" + escape_html(b.text);
  if (url.empty()) out += " · " + escape_html(b.items.back());
  out += "</figcaption></figure>\n";
}

struct Page {
  const Document& document;
  const FileBytes& bytes;
  std::size_t room = pictures_bytes_max;
};

void put_block(std::string& out, Page& page, const Block& b) {
  const Document& d = page.document;
  switch (b.kind) {
    case BlockKind::heading:
      out += "<h2 id=\"" + escape_html(b.id) + "\">" + escape_html(b.text) + "</h2>\n";
      break;
    case BlockKind::paragraph:
      out += "<p>" + escape_html(b.text) + "</p>\n";
      break;
    case BlockKind::prompt:
      out += "<p class=\"ask\">" + escape_html(b.text) + "</p>\n";
      break;
    case BlockKind::note:
      out += "<p class=\"state\">" + escape_html(b.text) + "</p>\n";
      break;
    case BlockKind::table:
      put_table(out, b);
      break;
    case BlockKind::list:
      out += "<ul>";
      for (const std::string& item : b.items) out += "<li>" + escape_html(item) + "</li>";
      out += "</ul>\n";
      break;
    case BlockKind::chart:
      out += "<figure class=\"wide\" style=\"margin:.6rem 0\">" + to_svg(d.chart) + "<figcaption>" +
             escape_html(d.chart.description) + "</figcaption></figure>\n";
      break;
    case BlockKind::picture:
      put_picture(out, b, page.bytes, page.room);
      break;
  }
}

}  // namespace

std::string to_html(const Document& d, const FileBytes& bytes) {
  std::string out = "<!doctype html>\n<html lang=\"" + escape_html(d.language) + "\"><head><meta charset=\"utf-8\">\n";
  out +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  out += escape_html(d.title) + "</title><style>" + std::string(page_style) + "</style></head><body><main>\n";
  out += "<h1>" + escape_html(d.title) + "</h1>\n";
  Page page{d, bytes};
  for (const Block& b : d.blocks) put_block(out, page, b);
  return out + "</main></body></html>\n";
}

}  // namespace muster
