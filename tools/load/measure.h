/* SPDX-License-Identifier: Apache-2.0 */
/** What a load measured: counts of all subscribers, CPU and memory of the server's process. */
#pragma once

#include "load/crowd.h"

/** Of those behind a good line, or behind a bad one (options->bad). */
typedef struct
{
  guint sessions;
  guint64 packets, lost, lost_video; /**< lost: nor repeated in time; of these, of pictures */
  double delay_p50_ms, delay_p95_ms, delay_p99_ms;
  double join_p50_ms, join_p95_ms;       /**< HTTP request to first RTP; NAN = nobody came */
  double picture_p50_ms, picture_p95_ms; /**< first check to all of the first key frame */
  guint blind;                           /**< came, and saw none */
  double fps_min;
} LoadLine;

typedef struct _LoadResult
{
  guint64 packets, bytes, lost, repeated, refused;
  guint64 sent, late, asked;               /**< sent: by publishers; asked: again, by subscribers */
  guint64 sent_again;                      /**< repeats of publishers, since they came */
  guint sessions;                          /**< subscribers at the end */
  double seconds, server_cpu_s, own_cpu_s; /**< server: -1 = no pid given */
  double delay_p50_ms, delay_p95_ms, delay_p99_ms; /**< publisher's send to subscriber's read */
  /** Likewise, of those alone who were there before it was measured: what newcomers are shown of
   * kept pictures was sent before they came. */
  double standing_p50_ms, standing_p95_ms, standing_p99_ms;
  double first_p50_ms, first_p95_ms; /**< HTTP request to first RTP, of all; NAN = none */
  double join_p50_ms, join_p95_ms;   /**< storm and churn: HTTP request to first RTP; NAN = none */
  double picture_p50_ms, picture_p95_ms; /**< likewise: first check to the last packet of the first
                                            key frame; NAN = none */
  guint joined, joined_blind;   /**< who came while it was measured; of them, without a picture */
  double keys_per_s;            /**< that publishers sent meanwhile */
  guint pictures;               /**< video streams received, by all */
  guint lines_min, lines_max;   /**< of their last key frames */
  double fps_min;               /**< of the slowest of them */
  double down_max_kbps;         /**< to the receiver that got most, with all headers */
  guint sounds_max;             /**< streams of sound to the receiver that got most of them */
  LoadLine lines[2];            /**< good, bad; all zero without options->bad */
  long rss_before_kib, rss_kib; /**< -1 = unknown */
} LoadResult;

/** Resident memory of a process, -1 = it is not there. */
long load_process_rss_kib (int pid);

/** Warms up, measures for `seconds`, with storm and churn. FALSE: a join was refused. */
gboolean load_measure (LoadCrowd *crowd, const LoadOptions *options, LoadResult *result,
                       GError **error);

void load_result_print (const LoadOptions *options, const LoadResult *result);
/** To options->json, "-" = standard output. */
gboolean load_result_write_json (LoadCrowd *crowd, const LoadOptions *options,
                                 const LoadResult *result, GError **error);
