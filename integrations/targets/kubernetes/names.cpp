#include "integrations/targets/kubernetes/names.h"

#include <algorithm>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "integrations/targets/kubernetes/config.h"

namespace muster::kubernetes {
namespace {

constexpr std::string_view placeholder = "{version}";
constexpr const char* digest_pattern = "sha256:[0-9a-f]{64}";
constexpr const char* tag_pattern = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
// Of the reference grammar of container images: host with a port, path, tag, digest.
constexpr const char* image_pattern =
    "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
    "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
    "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?";

bool matches(std::string_view text, const char* pattern) { return full_match(text, pattern).value_or(false); }

bool is_label_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

struct Image {
  std::string repository, tag, digest;
};

// The tag's colon stands behind the last slash; one before it belongs to a port.
Image parts_of(std::string_view image) {
  Image parts;
  if (const std::size_t at = image.find('@'); at != image.npos) {
    parts.digest = std::string(image.substr(at + 1));
    image = image.substr(0, at);
  }
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon != image.npos && (slash == image.npos || colon > slash)) {
    parts.tag = std::string(image.substr(colon + 1));
    image = image.substr(0, colon);
  }
  parts.repository = std::string(image);
  return parts;
}

// What stands in the place of {version}, where the image is of the template.
std::string filled_in(std::string_view image, std::string_view image_template) {
  const std::size_t at = image_template.find(placeholder);
  const std::string_view head = image_template.substr(0, at), tail = image_template.substr(at + placeholder.size());
  if (image.size() <= head.size() + tail.size() || !image.starts_with(head) || !image.ends_with(tail)) return {};
  return std::string(image.substr(head.size(), image.size() - head.size() - tail.size()));
}

std::string filled(std::string_view image_template, std::string_view version) {
  std::string image(image_template);
  return image.replace(image.find(placeholder), placeholder.size(), version);
}

}  // namespace

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_label_character(text.front()) && is_label_character(text.back()) &&
         std::ranges::all_of(text, [](char c) { return c == '-' || is_label_character(c); });
}

bool is_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  return std::ranges::all_of(split(text, '.'), [](const std::string& label) { return is_label(label); });
}

bool is_version(std::string_view text) { return matches(text, tag_pattern) || matches(text, digest_pattern); }

bool is_image(std::string_view text) { return text.size() <= 512 && matches(text, image_pattern); }

std::string escape(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  constexpr std::string_view hex = "0123456789ABCDEF";
  if (text == "." || text == "..") return text == "." ? "%2E" : "%2E%2E";  // a path of its own meaning otherwise
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != plain.npos) {
      out += c;
    } else {
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

Result<std::string> image_for(std::string_view version, std::string_view image_template, std::string_view present) {
  if (!is_version(version)) {
    return fail(ErrorKind::invalid, "`" + clip(one_line(version), 80) + "` is neither a tag nor a digest of an image",
                "A tag has letters, digits, `_`, `.` and `-`, at most 128; a digest is sha256: and 64 hex digits.");
  }
  const bool digest = version.starts_with("sha256:");
  std::string image;
  if (image_template.empty()) {
    image = parts_of(present).repository + (digest ? "@" : ":") + std::string(version);
  } else if (digest) {
    const std::string tagged = ":" + std::string(placeholder);
    std::string pinned(image_template);
    const std::size_t at = pinned.find(tagged);
    if (at == pinned.npos) return fail(ErrorKind::invalid, "the image of this service takes no digest, only a tag");
    image = pinned.replace(at, tagged.size(), "@" + std::string(version));
  } else {
    image = filled(image_template, version);
  }
  if (is_image(image)) return image;
  return fail(ErrorKind::invalid, "`" + clip(one_line(image), 120) + "` is no name of an image");
}

std::string version_of(std::string_view image, std::string_view image_template) {
  const Image parts = parts_of(image);
  if (!image_template.empty()) {
    const bool pinned = parts.tag.empty() && !parts.digest.empty();
    std::string version = filled_in(pinned ? parts.repository + ":x" : image, image_template);
    if (version.empty()) return std::string(image);
    return pinned ? parts.digest : version.substr(0, version.find('@'));
  }
  if (!parts.tag.empty()) return parts.tag;
  return parts.digest.empty() ? "latest" : parts.digest;
}

std::vector<Fault> faults_of(const KubernetesWorkloadDef& def) {
  std::vector<Fault> faults;
  const auto refuse = [&](bool bad, const char* field, const char* message, const char* expected) {
    if (bad) faults.push_back({field, message, expected});
  };
  constexpr const char* name = "small letters, digits, `-` and `.`, as the cluster has it";
  refuse(!def.name.empty() && !is_subdomain(def.name), "name", "it is no name of an object", name);
  refuse(def.name.empty() && !is_subdomain(def.service), "service", "it is no name of an object: say `name`", name);
  refuse(!def.namespace_name.empty() && !is_label(def.namespace_name), "namespace", "it is no namespace", name);
  refuse(!def.container.empty() && !is_label(def.container), "container", "it is no name of a container", name);
  if (def.image.empty()) return faults;
  const std::size_t at = def.image.find(placeholder);
  refuse(at == std::string::npos, "image", "it is not told the version", "registry/name:{version}");
  refuse(at != std::string::npos && !is_image(filled(def.image, "1")), "image", "it is no name of an image",
         "registry/name:{version}");
  return faults;
}

std::vector<Fault> faults_of(const KubernetesTargetDef& def) {
  std::vector<Fault> faults;
  if (!def.namespace_name.empty() && !is_label(def.namespace_name))
    faults.push_back({"namespace", "it is no namespace", "small letters, digits and `-`"});
  if (def.timeout <= 0) faults.push_back({"timeout", "it leaves no time at all", "30s"});
  for (const std::string& service : def.services) {
    const bool described =
        std::ranges::any_of(def.workloads, [&](const KubernetesWorkloadDef& w) { return w.service == service; });
    if (!described && !is_subdomain(service))
      faults.push_back({"services", "`" + clip(service, 60) + "` is no name of a Deployment",
                        "an entry of kubernetes_workloads that says what it is called"});
  }
  return faults;
}

}  // namespace muster::kubernetes
