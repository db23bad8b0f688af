// Pictures of a record as a report may carry them: known by their bytes, never by their name, and without what cameras
// and programs write beside the picture (place, device, author, comments). Pure; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

struct Picture {
  std::string type;  // image/png, image/jpeg, image/webp; empty: none of these, or broken
  std::string bytes;
};
Picture clean_picture(std::string_view bytes);

// data:image/png;base64,… of at most so many bytes; empty when it is no picture or larger.
std::string picture_url(std::string_view bytes, std::size_t bytes_max);

}  // namespace muster
