#include "bot/base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "bot/base/text.h"

namespace muster {
namespace {

// Ends the reading of a text; caught in read_yaml.
struct Stop {
  YamlProblem problem;
};

std::string_view view_of(const yaml_char_t* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

bool is_null_word(std::string_view text) {
  constexpr auto words = std::to_array<std::string_view>({"", "~", "null", "Null", "NULL"});
  return std::ranges::find(words, text) != words.end();
}

// Makes nodes of the parser's events.
class Builder {
 public:
  explicit Builder(YamlDocument& document) : document_(document) {}

  // False when the document is at its end.
  bool take(const yaml_event_t& event) {
    const yaml_mark_t& mark = event.start_mark;
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        refuse_alias(mark);
      case YAML_SCALAR_EVENT:
        scalar(mark, event.data.scalar.anchor, event.data.scalar.tag, event);
        break;
      case YAML_SEQUENCE_START_EVENT:
        refuse(mark, event.data.sequence_start.anchor, event.data.sequence_start.tag);
        open(mark, YamlNode::Kind::list);
        break;
      case YAML_MAPPING_START_EVENT:
        refuse(mark, event.data.mapping_start.anchor, event.data.mapping_start.tag);
        open(mark, YamlNode::Kind::map);
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        break;
      case YAML_DOCUMENT_END_EVENT:
        return false;
      default:
        break;
    }
    return true;
  }

 private:
  struct Frame {
    YamlNode node;
    std::set<std::string> keys;
    YamlMember pending;
    bool has_key = false;
  };

  using Problem = YamlProblem::Kind;

  static int line_of(const yaml_mark_t& mark) { return static_cast<int>(mark.line) + 1; }
  static int column_of(const yaml_mark_t& mark) { return static_cast<int>(mark.column) + 1; }
  [[noreturn]] static void stop(const yaml_mark_t& mark, std::string message, Problem kind = Problem::too_large) {
    throw Stop{{line_of(mark), column_of(mark), std::move(message), kind}};
  }
  [[noreturn]] static void refuse_alias(const yaml_mark_t& mark) {
    stop(mark, "anchors and aliases (&name, *name) are not read here; put a star that is meant as text in quotes",
         Problem::unsupported);
  }
  void refuse(const yaml_mark_t& mark, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (anchor) refuse_alias(mark);
    if (!tag || view_of(tag) == "!") return;
    document_.problems.push_back({line_of(mark), column_of(mark),
                                  "tags (!name) are not read here; put text that begins with ! in quotes",
                                  Problem::unsupported});
  }
  void count(const yaml_mark_t& mark) {
    if (++nodes_ > yaml_nodes_max) stop(mark, "too many values in one file");
  }
  static YamlNode made(const yaml_mark_t& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    node.column = column_of(mark);
    return node;
  }
  void scalar(const yaml_mark_t& mark, const yaml_char_t* anchor, const yaml_char_t* tag, const yaml_event_t& event) {
    refuse(mark, anchor, tag);
    count(mark);
    const auto& read = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(read.value), read.length);
    const bool plain = read.style == YAML_PLAIN_SCALAR_STYLE && !tag;
    YamlNode node = made(mark, plain && is_null_word(text) ? YamlNode::Kind::null : YamlNode::Kind::scalar);
    if (node.kind == YamlNode::Kind::scalar) node.text = text;
    node.quoted = node.kind == YamlNode::Kind::scalar && !plain;
    add(std::move(node));
  }
  void open(const yaml_mark_t& mark, YamlNode::Kind kind) {
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

// The library's parser over a text that outlives it.
class Events {
 public:
  explicit Events(std::string_view text) : text_(text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  ~Events() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }

  // Valid until the next call. Throws Stop at what is no YAML.
  const yaml_event_t& next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 0) throw Stop{problem()};
    return event_;
  }

 private:
  YamlProblem problem() const {
    const std::string what = parser_.problem ? parser_.problem : "it cannot be read";
    if (parser_.error == YAML_READER_ERROR) {  // a character that may not stand in YAML; its place is a byte's
      const std::string_view before = text_.substr(0, parser_.problem_offset);
      const std::size_t line = before.rfind('\n') + 1;  // 0 in the first line
      return {static_cast<int>(std::ranges::count(before, '\n')) + 1, static_cast<int>(before.size() - line) + 1,
              "not YAML: " + what};
    }
    const yaml_mark_t& at = parser_.problem_mark;
    const int line = static_cast<int>(at.line) + 1, column = static_cast<int>(at.column) + 1;
    if (indented_by_tab(text_, static_cast<int>(at.line)))
      return {line, column, "not YAML: a tab stands in the indentation, where only spaces may"};
    std::string message = "not YAML: " + what;
    if (parser_.context) message += std::string(" ") + parser_.context;
    if (parser_.context && parser_.context_mark.line < at.line)
      message += " that began in line " + std::to_string(parser_.context_mark.line + 1);
    return {line, column, std::move(message)};
  }

  // What the library calls a character that cannot start any token.
  static bool indented_by_tab(std::string_view text, int line) {
    for (; line > 0 && !text.empty(); --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    const std::string_view front = text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
    return front.contains('\t');
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

void parse_into(std::string_view text, YamlDocument& document) {
  Events events(text);
  Builder builder(document);
  const auto begins = [&events] {
    for (;;) {
      const yaml_event_type_t type = events.next().type;
      if (type != YAML_STREAM_START_EVENT) return type == YAML_DOCUMENT_START_EVENT;
    }
  };
  if (!begins()) return;
  while (builder.take(events.next())) continue;
  if (!begins()) return;
  const yaml_mark_t& second = events.next().start_mark;
  document.problems.push_back({static_cast<int>(second.line) + 1, static_cast<int>(second.column) + 1,
                               "one document per file, this is a second one", YamlProblem::Kind::unsupported});
}

void fail_whole(YamlDocument& document, YamlProblem problem) {
  document.root = {};
  document.problems.push_back(std::move(problem));
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
