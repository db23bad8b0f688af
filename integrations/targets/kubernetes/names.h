// Names, versions and images, held against their grammars before they come near a URL or a patch. Pure.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/result.h"

namespace muster::kubernetes {

bool is_label(std::string_view text);       // RFC 1123: what a namespace or a container is called
bool is_subdomain(std::string_view text);   // labels with dots between: what most objects are called
bool is_version(std::string_view text);     // an image's tag, or its digest (sha256:…)
bool is_image(std::string_view text);       // registry/path:tag@digest
std::string escape(std::string_view text);  // for one segment of a path or one value of a query

// "{version}" in a template, or the present image with another tag. A digest takes the place of the tag.
Result<std::string> image_for(std::string_view version, std::string_view image_template, std::string_view present);
// The tag, or the digest of an image without one. An image that is not of the template is its own version.
std::string version_of(std::string_view image, std::string_view image_template);

}  // namespace muster::kubernetes
