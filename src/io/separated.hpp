#pragma once
/// Lines of text whose values stand apart by commas, semicolons, tabs or blanks (RFC 4180 on one line): what tables of points and
/// arrays in text share.
#include <string>
#include <string_view>
#include <vector>

namespace mollis::io {

/// Without blanks at its ends and one pair of quotes; a quote without its fellow stays, and makes a number none.
std::string_view trimmed(std::string_view text);

/// The separator of a line, outside quotes: semicolon before tab before comma, as commas may stand in words and numbers; else ' '.
char separator_of(std::string_view line);

/// The values of a line into `parts`, whose strings are used again from line to line. Separators within quotes part nothing; blanks
/// in a row part once.
void split(std::string_view line, char separator, std::vector<std::string>& parts);

/// A number as text, whatever the locale; NaN where the text is empty, NaN, NA, N/A or null; false where it is no number.
bool read_number(std::string const& text, double& value);

/// Nothing but blanks, or a comment.
bool is_comment(std::string_view line);

/// What makes bytes no lines of text ("holds UTF-16, ..."), with the remedy; else "". `line`: the first of the file, or any other.
std::string fault_of_text(std::string_view line);

/// The advice where a text is no number: " (decimals have a point)" where it has a comma for it, what to do of dates and times of day, else "".
std::string advice_on(std::string const& number);

/// Takes the mark of UTF-8 that spreadsheets put first off the first line of a file.
void drop_mark(std::string& line);

}  // namespace mollis::io
