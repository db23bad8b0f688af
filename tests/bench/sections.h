// The parts of the benchmark, in the order in which they are printed.
#pragma once

namespace muster::bench {

struct Disk {
  double fsync_p50_ms = 0, fsync_p99_ms = 0;
};

Disk disk_section();
void ingest_section();                       // batches of one beside a bare endpoint
void alertmanager_section();                 // batches of a hundred beside Alertmanager
void room_section(const Disk& before);       // command in, answer out
void platforms_section(const Disk& before);  // on Slack's double beside Bolt and Hubot, over TLS
void plain_section(const Disk& before);      // the same without TLS
void people_section();                       // both platforms connected, 2,000 people known: twenty minutes
void changes_section(const Disk& before);    // from a click to the cluster
void footprint_section();                    // memory, ready time, size
void runbooks_section();                     // runs that wait, steps, policy, tests
void order_section();                        // not a figure: bot/order.ld made anew
void timeline_section();                     // a report of 10,000 entries

}  // namespace muster::bench
