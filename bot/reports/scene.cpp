#include "bot/reports/scene.h"

#include <cstdio>

#include "bot/base/text.h"

namespace muster {
namespace {

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", v);
  std::string out = text;
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

std::string color(Rgb c) {
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", c.r, c.g, c.b);
  return text;
}

std::string attr(const char* name, const std::string& value) { return std::string(" ") + name + "=\"" + value + "\""; }

std::string path(const SceneStroke& s) {
  std::string d;
  for (const ScenePoint& p : s.points) d += (d.empty() ? "M" : " L") + number(p.x) + " " + number(p.y);
  return "<path fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"" + attr("d", d) +
         attr("stroke", color(s.color)) + attr("stroke-width", number(s.width)) +
         (s.dashed ? attr("stroke-dasharray", "8 7") : "") + "/>\n";
}

std::string text(const SceneText& t) {
  const char* anchor = t.anchor == SceneText::Anchor::left     ? "start"
                       : t.anchor == SceneText::Anchor::middle ? "middle"
                                                               : "end";
  return "<text" + attr("x", number(t.x)) + attr("y", number(t.baseline)) + attr("text-anchor", anchor) +
         attr("fill", color(t.color)) + ">" + escape_html(one_line(t.text)) + "</text>\n";
}

}  // namespace

std::string paint_svg(const Scene& s) {
  const std::string width = std::to_string(s.width), height = std::to_string(s.height);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attr("width", width) + attr("height", height) +
                    attr("viewBox", "0 0 " + width + " " + height) + attr("role", "img") +
                    attr("font-family", "ui-monospace, Menlo, Consolas, monospace") + attr("font-size", "19") + ">\n" +
                    "<title>" + escape_html(one_line(s.label)) + "</title>\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  for (const SceneBox& b : s.boxes)
    out += "<rect" + attr("x", number(b.x)) + attr("y", number(b.y)) + attr("width", number(b.width)) +
           attr("height", number(b.height)) + attr("fill", color(b.color)) + "/>\n";
  for (const SceneStroke& stroke : s.strokes) out += path(stroke);
  for (const SceneText& t : s.texts) out += text(t);
  return out + "</svg>\n";
}

}  // namespace muster
