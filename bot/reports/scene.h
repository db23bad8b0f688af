// A picture as a list of things to draw, so that SVG and PNG show the same. Values; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
  bool operator==(const Rgb&) const = default;
};

struct ScenePoint {
  double x = 0, y = 0;
};

struct SceneStroke {
  std::vector<ScenePoint> points;
  double width = 1;
  Rgb color;
  bool dashed = false;
};

struct SceneBox {
  double x = 0, y = 0, width = 0, height = 0;
  Rgb color;
};

struct SceneText {
  enum class Anchor { left, middle, right };
  double x = 0, baseline = 0;
  Anchor anchor = Anchor::left;
  Rgb color;
  std::string text;
};

// Every character takes this many pixels; one beyond ASCII may look wider.
inline constexpr double character_width = 12;

struct Scene {
  int width = 0, height = 0;
  std::string label;  // for who cannot see it
  std::vector<SceneBox> boxes;
  std::vector<SceneStroke> strokes;
  std::vector<SceneText> texts;
};

std::string paint_svg(const Scene& scene);

}  // namespace muster
