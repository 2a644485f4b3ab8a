/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

/* Conditions that several plans share. The delay is one way, half the round trip. A bound on the
 * least target is about dips of a tenth of a second, while a queue drains or a path is asked. */
#define STEADY(kbps, queue, delay) .rate = {{0, kbps}}, .queue_ms = queue, .delay_ms = delay
#define FALLS_AND_RISES                                                                            \
  .rate = {{0, 3000}, {20000, 300}, {40000, 3000}}, .queue_ms = 300, .delay_ms = 25
#define BACK(delay) .delay_ms = delay
#define ELASTIC(kbps)                                                                              \
  {                                                                                                \
    .kind = SIM_ELASTIC, .wanted = { {0, kbps} }                                                   \
  }
#define LAYERED                                                                                    \
  {                                                                                                \
    .kind = SIM_LAYERED, .wanted = {{0, 3000}}, .layers_kbps = { 150, 500, 1500, 2400 }            \
  }

/* RFC 8867 section 5.7: answers of 30 to 50 KB, 10 s between them. */
#define SHORT_TCP                                                                                  \
  {                                                                                                \
    .kind = SIM_TCP, .begin_ms = 5000, .answer_kb = {30, 50}, .rest_ms = 10000                     \
  }

#define SMALL_PICTURE                                                                              \
  {                                                                                                \
    .kind = SIM_LAYERED, .wanted = {{0, 8000}, {2000, 600}}, .layers_kbps = { 150, 450 }           \
  }

