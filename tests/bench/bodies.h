// What is sent: alerts as Alertmanager and Prometheus write them, every one with labels of its own.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace muster::bench {

// A request made once and sent many times: only the eight digits that tell alerts apart are written anew.
class Template {
 public:
  Template() = default;
  // `per_request` alerts; the body holds "########" wherever the number of an alert stands.
  Template(const std::string& path, const std::string& one_alert, const std::string& before, const std::string& after,
           std::size_t per_request);
  const std::string& fill(std::size_t n);  // alerts n * per_request …
  std::size_t bytes() const { return text_.size(); }

 private:
  struct Place {
    std::size_t at, alert;
  };
  std::string text_;
  std::vector<Place> places_;
  std::size_t per_request_ = 1;
};

Template webhook_template(const std::string& path);                           // one alert, version 4
Template api_template(const std::string& path, std::size_t alerts_per_post);  // API v2, firing for an hour

}  // namespace muster::bench
