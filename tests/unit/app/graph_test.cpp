// The picture and the message of `graph`.
#include "bot/reports/graph.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "bot/base/text.h"
#include "bot/graph_answer.h"
#include "bot/reports/canvas.h"

using namespace muster;

namespace {

constexpr TimeMs start = 1'773'724'200'000;  // 2026-03-17 05:10

MetricSeries wave(const std::string& code, double height, int from = 0, int to = 240) {
  MetricSeries s;
  s.labels = {{"job", "api"}, {"code", code}};
  for (int i = from; i <= to; ++i)
    s.points.push_back({start + i * 15 * second_ms, height * (1.2 + std::sin(i / 18.0) + (i % 7) / 14.0)});
  return s;
}

Graph sample() {
  Graph g;
  g.title = "sum(rate(http_requests_total{job=\"api\"}[5m])) by (code)";
  g.subtitle = "2026-03-17 05:10 - 06:10 UTC | step 15s | main";
  g.from_ms = start;
  g.to_ms = start + hour_ms;
  g.step_ms = 15 * second_ms;
  g.series = {wave("200", 140), wave("500", 40, 60, 200), wave("404", 8)};
  g.series[2].points.erase(g.series[2].points.begin() + 100, g.series[2].points.begin() + 140);
  g.names = {"{code=\"200\"}", "{code=\"500\"}", "{code=\"404\"}"};
  g.threshold = 250;
  return g;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(bytes.at(at + i));
  return v;
}

struct Picture {
  std::uint32_t width = 0, height = 0;
  std::string raw;  // rows, each with its filter byte
};

// Reads what the encoder wrote: chunks with their sums, one packed stream.
Picture decoded(const std::string& png) {
  REQUIRE(png.starts_with("\x89PNG\r\n\x1A\n"));
  Picture p;
  std::string packed, last;
  for (std::size_t at = 8; at < png.size();) {
    const std::uint32_t size = number_at(png, at);
    const std::string kind = png.substr(at + 4, 4), data = png.substr(at + 8, size);
    const auto* body = reinterpret_cast<const Bytef*>(png.data() + at + 4);
    CHECK(number_at(png, at + 8 + size) == ::crc32(0, body, size + 4));
    if (kind == "IHDR") p.width = number_at(data, 0), p.height = number_at(data, 4);
    if (kind == "IDAT") packed += data;
    last = kind;
    at += 12 + size;
  }
  CHECK(last == "IEND");
  p.raw.resize(std::size_t{p.height} * (p.width * 3 + 1));
  uLongf size = p.raw.size();
  REQUIRE(::uncompress(reinterpret_cast<Bytef*>(p.raw.data()), &size, reinterpret_cast<const Bytef*>(packed.data()),
                       packed.size()) == Z_OK);
  CHECK(size == p.raw.size());
  return p;
}

Rgb pixel(const Picture& p, std::uint32_t x, std::uint32_t y) {
  const std::size_t at = std::size_t{y} * (p.width * 3 + 1) + 1 + x * 3;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(p.raw.at(i)); };
  return {byte(at), byte(at + 1), byte(at + 2)};
}

