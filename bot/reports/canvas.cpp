#include "bot/reports/canvas.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>

namespace muster {
namespace {

constexpr int glyph_scale = 2;  // pixels per dot of the face
constexpr double dash_on = 8, dash_off = 7;

void put32(std::string& out, std::uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift & 0xFFu);
}

void put_chunk(std::string& out, std::string_view kind, std::string_view data) {
  put32(out, static_cast<std::uint32_t>(data.size()));
  std::string body(kind);
  body += data;
  out += body;
  put32(out, static_cast<std::uint32_t>(
                 ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

std::string packed(const std::string& raw) {
  uLongf size = ::compressBound(static_cast<uLong>(raw.size()));
  std::string out(size, '\0');
  const int code = ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
                               static_cast<uLong>(raw.size()), 9);
  out.resize(code == Z_OK ? size : 0);
  return out;
}

double distance(ScenePoint p, ScenePoint a, ScenePoint b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double t = length == 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// The next code point, and how many bytes it took; outside text was repaired before it came here.
char32_t decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (byte(at + i) & 0x3Fu);
  at += length;
  return c;
}

}  // namespace

Canvas::Canvas(int width, int height)
    : width_(width), height_(height), pixels_(static_cast<std::size_t>(width * height * 3), 255) {}

void Canvas::blend(int x, int y, Rgb color, int coverage) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::uint8_t* p = &pixels_[static_cast<std::size_t>((y * width_ + x) * 3)];
  const auto mix = [coverage](std::uint8_t below, std::uint8_t above) {
    return static_cast<std::uint8_t>((below * (255 - coverage) + above * coverage + 127) / 255);
  };
  p[0] = mix(p[0], color.r), p[1] = mix(p[1], color.g), p[2] = mix(p[2], color.b);
}

void Canvas::fill(double x, double y, double width, double height, Rgb color) {
  for (int row = static_cast<int>(std::lround(y)); row < static_cast<int>(std::lround(y + height)); ++row)
    for (int column = static_cast<int>(std::lround(x)); column < static_cast<int>(std::lround(x + width)); ++column)
      blend(column, row, color, 255);
}

void Canvas::segment(ScenePoint a, ScenePoint b, double half) {
  const double reach = half + 1;
  const int left = std::max(0, static_cast<int>(std::floor(std::min(a.x, b.x) - reach)));
  const int right = std::min(width_ - 1, static_cast<int>(std::ceil(std::max(a.x, b.x) + reach)));
  const int top = std::max(0, static_cast<int>(std::floor(std::min(a.y, b.y) - reach)));
  const int bottom = std::min(height_ - 1, static_cast<int>(std::ceil(std::max(a.y, b.y) + reach)));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const double share = half + 0.5 - distance({x + 0.5, y + 0.5}, a, b);
      if (share <= 0) continue;
      std::uint8_t& m = mask_[static_cast<std::size_t>(y * width_ + x)];
      m = std::max(m, static_cast<std::uint8_t>(std::min(share, 1.0) * 255));
    }
  }
}

void Canvas::stroke(const std::vector<ScenePoint>& points, double width, Rgb color, bool dashed) {
  mask_.assign(static_cast<std::size_t>(width_ * height_), 0);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const ScenePoint a = points[i], b = points[i + 1];
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    if (!dashed || length == 0) {
      segment(a, b, width / 2);
      continue;
    }
    const auto at = [&](double way) {
      return ScenePoint{a.x + (b.x - a.x) * way / length, a.y + (b.y - a.y) * way / length};
    };
    for (double way = 0; way < length; way += dash_on + dash_off)
      segment(at(way), at(std::min(way + dash_on, length)), width / 2);
  }
  if (points.size() == 1) segment(points[0], points[0], width / 2);
  for (int y = 0; y < height_; ++y)
    for (int x = 0; x < width_; ++x)
      if (const int m = mask_[static_cast<std::size_t>(y * width_ + x)]; m > 0) blend(x, y, color, m);
}

void Canvas::text(double x, double baseline, std::string_view text, Rgb color) {
  const int top = static_cast<int>(std::lround(baseline)) - 7 * glyph_scale;
  int left = static_cast<int>(std::lround(x));
  for (std::size_t at = 0; at < text.size();) {
    const Glyph& g = glyph(decode(text, at));
    for (int row = 0; row < 9; ++row)
      for (int column = 0; column < 5; ++column) {
        if (!(g[static_cast<std::size_t>(row)] & (0x10u >> column))) continue;
        fill(left + column * glyph_scale, top + row * glyph_scale, glyph_scale, glyph_scale, color);
      }
    left += static_cast<int>(character_width);
  }
}

std::string Canvas::png() const {
  std::string raw;
  raw.reserve(pixels_.size() + static_cast<std::size_t>(height_));
  const auto row_bytes = static_cast<std::size_t>(width_ * 3);
  for (int y = 0; y < height_; ++y) {
    raw += '\0';  // no filter: flat colours pack well as they are
    raw.append(reinterpret_cast<const char*>(&pixels_[static_cast<std::size_t>(y) * row_bytes]), row_bytes);
  }
  std::string header;
  put32(header, static_cast<std::uint32_t>(width_));
  put32(header, static_cast<std::uint32_t>(height_));
  header += std::string_view("\x08\x02\x00\x00\x00", 5);  // eight bits each of red, green and blue
  std::string out = "\x89PNG\r\n\x1A\n";
  put_chunk(out, "IHDR", header);
  put_chunk(out, "IDAT", packed(raw));
  put_chunk(out, "IEND", {});
  return out;
}

std::string paint_png(const Scene& s) {
  Canvas canvas(s.width, s.height);
  for (const SceneBox& b : s.boxes) canvas.fill(b.x, b.y, b.width, b.height, b.color);
  for (const SceneStroke& stroke : s.strokes) canvas.stroke(stroke.points, stroke.width, stroke.color, stroke.dashed);
  for (const SceneText& t : s.texts) {
    std::size_t at = 0, characters = 0;
    while (at < t.text.size()) decode(t.text, at), ++characters;
    const double width = static_cast<double>(characters) * character_width;
    const double shift = t.anchor == SceneText::Anchor::left     ? 0
                         : t.anchor == SceneText::Anchor::middle ? width / 2
                                                                 : width;
    canvas.text(t.x - shift, t.baseline, t.text, t.color);
  }
  return canvas.png();
}

}  // namespace muster
