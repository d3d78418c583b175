#include "equation/lexer.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace mollis::equation {

namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

class Lexer {
 public:
  explicit Lexer(Source const& source) : source_(source), text_(source.text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    for (skip_space(); at_ < text_.size(); skip_space()) tokens.push_back(next());
    tokens.push_back({Token::Type::end, "", 0.0, text_.size()});
    return tokens;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  Token next() {
    char const c = text_[at_];
    if (starts_name(c)) return name();
    if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) return number();
    if (c == '"' || c == '\'') return string();
    if (c == '<' || c == '>' || ((c == '=' || c == '!') && followed_by('='))) return comparison();
    if (std::string("+-*/^(),").find(c) == std::string::npos) throw error_at(source_, at_, unexpected(c));
    return {Token::Type::symbol, std::string(1, c), 0.0, at_++};
  }

  bool followed_by(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }

  Token comparison() {
    auto const begin = at_;
    at_ += followed_by('=') ? 2 : 1;
    return {Token::Type::symbol, text_.substr(begin, at_ - begin), 0.0, begin};
  }

  static std::string unexpected(char c) {
    std::string const what = std::string("unexpected character '") + c + "'";
    if (c == '=') return what + "; a residual is what equals 0: write left - (right), or == where values are compared";
    if (c == '&' || c == '|' || c == '!') return what + "; write (a)*(b) for and, max(a, b) for or, 1 - (a) for not";
    if (c == '[' || c == ']' || c == '{' || c == '}') return what + "; use parentheses";
    return what;
  }

  Token name() {
    auto const begin = at_;
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    return {Token::Type::name, text_.substr(begin, at_ - begin), 0.0, begin};
  }

  Token number() {
    double value = 0.0;
    auto const begin = text_.data() + at_;
    auto const [end, status] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (status != std::errc() || !std::isfinite(value)) throw error_at(source_, at_, "number out of range");
    Token token{Token::Type::number, std::string(begin, end), value, at_};
    at_ += static_cast<std::size_t>(end - begin);
    return token;
  }

  Token string() {
    auto const begin = at_, end = text_.find(text_[at_], at_ + 1);
    if (end == std::string::npos) throw error_at(source_, begin, "the quote opened here is never closed");
    at_ = end + 1;
    return {Token::Type::string, text_.substr(begin + 1, end - begin - 1), 0.0, begin};
  }

  Source const& source_;
  std::string const& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokens_of(Source const& source) { return Lexer(source).run(); }

bool is_identifier(std::string const& name) {
  return !name.empty() && starts_name(name[0]) && std::all_of(name.begin(), name.end(), continues_name);
}

}  // namespace mollis::equation
