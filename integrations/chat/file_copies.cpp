#include "integrations/chat/file_copies.h"

#include "integrations/chat/about.h"

namespace muster {

void FileCopies::fetch(const OutMessage& m, ChatPlatform::Done done) {
  const auto& files = m.body["files"].as_list();
  next(std::make_shared<Order>(Order{m.body["channel"].as_string(),
                                     m.body["post_id"].as_string(),
                                     m.body["bytes_max"].as_int(),
                                     {files.begin(), files.end()},
                                     std::move(done)}));
}

void FileCopies::next(const OrderPtr& order) {
  if (order->files.empty()) return order->done({});
  const Value file = order->files.front();
  order->files.pop_front();
  if (!platform_.know) return copy(order, file);
  platform_.know(file, [this, order](const Value& known) { copy(order, known); });
}

void FileCopies::copy(const OrderPtr& order, const Value& file) {
  ChatEvent e = copied_file(name_, order->channel, order->post, file, clock_.now());
  if (const Value& relay = file["relay"]; !relay.is_null()) {  // for other platforms and not for the record
    e.kind = "relay_file";
    e.id = "relay-" + e.id;
    e.thread = relay["thread"].as_string();
    e.about.author = relay["user"].as_string();
    e.found = static_cast<int>(relay["n"].as_int());
  }
  const std::int64_t bytes = file["bytes"].as_int();
  if (bytes > order->most) return hand_over(order, std::move(e), too_large(bytes, order->most), {});
  auto call = platform_.call(file);
  if (!call) return hand_over(order, std::move(e), call.error(), {});
  call->timeout_ms = minute_ms;
  call->max_body_bytes = static_cast<std::size_t>(order->most);
  send(order, *call, e);
}

void FileCopies::send(const OrderPtr& order, const HttpCall& call, const ChatEvent& e) {
  queue_.add({.lane = {}, .buckets = {platform_.bucket}, .urgent = false, .barrier = false},
             [this, order, call, e](BudgetQueue::Job job) {
               queue_.call(job, call, [this, order, job, e](const Result<HttpResult>& r) {
                 const bool later = r ? r->status >= 500 : r.error().kind == ErrorKind::unavailable;
                 if (later) return queue_.run_again(job);
                 queue_.finish(job);
                 answered(order, e, r);
               });
             });
}

void FileCopies::answered(const OrderPtr& order, ChatEvent e, const Result<HttpResult>& r) {
  CoverageNote why;
  if (!r) {
    why.key = r.error().message;
  } else {
    if (r->status == 200 && platform_.not_the_file) why = platform_.not_the_file(*r, e.about.files.front());
    if (r->status != 200) why = {"refused", {{"platform", platform_.title}, {"status", std::to_string(r->status)}}};
  }
  if (!why.key.empty() || !platform_.clean)
    return hand_over(order, std::move(e), why, why.key.empty() ? r->body : std::string());
  platform_.clean(r->body, [this, order, e, alive = std::weak_ptr(alive_)](Result<std::string> clean) {
    if (alive.expired()) return;
    if (!clean) return order->done(fail(ErrorKind::unavailable, clean.error().message));  // all of them again, later
    hand_over(order, e, {}, std::move(*clean));
  });
}

void FileCopies::hand_over(const OrderPtr& order, ChatEvent e, const CoverageNote& why, std::string bytes) {
  finish_copy(e, why, std::move(bytes));
  if (!listener_) return order->done(fail(ErrorKind::unavailable, "nobody listens"));
  listener_(std::move(e), [this, order](const Result<void>& stored) {
    if (!stored) return order->done(fail(ErrorKind::unavailable, stored.error().message));
    next(order);
  });
}

}  // namespace muster
