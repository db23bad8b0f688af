// A report as one HTML file: no script, nothing loaded from elsewhere; pictures of the record stand in it, all of them
// together at most pictures_bytes_max. Pure; any thread.
#pragma once
#include <functional>
#include <string>

#include "bot/core/postmortems/document.h"

namespace muster {

inline constexpr std::size_t pictures_bytes_max = 2u << 20;  // as they stand in the page
// The bytes of a stored file; empty when there are none. Only asked for pictures.
using FileBytes = std::function<std::string(const std::string& id)>;

std::string to_html(const Document& document, const FileBytes& bytes = {});

}  // namespace muster
