#include "bot/reports/picture.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "bot/base/base64.h"

namespace muster {
namespace {

constexpr std::string_view png_mark = "\x89PNG\r\n\x1a\n";

std::uint32_t byte_at(std::string_view s, std::size_t at) { return static_cast<unsigned char>(s[at]); }
std::uint32_t big_32(std::string_view s, std::size_t at) {
  return byte_at(s, at) << 24 | byte_at(s, at + 1) << 16 | byte_at(s, at + 2) << 8 | byte_at(s, at + 3);
}
std::uint32_t little_32(std::string_view s, std::size_t at) {
  return byte_at(s, at + 3) << 24 | byte_at(s, at + 2) << 16 | byte_at(s, at + 1) << 8 | byte_at(s, at);
}

// The chunks that say how it looks; text, times and camera data (eXIf) are none of them. W3C PNG, section 11.
Picture clean_png(std::string_view s) {
  constexpr auto kept = std::to_array<std::string_view>(
      {"IHDR", "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "pHYs", "bKGD", "cICP"});
  std::string out(png_mark);
  for (std::size_t at = png_mark.size(); s.size() - at >= 12;) {
    const std::size_t length = big_32(s, at);
    if (length > s.size() - at - 12) return {};
    const std::string_view name = s.substr(at + 4, 4), chunk = s.substr(at, length + 12);
    if (name == "IEND") return {"image/png", out + std::string(chunk)};
    if (std::ranges::find(kept, name) != kept.end()) out += chunk;
    at += length + 12;
  }
  return {};
}

// Every segment before the picture's own data but those of applications (camera data, XMP, maker's notes) and comments;
// the density, the colour profile and Adobe's colour transform change how it looks. ITU T.81, annex B.
Picture clean_jpeg(std::string_view s) {
  std::string out(s.substr(0, 2));
  for (std::size_t at = 2; s.size() - at >= 4;) {
    if (byte_at(s, at) != 0xff) return {};
    const std::uint32_t mark = byte_at(s, at + 1);
    if (mark == 0xda) {
      const std::size_t end = s.rfind("\xff\xd9");
      if (end == s.npos || end < at) return {};
      return {"image/jpeg", out.append(s.substr(at, end + 2 - at))};  // what hangs behind the end is not the picture
    }
    const std::size_t length = byte_at(s, at + 2) << 8 | byte_at(s, at + 3);
    if (length < 2 || length > s.size() - at - 2) return {};
    const bool application = (mark >= 0xe0 && mark <= 0xef) || mark == 0xfe;
    if (!application || mark == 0xe0 || mark == 0xe2 || mark == 0xee) out += s.substr(at, length + 2);
    at += length + 2;
  }
  return {};
}

// RIFF chunks; the flags of VP8X say which of them there are.
Picture clean_webp(std::string_view s) {
  constexpr char camera_and_xmp = 0x08 | 0x04;
  std::string out(s.substr(0, 12));
  for (std::size_t at = 12; s.size() - at >= 8;) {
    const std::size_t length = little_32(s, at + 4), padded = length + (length & 1);
    if (length > s.size() - at - 8 || padded > s.size() - at - 8) return {};
    const std::string_view name = s.substr(at, 4);
    std::string chunk(s.substr(at, padded + 8));
    if (name == "VP8X" && length >= 10) chunk[8] = static_cast<char>(chunk[8] & ~camera_and_xmp);
    if (name == "VP8X" || name == "VP8 " || name == "VP8L" || name == "ALPH" || name == "ICCP") out += chunk;
    at += padded + 8;
  }
  if (out.size() <= 12) return {};
  const auto size = static_cast<std::uint32_t>(out.size() - 8);
  for (int i = 0; i < 4; ++i) out[4 + static_cast<std::size_t>(i)] = static_cast<char>(size >> (8 * i) & 0xff);
  return {"image/webp", out};
}

}  // namespace

Picture clean_picture(std::string_view bytes) {
  if (bytes.starts_with(png_mark)) return clean_png(bytes);
  if (bytes.starts_with("\xff\xd8\xff")) return clean_jpeg(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP") return clean_webp(bytes);
  return {};
}

std::string picture_url(std::string_view bytes, std::size_t bytes_max) {
  if (bytes.size() > bytes_max * 2) return {};  // notes beside the picture are rarely as large as the picture
  const Picture p = clean_picture(bytes);
  if (p.type.empty()) return {};
  std::string url = "data:" + p.type + ";base64," + to_base64(p.bytes);
  return url.size() <= bytes_max ? url : std::string();
}

}  // namespace muster
