// The program is compiled for size except where every command and alert passes. What the library makes of templates
// exists once in a program, taken from the first file that has it: this one is linked first and compiled for speed.
#include <string>
#include <utility>
#include <vector>

#include "bot/base/value.h"

template class std::basic_string<char>;
template class std::vector<std::string>;
template class std::vector<muster::Value>;
