#include "bot/reports/picture.h"

#include <doctest/doctest.h>

#include "bot/base/hash.h"
#include "bot/core/postmortems/report.h"
#include "bot/reports/html.h"

using namespace muster;

namespace {

std::string png_chunk(const std::string& name, const std::string& data) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(data.size() >> shift & 0xff);
  return out + name + data + "crc4";
}

std::string png(const std::string& beside = {}) {
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", "head") + beside + png_chunk("IDAT", "pixels") + png_chunk("IEND", "");
}

std::string jpeg_part(char mark, const std::string& data) {
  const auto length = data.size() + 2;
  return std::string{'\xff', mark, static_cast<char>(length >> 8), static_cast<char>(length & 0xff)} + data;
}

std::string jpeg(const std::string& beside = {}) {
  return "\xff\xd8" + beside + jpeg_part('\xdb', "table") + jpeg_part('\xda', "scan") + "pixels\xff\xd9";
}

Document with_picture(const std::string& sum) {
  Document d;
  Block b;
  b.kind = BlockKind::picture;
  b.id = "slack-F1";
  b.text = "graph <1>.png";
  b.items = {sum, "not shown here"};
  d.blocks = {b, b};
  return d;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("a picture is known by its bytes and loses what cameras and programs wrote beside it") {
  CHECK(clean_picture(png()).type == "image/png");
  CHECK(clean_picture(png(png_chunk("eXIf", "lat=52.5") + png_chunk("tEXt", "Author\0Ana"))).bytes == png());
  CHECK(clean_picture(png() + "a second file behind the end").bytes == png());
  const std::string place = jpeg_part('\xe1', "Exif lat=52.5") + jpeg_part('\xfe', "by Ana");
  CHECK(clean_picture(jpeg(place)).type == "image/jpeg");
  CHECK(clean_picture(jpeg(place)).bytes == jpeg());
  const auto webp = [](const std::string& chunks) {
    return "RIFF" + std::string{static_cast<char>(chunks.size() + 4), 0, 0, 0} + "WEBP" + chunks;
  };
  const auto chunk = [](const std::string& name, const std::string& data) {
    return name + std::string{static_cast<char>(data.size()), 0, 0, 0} + data;
  };
  const std::string head = std::string("\x0c", 1) + std::string(9, '\0'), bare = std::string(10, '\0');
  const std::string whole = webp(chunk("VP8X", head) + chunk("VP8 ", "pixels") + chunk("EXIF", "lat=52"));
  CHECK(clean_picture(whole).type == "image/webp");
  CHECK(clean_picture(whole).bytes == webp(chunk("VP8X", bare) + chunk("VP8 ", "pixels")));
}

TEST_CASE("what is no picture, or a broken one, is not shown") {
  for (const std::string& bytes :
       {std::string(), std::string("<svg onload=alert(1)>"), std::string("\x89PNG\r\n\x1a\n"), png().substr(0, 30),
        std::string("\xff\xd8\xff"), jpeg().substr(0, 12), std::string("RIFF\1\0\0\0WEBP", 12),
        std::string("RIFF\1\0\0\0WEBPVP8 \xff\xff\xff\x7f", 20),
        "\x89PNG\r\n\x1a\n" + std::string("\xff\xff\xff\xffIHDR....")})
    CHECK(clean_picture(bytes).type.empty());
  CHECK(picture_url(png(), 10).empty());
  CHECK(picture_url(png(), 1'000).starts_with("data:image/png;base64,"));
}

TEST_CASE("a page shows the pictures that the record vouches for, up to its limit, and loads nothing") {
  const auto page = [](const std::string& bytes, const std::string& sum) {
    return to_html(with_picture(sum), [&](const std::string& id) { return id == "slack-F1" ? bytes : ""; });
  };
  const std::string good = page(png(), to_hex(sha256(png())));
  CHECK(has(good, "<img alt=\"graph &lt;1&gt;.png\" src=\"data:image/png;base64,"));
  CHECK_FALSE(has(good, "not shown here"));
  const std::string changed = page(png(), to_hex(sha256("another")));
  CHECK_FALSE(has(changed, "<img"));
  CHECK(has(changed, "graph &lt;1&gt;.png · not shown here"));
  CHECK_FALSE(has(page("", to_hex(sha256(png()))), "figure class"));
  const std::string large = png(png_chunk("IDAT", std::string(900'000, 'x')));
  const std::string both = page(large, to_hex(sha256(large)));  // the second one does not fit any more
  CHECK(both.find("<img") == both.rfind("<img"));
  CHECK(has(both, "not shown here"));
  CHECK(both.size() < pictures_bytes_max + 100'000);
}
