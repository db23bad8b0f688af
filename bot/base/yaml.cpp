#include "bot/base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "bot/base/text.h"

namespace muster {
namespace {

// Thrown inside the library's parser to stop it, caught in read_yaml: the library offers no other way out.
struct Stop {
  YamlProblem problem;
};

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { leaf(mark, {}, YamlNode::Kind::null, false); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    refuse_tag(mark, tag);
    leaf(mark, value, YamlNode::Kind::scalar, tag == "!");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(mark, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    std::set<std::string> keys;
    YamlMember pending;
    bool has_key = false;
  };

  using Problem = YamlProblem::Kind;

  [[noreturn]] static void stop(const YAML::Mark& mark, std::string message, Problem kind = Problem::too_large) {
    throw Stop{{mark.line + 1, mark.column + 1, std::move(message), kind}};
  }
  [[noreturn]] static void refuse_alias(const YAML::Mark& mark) {
    stop(mark, "anchors and aliases (&name, *name) are not read here; put a star that is meant as text in quotes",
         Problem::unsupported);
  }
  // "?" is a plain scalar's and "!" a quoted one's: the library's words for "no tag".
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    document_.problems.push_back({mark.line + 1, mark.column + 1,
                                  "tags (!name) are not read here; put text that begins with ! in quotes",
                                  Problem::unsupported});
  }
  void count(const YAML::Mark& mark) {
    if (++nodes_ > yaml_nodes_max) stop(mark, "too many values in one file");
  }
  static YamlNode made(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }
  void leaf(const YAML::Mark& mark, const std::string& text, YamlNode::Kind kind, bool quoted) {
    count(mark);
    YamlNode node = made(mark, kind);
    node.text = text;
    node.quoted = quoted;
    add(std::move(node));
  }
  void open(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(mark);
    if (static_cast<int>(stack_.size()) >= yaml_depth_max) {
      stop(mark, "nested deeper than " + std::to_string(yaml_depth_max) + " levels");
    }
    stack_.emplace_back();
    stack_.back().node = made(mark, kind);
  }
  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }
  void add(YamlNode node) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Frame& top = stack_.back();
    if (top.node.kind == YamlNode::Kind::list) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      take_key(top, std::move(node));
    } else {
      finish_member(top, std::move(node));
    }
  }
  void take_key(Frame& top, YamlNode node) {
    if (node.kind != YamlNode::Kind::scalar) {
      throw Stop{{node.line, node.column, "the name of a setting must be plain text"}};
    }
    top.pending = {.key = std::move(node.text), .line = node.line, .column = node.column, .value = {}};
    top.has_key = true;
  }
  void finish_member(Frame& top, YamlNode node) {
    top.has_key = false;
    YamlMember& member = top.pending;
    if (!top.keys.insert(member.key).second) {
      document_.problems.push_back({member.line, member.column,
                                    "`" + clip(one_line(member.key), 60) + "` stands here twice", Problem::duplicate});
      return;
    }
    member.value = std::move(node);
    top.node.members.push_back(std::move(member));
  }

  YamlDocument& document_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0;
};

void parse_into(std::string_view text, YamlDocument& document) {
  std::istringstream stream{std::string(text)};
  YAML::Parser parser(stream);
  Builder builder(document);
  if (!parser.HandleNextDocument(builder)) return;
  YamlDocument second;
  Builder rest(second);
  if (parser.HandleNextDocument(rest)) {
    document.problems.push_back({second.root.line, second.root.column, "one document per file, this is a second one",
                                 YamlProblem::Kind::unsupported});
  }
}

void fail_whole(YamlDocument& document, YamlProblem problem) {
  document.root = {};
  document.problems.push_back(std::move(problem));
}

// What the library calls "illegal block entry" and the like.
bool indented_by_tab(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view front = text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
  return front.contains('\t');
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto it = std::ranges::find(members, key, &YamlMember::key);
  return it == members.end() ? nullptr : &it->value;
}

YamlDocument read_yaml(std::string_view text) {
  YamlDocument document;
  if (text.size() > yaml_bytes_max) {
    fail_whole(document,
               {1, 1, "larger than " + std::to_string(yaml_bytes_max >> 10) + " KiB", YamlProblem::Kind::too_large});
  } else if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    fail_whole(document, {1, 1, "this is not UTF-8 text"});
  } else {
    try {
      parse_into(text, document);
    } catch (const Stop& stop) {
      fail_whole(document, stop.problem);
    } catch (const YAML::Exception& error) {
      const bool tab = indented_by_tab(text, error.mark.line);
      fail_whole(document,
                 {error.mark.line + 1, error.mark.column + 1,
                  tab ? "not YAML: a tab stands in the indentation, where only spaces may" : "not YAML: " + error.msg});
    }
  }
  return document;
}

Result<YamlNode> parse_yaml(std::string_view text) {
  YamlDocument document = read_yaml(text);
  if (document.problems.empty()) return std::move(document.root);
  const YamlProblem& first = document.problems.front();
  return fail(ErrorKind::invalid,
              "line " + std::to_string(first.line) + ", column " + std::to_string(first.column) + ": " + first.message);
}

}  // namespace muster
