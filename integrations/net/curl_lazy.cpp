// libcurl, loaded when the first call goes out. It brings some thirty libraries along (TLS twice, Kerberos, LDAP,
// SSH …): four megabytes and half of the start time of a bot that so far only listens. The program is not linked
// against it; these are its functions, each passing on to the real one. Those not listed here are not used.
#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <stdexcept>
#include <string>

// The header wraps these in macros that check the types of their arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

namespace {

void* library() {
  // Lazily: of what those libraries call of each other most is never called, and looking all of it up takes their
  // tables into memory.
  static void* const loaded = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!loaded) throw std::runtime_error("libcurl.so.4 cannot be loaded; install the package libcurl4");
  return loaded;
}

void* symbol(const char* name) {
  void* const found = ::dlsym(library(), name);
  if (!found) throw std::runtime_error(std::string("libcurl.so.4 is too old: it has no ") + name);
  return found;
}

}  // namespace

#define MUSTER_REAL(name) static const auto real = reinterpret_cast<decltype(&name)>(symbol(#name))

extern "C" {

CURLcode curl_global_init(long flags) {
  MUSTER_REAL(curl_global_init);
  return real(flags);
}
CURL* curl_easy_init() {
  MUSTER_REAL(curl_easy_init);
  return real();
}
void curl_easy_cleanup(CURL* easy) {
  MUSTER_REAL(curl_easy_cleanup);
  real(easy);
}
// Every option takes one argument: a long, an offset (as wide as a long here) or a pointer.
CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...) {
  static_assert(sizeof(long) == sizeof(void*) && sizeof(long) == sizeof(curl_off_t));
  MUSTER_REAL(curl_easy_setopt);
  std::va_list arguments;
  va_start(arguments, option);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(easy, option, argument);
}
CURLMcode curl_multi_setopt(CURLM* multi, CURLMoption option, ...) {
  MUSTER_REAL(curl_multi_setopt);
  std::va_list arguments;
  va_start(arguments, option);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(multi, option, argument);
}
CURLSH* curl_share_init() {
  MUSTER_REAL(curl_share_init);
  return real();
}
CURLSHcode curl_share_setopt(CURLSH* share, CURLSHoption option, ...) {
  MUSTER_REAL(curl_share_setopt);
  std::va_list arguments;
  va_start(arguments, option);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(share, option, argument);
}
CURLSHcode curl_share_cleanup(CURLSH* share) {
  MUSTER_REAL(curl_share_cleanup);
  return real(share);
}
CURLcode curl_easy_getinfo(CURL* easy, CURLINFO info, ...) {
  MUSTER_REAL(curl_easy_getinfo);
  std::va_list arguments;
  va_start(arguments, info);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return real(easy, info, argument);
}
const char* curl_easy_strerror(CURLcode code) {
  MUSTER_REAL(curl_easy_strerror);
  return real(code);
}
curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  MUSTER_REAL(curl_slist_append);
  return real(list, text);
}
void curl_slist_free_all(curl_slist* list) {
  MUSTER_REAL(curl_slist_free_all);
  real(list);
}
CURLM* curl_multi_init() {
  MUSTER_REAL(curl_multi_init);
  return real();
}
CURLMcode curl_multi_cleanup(CURLM* multi) {
  MUSTER_REAL(curl_multi_cleanup);
  return real(multi);
}
CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
  MUSTER_REAL(curl_multi_add_handle);
  return real(multi, easy);
}
CURLMcode curl_multi_remove_handle(CURLM* multi, CURL* easy) {
  MUSTER_REAL(curl_multi_remove_handle);
  return real(multi, easy);
}
CURLMcode curl_multi_perform(CURLM* multi, int* running) {
  MUSTER_REAL(curl_multi_perform);
  return real(multi, running);
}
CURLMcode curl_multi_poll(CURLM* multi, curl_waitfd extra[], unsigned n, int timeout_ms, int* ready) {
  MUSTER_REAL(curl_multi_poll);
  return real(multi, extra, n, timeout_ms, ready);
}
CURLMcode curl_multi_wakeup(CURLM* multi) {
  MUSTER_REAL(curl_multi_wakeup);
  return real(multi);
}
CURLMsg* curl_multi_info_read(CURLM* multi, int* left) {
  MUSTER_REAL(curl_multi_info_read);
  return real(multi, left);
}
const char* curl_multi_strerror(CURLMcode code) {
  MUSTER_REAL(curl_multi_strerror);
  return real(code);
}

}  // extern "C"
