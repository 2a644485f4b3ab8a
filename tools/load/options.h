/* SPDX-License-Identifier: Apache-2.0 */
/** What is asked for on the command line. */
#pragma once

#include "load/ivf.h"
#include "load/place.h"
#include "secure/keys.h"

typedef enum
{
  LOAD_WEBINAR, /**< one publisher a room, watched by `subscribers` */
  LOAD_MEETING, /**< everybody of `people` publishes and watches all others of his room */
  LOAD_AUDIO,   /**< `people` publish sound alone; `subscribers` hear the stage (WHEP) or all */
} LoadShape;

typedef struct
{
  char *url, *room, *token, *json, *shape_name, *server_name;
  char *expect; /**< a promise to check (expect.h); NULL = none */
  LoadServer server;
  LoadShape shape;
  int rooms, people, subscribers, tiles;
  int talkers;    /**< so many talk at a time; 0 = all, equally loud */
  int storm;      /**< so many more subscribers come at once when the measurement begins */
  int storm_over; /**< s: they come evenly in that time; 0 = at once */
  int rtt_ms;     /**< what the path takes, there and back */
  int bad;        /**< so many of the first subscribers are behind a bad line, with the next two */
  int bad_rtt_ms, bad_loss_per_mille;
  gboolean bad_publishers; /**< publishers are, too */
  gboolean watch;     /**< nobody publishes: subscribers get the stage of rooms that others made */
  gboolean come_back; /**< people whose server goes away come back, as pages do */
  int churn;          /**< so many subscribers a second leave, and others come */
  int seconds, warmup, fps, video_kbps, pid;
  int layers;        /**< of a publisher's picture by WHIP: 1 or 3 */
  int late_ms;       /**< what comes later counts as late */
  gboolean progress; /**< a line a second on standard error, be it a terminal or not */
  char *srtp_name, *media;
  char **bitstreams, **sounds; /**< names of files; owned, nullable */
  ParlorSrtpProfile srtp;      /**< NONE = both */
  GPtrArray *films, *voices;   /**< LoadIvf of these; owned */
} LoadOptions;

/** FALSE with `error`: the words make no sense together. */
gboolean load_options_parse (LoadOptions *options, int *argc, char ***argv, GError **error);
/** (nullable) What a publisher plays: that of its number, over and over; NULL = made up. */
const LoadIvf *load_options_film (const LoadOptions *options, guint number);
const LoadIvf *load_options_voice (const LoadOptions *options, guint number);
void load_options_clear (LoadOptions *options);
