// What chat asks of the systems beside the bot: a graph as an answer, a silence as an order. Loop thread only.
#pragma once
#include "bot/core/engine/engine.h"
#include "bot/core/engine/silences.h"
#include "bot/core/metrics/query.h"

namespace muster {

// The question behind `graph`, of what the command left in `named`.
MetricQuery graph_query(const ReadWanted& wanted, TimeMs now);
// The answer: sparklines that work everywhere, and the picture as SVG and PNG.
Outcome graph_outcome(const ReadWanted& wanted, const MetricQuery& query, const Result<MetricAnswer>& answer);

}  // namespace muster
