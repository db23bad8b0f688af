// The Date header as servers write it.
#pragma once
#include <ctime>
#include <string>

#include "bot/base/clock.h"

namespace muster::doubles {

inline std::string http_date(TimeMs t) {
  const std::time_t seconds = t / 1'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace muster::doubles