// A look at the pictures: MUSTER_PICTURES=folder keeps them.
void keep(const std::string& name, const std::string& bytes) {
  if (const char* folder = std::getenv("MUSTER_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << bytes;
}

ReadWanted wanted() {
  return {.what = "graph",
          .incident = {},
          .args = {},
          .named = {{"expression", "rate(x[5m])"}, {"backend", "main"}, {"span_ms", "3600000"}},
          .language = "en",
          .zone = "UTC"};
}

}  // namespace

TEST_CASE("a drawn PNG can be read back, and its pixels are where they were painted") {
  Canvas canvas(20, 10);
  canvas.fill(2, 3, 4, 2, {10, 20, 30});
  canvas.stroke({{0, 8}, {20, 8}}, 2, {200, 0, 0}, false);
  const Picture p = decoded(canvas.png());
  CHECK(p.width == 20);
  CHECK(p.height == 10);
  CHECK(pixel(p, 2, 3) == Rgb{10, 20, 30});
  CHECK(pixel(p, 5, 4) == Rgb{10, 20, 30});
  CHECK(pixel(p, 6, 4) == Rgb{255, 255, 255});
  CHECK(pixel(p, 10, 8) == Rgb{200, 0, 0});
}

TEST_CASE("what leaves the canvas is cut, not written beside it") {
  Canvas canvas(10, 10);
  canvas.fill(-5, -5, 100, 8, {1, 2, 3});
  canvas.stroke({{-1000, 5}, {1000, 5}}, 3, {4, 5, 6}, true);
  canvas.text(-7, 40, "outside", {7, 8, 9});
  CHECK(decoded(canvas.png()).raw.size() == 310);
}

TEST_CASE("every letter of ASCII has a face of its own, and others a box") {
  for (char32_t c = U'!'; c <= U'~'; ++c)
    for (char32_t d = c + 1; d <= U'~'; ++d)
      CHECK_MESSAGE(glyph(c) != glyph(d), static_cast<int>(c), " ", static_cast<int>(d));
  CHECK(glyph(U'장') == glyph(U'\u2603'));
  CHECK(glyph(U'µ') == glyph(U'u'));
}

TEST_CASE("the picture shows lines, gaps, threshold and legend, as PNG and as SVG") {
  const Scene scene = graph_scene(sample());
  const std::string png = paint_png(scene), svg = paint_svg(scene);
  keep("graph.png", png);
  keep("graph.svg", svg);
  CHECK(decoded(png).width == 960);
  CHECK(png.size() < 100'000);
  // Three series, one of them in two parts, and the threshold.
  CHECK(scene.strokes.size() == 5);
  CHECK(svg.contains("stroke-dasharray"));
  CHECK(svg.contains("{code=&quot;500&quot;}"));
  CHECK(is_utf8(svg));
}

TEST_CASE("labels cannot leave the text of the SVG") {
  Graph g = sample();
  g.title = "</title><script>alert(1)</script>";
  g.names[0] = "\"><img onerror=x>\n&";
  const std::string svg = paint_svg(graph_scene(g));
  CHECK_FALSE(svg.contains("<script"));
  CHECK_FALSE(svg.contains("<img"));
}

TEST_CASE("strange numbers make no strange picture") {
  Graph g = sample();
  for (const double v : {0.0, -5.0, 1e308, -1e308, 1e-320, 3.0}) {
    g.series[0].points = {{start, v}, {start + minute_ms, std::nan("")}, {start + hour_ms, v}};
    g.series.resize(1);
    g.threshold = v;
    const Scene scene = graph_scene(g);
    CAPTURE(v);
    for (const SceneStroke& s : scene.strokes)
      for (const ScenePoint& p : s.points)
        CHECK((std::isfinite(p.x) && std::isfinite(p.y) && p.y >= 0 && p.y <= scene.height));
    CHECK(scene.texts.size() < 60);
  }
  g.series.clear();
  g.to_ms = g.from_ms;
  CHECK(graph_scene(g).height > 0);
}

TEST_CASE("the message has blocks and figures per series, and both pictures") {
  const ReadWanted w = wanted();
  const MetricQuery q = graph_query(w, start + hour_ms);
  CHECK(q.step_ms == 15 * second_ms);
  CHECK(q.start_ms == start);
  MetricAnswer answer;
  answer.type = "matrix";
  answer.series = sample().series;
  answer.left_off = 3;
  const Outcome o = graph_outcome(w, q, answer);
  CHECK(o.reply.text == "📈 `rate(x[5m])` · 1h until 06:10 UTC · step 15s · main");
  REQUIRE(o.reply.sections.size() == 2);
  CHECK(o.reply.sections[0].text.contains("▁"));
  CHECK(o.reply.sections[0].text.contains("{code=\"404\"}"));
  CHECK_FALSE(o.reply.sections[0].text.contains("job="));
  CHECK(o.reply.sections[1].text == "and 3 more series");
  REQUIRE(o.reply.attachments.size() == 2);
  // A picture survives being stored as text.
  const Message stored = message_from(to_value(o.reply));
  CHECK(stored.attachments[0].text == o.reply.attachments[0].text);
  CHECK(stored.attachments[1].text == o.reply.attachments[1].text);
}

TEST_CASE("no data, a refusal and a text are answers without a picture") {
  const ReadWanted w = wanted();
  const MetricQuery q = graph_query(w, start);
  MetricAnswer none;
  none.type = "matrix";
  CHECK(graph_outcome(w, q, none).reply.text.contains("no data"));
  CHECK(graph_outcome(w, q, none).reply.attachments.empty());
  const Outcome failed = graph_outcome(w, q, fail(ErrorKind::invalid, "1:5: parse error"));
  CHECK_FALSE(failed.ok);
  CHECK(failed.reply.text == "main did not answer this query: 1:5: parse error");
}
