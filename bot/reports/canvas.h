// Paint on a grid of pixels: lines with soft edges, boxes, text in a face of our own; and the result as PNG. Any
// thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bot/reports/scene.h"

namespace muster {

using Glyph = std::array<std::uint8_t, 9>;  // rows from the top, five bits each, the leftmost column is 0x10
const Glyph& glyph(char32_t character);     // a box for what the face lacks

class Canvas {
 public:
  Canvas(int width, int height);  // white
  void fill(double x, double y, double width, double height, Rgb color);
  void stroke(const std::vector<ScenePoint>& points, double width, Rgb color, bool dashed);
  void text(double x, double baseline, std::string_view text, Rgb color);  // from x to the right
  std::string png() const;

 private:
  void segment(ScenePoint a, ScenePoint b, double half_width);
  void blend(int x, int y, Rgb color, int coverage);  // 0 … 255

  int width_, height_;
  std::vector<std::uint8_t> pixels_;  // red, green, blue
  std::vector<std::uint8_t> mask_;    // of the stroke that is being drawn
};

std::string paint_png(const Scene& scene);

}  // namespace muster