const SimPlan sim_plans[] = {
    {
        .name = "steady-3-mbit-is-used",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (6000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_USED_PERCENT, .from_ms = 10000, .at_least = 85},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 10000, .at_most = 50},
                {SIM_TARGET_ABOVE_AFTER_MS, .arg = 2000, .at_most = 3000},
                {SIM_QUEUE_MOST_MS, .from_ms = 10000, .at_most = 200},
            },
    },
    {
        .name = "falls-to-a-tenth-and-rises-again",
        .there = {FALLS_AND_RISES},
        .back = {BACK (25)},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .from_ms = 22000, .to_ms = 39900, .at_most = 330},
                {SIM_QUEUE_MOST_MS, .from_ms = 24000, .to_ms = 39900, .at_most = 200},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 40000, .arg = 2400, .at_most = 10000},
                {SIM_USED_PERCENT, .from_ms = 26000, .to_ms = 40000, .at_least = 60},
            },
    },
    {
        .name = "layers-fall-and-rise-with-the-path",
        .there = {FALLS_AND_RISES},
        .back = {BACK (25)},
        .media = {LAYERED},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .from_ms = 22000, .to_ms = 39900, .at_most = 330},
                {SIM_QUEUE_MOST_MS, .from_ms = 24000, .to_ms = 39900, .at_most = 200},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 40000, .arg = 2700, .at_most = 10000},
                {SIM_RATE_KBPS, .from_ms = 52000, .at_least = 2200},
            },
    },
    {
        .name = "ten-percent-random-loss-leaves-a-usable-rate",
        .there = {STEADY (3000, 300, 25), .loss_permille = 100},
        .back = {BACK (25), .loss_permille = 100},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 10000, .at_least = 1800},
                {SIM_TARGET_LEAST_KBPS, .from_ms = 10000, .at_least = 800},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 10000, .at_most = 60},
            },
    },
    {
        .name = "twenty-percent-random-loss-leaves-a-usable-rate",
        .there = {STEADY (3000, 300, 25), .loss_permille = 200},
        .back = {BACK (25), .loss_permille = 200},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 10000, .at_least = 1500},
                {SIM_TARGET_LEAST_KBPS, .from_ms = 10000, .at_least = 150},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 10000, .at_most = 60},
            },
    },
    {
        .name = "bursts-of-loss-leave-a-usable-rate",
        .there = {STEADY (3000, 300, 25), .burst_permille = 50, .burst_pkts = 8},
        .back = {BACK (25)},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 10000, .at_least = 1500},
                {SIM_TARGET_LEAST_KBPS, .from_ms = 10000, .at_least = 100},
            },
    },
    {
        .name = "a-full-short-queue-is-not-taken-for-a-lossy-path",
        .there = {STEADY (1000, 50, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 10000, .at_least = 500, .at_most = 1100},
                {SIM_USED_PERCENT, .from_ms = 10000, .at_least = 50},
            },
    },
    {
        /* As the router begins: room is looked for, then one picture is asked for. */
        .name = "loss-far-below-what-the-path-takes-starves-nobody",
        .there = {STEADY (20000, 300, 25), .loss_permille = 100, .loss_from_ms = 20000},
        .back = {BACK (25), .loss_permille = 100, .loss_from_ms = 20000},
        .media = {SMALL_PICTURE},
        .run_ms = 80000,
        .checks =
            {
                {SIM_TARGET_LEAST_KBPS, .from_ms = 20000, .at_least = 700},
                {SIM_RATE_KBPS, .from_ms = 20000, .at_least = 440},
            },
    },
    {
        .name = "a-fifth-lost-far-below-what-the-path-takes-starves-nobody",
        .there = {STEADY (20000, 300, 25), .loss_permille = 200, .loss_from_ms = 20000},
        .back = {BACK (25), .loss_permille = 200, .loss_from_ms = 20000},
        .media = {SMALL_PICTURE},
        .run_ms = 80000,
        .checks =
            {
                {SIM_TARGET_LEAST_KBPS, .from_ms = 20000, .at_least = 700},
                {SIM_RATE_KBPS, .from_ms = 20000, .at_least = 390},
            },
    },
    {
        .name = "half-a-second-of-nothing-is-no-question-of-rates",
        .there = {STEADY (20000, 300, 25), .outage = {20000, 20500}},
        .back = {BACK (25), .outage = {20000, 20500}},
        .media = {SMALL_PICTURE},
        .run_ms = 40000,
        .checks =
            {
                {SIM_TARGET_LEAST_KBPS, .from_ms = 20600, .at_least = 700},
                {SIM_RATE_KBPS, .from_ms = 20600, .at_least = 480},
            },
    },
    {
        /* What seemed roomy has become narrow, with a queue too short to show: not the path's own
         * loss. */
        .name = "a-narrow-path-with-a-short-queue-is-noticed-by-a-small-picture",
        .there = {.rate = {{0, 20000}, {20000, 300}}, .queue_ms = 1, .delay_ms = 25},
        .back = {BACK (25)},
        .media = {SMALL_PICTURE},
        .run_ms = 80000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 25000, .at_most = 550},
                {SIM_RATE_KBPS, .from_ms = 25000, .at_least = 120},
            },
    },
    {
        .name = "two-receivers-behind-one-bottleneck-are-fair",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000), {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .begin_ms = 10000}},
        .run_ms = 120000,
        .checks =
            {
                {SIM_UNFAIR_PERCENT, .from_ms = 40000, .at_most = 150},
                {SIM_USED_PERCENT, .from_ms = 40000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 40000, .at_most = 80},
            },
    },
    {
        .name = "beside-tcp-both-live",
        .there = {STEADY (4000, 150, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000), {.kind = SIM_TCP, .begin_ms = 10000}},
        .run_ms = 130000,
        .checks =
            {
                {SIM_SHARE_PERCENT, .flow = 0, .from_ms = 30000, .at_least = 25},
                {SIM_SHARE_PERCENT, .flow = 1, .from_ms = 30000, .at_least = 25},
                {SIM_USED_PERCENT, .from_ms = 30000, .at_least = 85},
            },
    },
    {
        .name = "beside-cubic-both-live",
        .there = {STEADY (4000, 150, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000), {.kind = SIM_CUBIC, .begin_ms = 10000}},
        .run_ms = 130000,
        .checks =
            {
                {SIM_SHARE_PERCENT, .flow = 0, .from_ms = 30000, .at_least = 20},
                {SIM_SHARE_PERCENT, .flow = 1, .from_ms = 30000, .at_least = 25},
                {SIM_USED_PERCENT, .from_ms = 30000, .at_least = 85},
            },
    },
    {
        /* A short queue is empty each time the other yields (decision 0164). */
        .name = "beside-tcp-with-a-short-queue-both-live",
        .there = {STEADY (4000, 50, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000), {.kind = SIM_TCP, .begin_ms = 10000}},
        .run_ms = 130000,
        .checks =
            {
                {SIM_SHARE_PERCENT, .flow = 0, .from_ms = 30000, .at_least = 25},
                {SIM_SHARE_PERCENT, .flow = 1, .from_ms = 30000, .at_least = 25},
                {SIM_USED_PERCENT, .from_ms = 30000, .at_least = 85},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 30000, .at_most = 50},
            },
    },
    {
        .name = "beside-tcp-with-a-short-queue-a-picture-in-steps-lives",
        .there = {STEADY (4000, 50, 25)},
        .back = {BACK (25)},
        .media = {{.kind = SIM_LAYERED, .wanted = {{0, 4000}}, .layers_kbps = {150, 500, 1700}},
                  {.kind = SIM_TCP, .begin_ms = 10000}},
        .run_ms = 130000,
        .checks =
            {
                {SIM_SHARE_PERCENT, .flow = 0, .from_ms = 30000, .at_least = 17},
                {SIM_SHARE_PERCENT, .flow = 1, .from_ms = 30000, .at_least = 25},
                {SIM_USED_PERCENT, .from_ms = 30000, .at_least = 85},
            },
    },
    {
        .name = "two-receivers-behind-a-short-queue-both-live",
        .there = {STEADY (3000, 50, 25)},
        .back = {BACK (25)},
        .media = {ELASTIC (4000), {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .begin_ms = 10000}},
        .run_ms = 120000,
        .checks =
            {
                {SIM_UNFAIR_PERCENT, .from_ms = 40000, .at_most = 250},
                {SIM_USED_PERCENT, .from_ms = 40000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 40000, .at_most = 50},
            },
    },
    {
        .name = "one-far-and-one-near-behind-one-bottleneck-are-fair",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25)},
        .media =
            {ELASTIC (4000),
             {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .begin_ms = 10000, .farther_ms = 100}},
        .run_ms = 120000,
        .checks =
            {
                {SIM_UNFAIR_PERCENT, .from_ms = 40000, .at_most = 200},
                {SIM_USED_PERCENT, .from_ms = 40000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 40000, .at_most = 80},
            },
    },
    {
        .name = "a-sudden-need-finds-the-room",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25)},
        .media = {{.kind = SIM_LAYERED,
                   .wanted = {{0, 250}, {30000, 2800}},
                   .layers_kbps = {150, 500, 1500, 2400}}},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 30000, .arg = 2600, .at_most = 2000},
                {SIM_QUEUE_MOST_MS, .from_ms = 30000, .at_most = 250},
                {SIM_RATE_KBPS, .from_ms = 35000, .at_least = 2200},
            },
    },
    {
        .name = "rtt-200-ms-is-used",
        .there = {STEADY (3000, 300, 100)},
        .back = {BACK (100)},
        .media = {ELASTIC (4000)},
        .run_ms = 90000,
        .checks =
            {
                {SIM_USED_PERCENT, .from_ms = 20000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 20000, .at_most = 80},
                {SIM_QUEUE_MOST_MS, .from_ms = 20000, .at_most = 400},
            },
    },
    {
        .name = "rtt-200-ms-falls-and-rises",
        .there = {.rate = {{0, 3000}, {20000, 300}, {40000, 3000}},
                  .queue_ms = 300,
                  .delay_ms = 100},
        .back = {BACK (100)},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .from_ms = 22500, .to_ms = 39900, .at_most = 340},
                {SIM_QUEUE_MOST_MS, .from_ms = 26000, .to_ms = 39900, .at_most = 300},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 40000, .arg = 2400, .at_most = 12000},
            },
    },
    {
        .name = "jitter-of-30-ms-does-not-collapse-the-rate",
        .there = {STEADY (3000, 300, 25), .jitter_ms = 30},
        .back = {BACK (25), .jitter_ms = 30},
        .media = {ELASTIC (4000)},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_MEDIAN_KBPS, .from_ms = 10000, .at_least = 1800},
                {SIM_TARGET_LEAST_KBPS, .from_ms = 10000, .at_least = 150},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 10000, .at_most = 100},
            },
    },
    {
        .name = "jitter-does-not-starve-a-small-picture",
        .there = {STEADY (20000, 300, 25), .jitter_ms = 30},
        .back = {BACK (25), .jitter_ms = 30},
        .media = {SMALL_PICTURE},
        .run_ms = 80000,
        .checks =
            {
                {SIM_TARGET_LEAST_KBPS, .from_ms = 20000, .at_least = 300},
                {SIM_RATE_KBPS, .from_ms = 20000, .at_least = 400},
            },
    },
    {
        .name = "jitter-beside-a-need-of-half-the-path-is-borne",
        .there = {STEADY (3000, 300, 25), .jitter_ms = 15},
        .back = {BACK (25), .jitter_ms = 15},
        .media = {LAYERED},
        .run_ms = 80000,
        .checks =
            {
                {SIM_TARGET_LEAST_KBPS, .from_ms = 20000, .at_least = 2000},
                {SIM_RATE_KBPS, .from_ms = 20000, .at_least = 2300},
            },
    },
    {
        .name = "no-feedback-for-3-s-and-back",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25), .outage = {20000, 23000}},
        .media = {ELASTIC (4000)},
        .run_ms = 50000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .from_ms = 22500, .to_ms = 23000, .at_most = 1800},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 23000, .arg = 2000, .at_most = 2000},
                {SIM_USED_PERCENT, .from_ms = 26000, .at_least = 80},
            },
    },
    {
        .name = "nothing-passes-for-3-s-and-back",
        .there = {STEADY (3000, 300, 25), .outage = {20000, 23000}},
        .back = {BACK (25), .outage = {20000, 23000}},
        .media = {ELASTIC (4000)},
        .run_ms = 50000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .from_ms = 22500, .to_ms = 23000, .at_most = 1800},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 23000, .arg = 2000, .at_most = 4000},
            },
    },
    {
        /* RFC 8867 section 5.1: 1 M, 2.5 M, 0.6 M, 1 M; one-way delay 50 ms, queue 300 ms. */
        .name = "rfc-8867-variable-capacity-one-flow",
        .there = {.rate = {{0, 1000}, {40000, 2500}, {60000, 600}, {80000, 1000}},
                  .queue_ms = 300,
                  .delay_ms = 50},
        .back = {BACK (50)},
        .media = {ELASTIC (4000)},
        .run_ms = 100000,
        .checks =
            {
                {SIM_USED_PERCENT, .from_ms = 5000, .at_least = 75},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 5000, .at_most = 60},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 40000, .arg = 2000, .at_most = 8000},
                {SIM_TARGET_MOST_KBPS, .from_ms = 62000, .to_ms = 79900, .at_most = 700},
            },
    },
    {
        /* RFC 8867 section 5.2: two flows, 4 M, 2 M, 3.5 M, 1 M, 2 M. */
        .name = "rfc-8867-variable-capacity-two-flows",
        .there = {.rate = {{0, 4000}, {25000, 2000}, {50000, 3500}, {75000, 1000}, {100000, 2000}},
                  .queue_ms = 300,
                  .delay_ms = 50},
        .back = {BACK (50)},
        .media = {ELASTIC (4000), ELASTIC (4000)},
        .run_ms = 125000,
        .checks =
            {
                {SIM_USED_PERCENT, .from_ms = 5000, .at_least = 75},
                {SIM_UNFAIR_PERCENT, .from_ms = 5000, .at_most = 170},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 5000, .at_most = 80},
            },
    },
    {
        /* RFC 8867 section 5.3: one flow each way, whose feedback goes beside the other's pictures;
         * 2 M, 1 M, 0.5 M, 2 M there and 2 M, 0.8 M, 2 M back. */
        .name = "rfc-8867-congested-feedback-link",
        .there = {.rate = {{0, 2000}, {20000, 1000}, {40000, 500}, {60000, 2000}},
                  .queue_ms = 300,
                  .delay_ms = 50},
        .back = {.rate = {{0, 2000}, {35000, 800}, {70000, 2000}}, .queue_ms = 300, .delay_ms = 50},
        .media = {ELASTIC (4000), {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .reverse = TRUE}},
        .run_ms = 100000,
        .checks =
            {
                {SIM_RATE_KBPS, .from_ms = 5000, .to_ms = 20000, .at_least = 1500},
                {SIM_RATE_KBPS, .from_ms = 45000, .to_ms = 60000, .at_least = 350},
                {SIM_RATE_KBPS, .flow = 1, .from_ms = 40000, .to_ms = 70000, .at_least = 560},
                {SIM_TARGET_ABOVE_AFTER_MS, .from_ms = 60000, .arg = 1600, .at_most = 8000},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 5000, .at_most = 80},
                {SIM_BACK_QUEUE_MEDIAN_MS, .from_ms = 5000, .at_most = 80},
            },
    },
    {
        /* RFC 8867 section 5.4: three flows, 20 s apart, behind 3.5 M. */
        .name = "rfc-8867-three-flows",
        .there = {STEADY (3500, 300, 50)},
        .back = {BACK (50)},
        .media = {ELASTIC (4000),
                  {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .begin_ms = 20000},
                  {.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .begin_ms = 40000}},
        .run_ms = 120000,
        .checks =
            {
                {SIM_UNFAIR_PERCENT, .from_ms = 60000, .at_most = 350},
                {SIM_USED_PERCENT, .from_ms = 60000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 60000, .at_most = 150},
            },
    },
    {
        /* RFC 8867 section 5.7: two flows and ten of short answers behind 2 M. */
        .name = "rfc-8867-beside-short-tcp-flows",
        .there = {STEADY (2000, 300, 50)},
        .back = {BACK (50)},
        .media = {ELASTIC (4000), ELASTIC (4000), SHORT_TCP, SHORT_TCP, SHORT_TCP, SHORT_TCP,
                  SHORT_TCP, SHORT_TCP, SHORT_TCP, SHORT_TCP, SHORT_TCP, SHORT_TCP},
        .run_ms = 300000,
        .checks =
            {
                {SIM_UNFAIR_PERCENT, .from_ms = 20000, .at_most = 250},
                {SIM_RATE_KBPS, .flow = 0, .from_ms = 20000, .at_least = 400},
                {SIM_RATE_KBPS, .flow = 1, .from_ms = 20000, .at_least = 400},
                {SIM_USED_PERCENT, .from_ms = 20000, .at_least = 70},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 20000, .at_most = 110},
            },
    },
    {
        /* RFC 8867 section 5.8: as 5.4, and one of them sends nothing from 40 to 60 s. */
        .name = "rfc-8867-pause-and-resume",
        .there = {STEADY (3500, 300, 50)},
        .back = {BACK (50)},
        .media = {{.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .pause = {40000, 60000}},
                  ELASTIC (4000),
                  ELASTIC (4000)},
        .run_ms = 120000,
        .checks =
            {
                {SIM_USED_PERCENT, .from_ms = 43000, .to_ms = 60000, .at_least = 80},
                {SIM_RATE_KBPS, .flow = 0, .from_ms = 70000, .at_least = 450},
                {SIM_UNFAIR_PERCENT, .from_ms = 70000, .at_most = 350},
                {SIM_USED_PERCENT, .from_ms = 70000, .at_least = 80},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 20000, .at_most = 130},
            },
    },
    {
        .name = "without-padding-an-elastic-source-still-finds-the-room",
        .there = {STEADY (3000, 300, 25)},
        .back = {BACK (25)},
        .media = {{.kind = SIM_ELASTIC, .wanted = {{0, 4000}}, .no_padding = TRUE}},
        .run_ms = 60000,
        .checks =
            {
                {SIM_TARGET_ABOVE_AFTER_MS, .arg = 2400, .at_most = 40000},
                {SIM_QUEUE_MEDIAN_MS, .from_ms = 10000, .at_most = 60},
            },
    },
    {
        .name = "the-configured-cap-holds",
        .there = {STEADY (20000, 300, 25)},
        .back = {BACK (25)},
        .media = {{.kind = SIM_ELASTIC, .wanted = {{0, 20000}}, .max_kbps = 2500}},
        .run_ms = 30000,
        .checks =
            {
                {SIM_TARGET_MOST_KBPS, .at_most = 2500},
                {SIM_RATE_KBPS, .from_ms = 10000, .at_least = 2200, .at_most = 2650},
            },
    },
};

const guint sim_n_plans = G_N_ELEMENTS (sim_plans);
