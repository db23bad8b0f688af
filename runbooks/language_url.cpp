// URLs: a value is encoded for the part it stands in, and cannot move to another part.
#include <algorithm>

#include "bot/base/text.h"
#include "runbooks/languages.h"

namespace muster::runbooks {
namespace {

std::unexpected<Error> refused(std::string message, std::string next = {}) {
  return fail(ErrorKind::invalid, std::move(message), std::move(next));
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

// A URL that is a value as a whole, or begins with one: nothing in it may hide where it leads.
Result<std::string> base_url(const std::string& text) {
  const std::string_view rest = text.starts_with("https://")  ? std::string_view(text).substr(8)
                                : text.starts_with("http://") ? std::string_view(text).substr(7)
                                                              : std::string_view();
  if (rest.empty()) return refused("a value is no http or https address: `" + clip(one_line(text), 80) + "`");
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  const bool plain = std::ranges::all_of(host, [](char c) { return is_host_character(c) || c == '.' || c == ':'; });
  if (host.empty() || !plain) return refused("the host of an address is not plain: `" + clip(one_line(host), 80) + "`");
  const bool clean = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F' && c != '\\'; });
  if (!clean) return refused("an address holds spaces, a backslash or other letters than ASCII");
  for (const std::string& segment : split(rest.substr(0, rest.find_first_of("?#")), '/'))
    if (segment == "." || segment == "..") return refused("an address climbs with `" + segment + "`");
  return text;
}

class UrlWriter {
 public:
  explicit UrlWriter(const Marks& marks) : marks_(marks) {}

  Result<void> value(const cel::Val& v, std::string_view next) {
    auto text = text_of(v, false);
    if (!text) return std::unexpected(text.error());
    if (out_.empty()) return whole(*text);
    const std::size_t scheme = out_.find("://");
    const bool relative = out_.starts_with('/');
    if (scheme == out_.npos && !relative)
      return refused("a value stands in the scheme of an address", "Write https://.");
    const std::size_t host = relative ? 0 : scheme + 3;
    const std::size_t path = relative ? 0 : out_.find_first_of("/?#", host);
    if (path == out_.npos) return in_host(*text, out_.substr(host), next);
    if (out_.find_first_of("?#", path) == out_.npos) in_path_.push_back(out_.size());
    out_ += marks_.weave(*text, SecretForm::url, percent_encoded);
    return {};
  }
  void literal(std::string_view text) { out_ += text; }

  Result<std::string> take() {
    for (const std::size_t at : in_path_) {
      const std::size_t begin = out_.rfind('/', at == 0 ? 0 : at - 1) + 1;
      const std::string segment = out_.substr(begin, out_.find_first_of("/?#", begin) - begin);
      if (segment.empty())
        return refused("a value is empty, and the address would mean something else", "Say default(x, …).");
      if (segment == "." || segment == "..") return refused("a value would climb in the address: `" + segment + "`");
    }
    return std::move(out_);
  }

 private:
  Result<void> whole(const std::string& text) {
    if (marks_.in(text)) return refused("a secret cannot be the beginning of an address");
    const auto base = base_url(without_secret_marks(text));
    if (!base) return std::unexpected(base.error());
    out_ += *base;
    return {};
  }

  Result<void> in_host(const std::string& text, std::string_view before, std::string_view next) {
    const bool alone = before.empty() && (next.empty() || std::string_view("/?#:").find(next[0]) != next.npos);
    const bool fine = !text.empty() && !marks_.in(text) && !text.starts_with('-') &&
                      std::ranges::all_of(text, [&](char c) { return is_host_character(c) || (alone && c == '.'); });
    if (!fine) return refused("a value cannot stand in the host of an address: `" + clip(one_line(text), 80) + "`");
    out_ += text;
    return {};
  }

  const Marks& marks_;
  std::string out_;
  std::vector<std::size_t> in_path_;  // where values begin
};

}  // namespace

Result<std::string> write_url(const Pieces& pieces, const Marks& marks) {
  UrlWriter writer(marks);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].value) {
      writer.literal(pieces[i].literal);
      continue;
    }
    const bool value_next = i + 1 < pieces.size() && pieces[i + 1].value;
    const std::string_view next = i + 1 == pieces.size() ? "" : value_next ? "x" : pieces[i + 1].literal;
    if (const auto ok = writer.value(*pieces[i].value, next); !ok) return std::unexpected(ok.error());
  }
  return writer.take();
}

}  // namespace muster::runbooks
