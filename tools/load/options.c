/* SPDX-License-Identifier: Apache-2.0 */
#include "load/options.h"

#include <string.h>

#include "load/expect.h"

static const char *const shape_names[] = {"webinar", "meeting", "audio"};
static const char *const server_names[] = {"whip", "rt", "janus"};
static const char *const srtp_names[] = {"both", "gcm", "cm"};

static gint
index_of (const char *word, const char *const *names, guint n, const char *option, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (word, names[i]) == 0)
      return (gint)i;
  g_set_error (error, LOAD_ERROR, 0, "--%s %s is not known", option, word);
  return -1;
}

/* (transfer full) (nullable) */
static GPtrArray *
open_each (char **names, const char *fourcc, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify)load_ivf_free);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      LoadIvf *file = load_ivf_new (names[i], fourcc, error);

      if (file == NULL)
        return NULL;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

/* The first film's own rate is kept. */
static gboolean
open_files (LoadOptions *options, GError **error)
{
  if (options->bitstreams != NULL && (options->server == LOAD_RT || options->layers > 1))
    {
      g_set_error_literal (error, LOAD_ERROR, 0, "--bitstream is one layer, by whip or janus");
      return FALSE;
    }
  options->films = open_each (options->bitstreams, LOAD_IVF_VP8, error);
  if (options->films == NULL)
    return FALSE;
  options->voices = open_each (options->sounds, LOAD_IVF_OPUS, error);
  if (options->films->len > 0)
    options->fps = (int)load_ivf_fps (load_options_film (options, 0));
  return options->voices != NULL;
}

static const LoadIvf *
one_of (const GPtrArray *files, guint number)
{
  return files->len > 0 ? g_ptr_array_index (files, number % files->len) : NULL;
}

const LoadIvf *
load_options_film (const LoadOptions *options, guint number)
{
  return one_of (options->films, number);
}

const LoadIvf *
load_options_voice (const LoadOptions *options, guint number)
{
  return one_of (options->voices, number);
}

static gboolean
settle (LoadOptions *options, GError **error)
{
  static const ParlorSrtpProfile profiles[] = {
      PARLOR_SRTP_PROFILE_NONE, PARLOR_SRTP_AEAD_AES_128_GCM, PARLOR_SRTP_AES128_CM_HMAC_SHA1_80};
  gint shape, server, srtp;

  options->url = options->url ? options->url : g_strdup ("http://127.0.0.1:8080");
  options->room = options->room ? options->room : g_strdup ("load");
  options->shape_name = options->shape_name ? options->shape_name : g_strdup ("webinar");
  options->server_name = options->server_name ? options->server_name : g_strdup ("whip");
  shape = index_of (options->shape_name, shape_names, G_N_ELEMENTS (shape_names), "shape", error);
  srtp = index_of (options->srtp_name ? options->srtp_name : "both", srtp_names,
                   G_N_ELEMENTS (srtp_names), "srtp", error);
  if (shape < 0 || srtp < 0)
    return FALSE;
  server = index_of (options->server_name, server_names, G_N_ELEMENTS (server_names), "server",
                     error);
  if (server < 0)
    return FALSE;
  options->shape = (LoadShape)shape;
  options->server = (LoadServer)server;
  options->srtp = profiles[srtp];
  if (!open_files (options, error))
    return FALSE;
  if (options->server == LOAD_RT && options->shape != LOAD_MEETING)
    {
      g_set_error_literal (error, LOAD_ERROR, 0, "--server rt makes meetings: add --shape meeting");
      return FALSE;
    }
  if (options->watch && (options->server != LOAD_WHIP || options->shape != LOAD_WEBINAR))
    {
      g_set_error_literal (error, LOAD_ERROR, 0, "--watch goes with WHEP and the shape webinar");
      return FALSE;
    }
  if (options->come_back && options->server != LOAD_RT)
    {
      g_set_error_literal (error, LOAD_ERROR, 0, "--come-back goes with --server rt");
      return FALSE;
    }
  if (options->expect != NULL && !load_expect_is_known (options->expect))
    {
      g_set_error (error, LOAD_ERROR, 0, "--expect %s is not known", options->expect);
      return FALSE;
    }
  options->rtt_ms = CLAMP (options->rtt_ms, 0, 2000);
  options->bad = CLAMP (options->bad, 0, 20000);
  options->bad_rtt_ms = CLAMP (options->bad_rtt_ms, 0, 2000);
  options->bad_loss_per_mille = CLAMP (options->bad_loss_per_mille, 0, 500);
  options->storm_over = CLAMP (options->storm_over, 0, options->seconds);
  options->talkers = CLAMP (options->talkers, 0, 3);
  options->tiles = CLAMP (options->tiles, 1, 25);
  options->fps = CLAMP (options->fps, 1, 240);
  options->layers = options->layers > 1 ? 3 : 1;
  options->rooms = CLAMP (options->rooms, 1, 2000);
  options->people = CLAMP (options->people, 1, 500);
  options->subscribers = CLAMP (options->subscribers, 0, 20000);
  options->seconds = CLAMP (options->seconds, 1, 86400);
  return TRUE;
}

gboolean
load_options_parse (LoadOptions *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
      {"url", 'u', 0, G_OPTION_ARG_STRING, &options->url, "server, default http://127.0.0.1:8080",
       "URL"},
      {"server", 0, 0, G_OPTION_ARG_STRING, &options->server_name,
       "how to negotiate: whip (any WHIP/WHEP server; default), rt (people in a meeting by "
       "Parlor's "
       "own protocol, three layers, slots) or janus",
       "KIND"},
      {"room", 'r', 0, G_OPTION_ARG_STRING, &options->room,
       "room, default load; further rooms are ROOM-1, ROOM-2, …", "ROOM"},
      {"token", 't', 0, G_OPTION_ARG_STRING, &options->token, "bearer token", "JWT"},
      {"shape", 0, 0, G_OPTION_ARG_STRING, &options->shape_name,
       "webinar (default): one publishes; meeting: each of --people publishes and watches all "
       "others; audio: --people publish sound",
       "SHAPE"},
      {"rooms", 0, 0, G_OPTION_ARG_INT, &options->rooms, "so many rooms of that shape, default 1",
       "N"},
      {"people", 0, 0, G_OPTION_ARG_INT, &options->people,
       "publishers a room in meeting and audio, default 4", "N"},
      {"subscribers", 's', 0, G_OPTION_ARG_INT, &options->subscribers,
       "receivers a room in webinar and audio, default 10", "N"},
      {"tiles", 0, 0, G_OPTION_ARG_INT, &options->tiles,
       "video slots of a person with --server rt, default 25", "N"},
      {"talkers", 0, 0, G_OPTION_ARG_INT, &options->talkers,
       "with --server rt: so many people talk, one of them loudest, whom everybody's page shows "
       "large; others take over in the middle of the warm-up. Default 0: all are equally loud",
       "N"},
      {"expect", 0, 0, G_OPTION_ARG_STRING, &options->expect,
       "fail unless the result is as promised for: grid (a large meeting, with "
       "--talkers 3), hall (what is heard where many may speak, likewise) or joins (a storm: "
       "first pictures and key frames)",
       "NAME"},
      {"storm", 0, 0, G_OPTION_ARG_INT, &options->storm,
       "so many more subscribers come at once when measuring begins", "N"},
      {"storm-over", 0, 0, G_OPTION_ARG_INT, &options->storm_over,
       "they come evenly in so many seconds instead", "S"},
      {"rtt", 0, 0, G_OPTION_ARG_INT, &options->rtt_ms,
       "media takes so long there and back (not HTTP), default 0", "MS"},
      {"bad", 0, 0, G_OPTION_ARG_INT, &options->bad,
       "so many of the subscribers, the first, are behind a bad line", "N"},
      {"bad-rtt", 0, 0, G_OPTION_ARG_INT, &options->bad_rtt_ms,
       "there and back on a bad line, default 120", "MS"},
      {"bad-loss", 0, 0, G_OPTION_ARG_INT, &options->bad_loss_per_mille,
       "of a thousand datagrams, each way of a bad line, so many are lost, default 20", "N"},
      {"bad-publishers", 0, 0, G_OPTION_ARG_NONE, &options->bad_publishers,
       "publishers are behind a bad line, too", NULL},
      {"watch", 0, 0, G_OPTION_ARG_NONE, &options->watch,
       "publish nothing: watch the stage of a room that somebody else is on (no delays, no numbers "
       "of losses)",
       NULL},
      {"come-back", 0, 0, G_OPTION_ARG_NONE, &options->come_back,
       "with --server rt: who loses the server comes back by himself, as pages do, and the result "
       "tells how long each picture was gone",
       NULL},
      {"churn", 0, 0, G_OPTION_ARG_INT, &options->churn,
       "so many subscribers a second leave while others come", "N"},
      {"seconds", 'd', 0, G_OPTION_ARG_INT, &options->seconds, "how long to measure, default 10",
       "S"},
      {"warmup", 'w', 0, G_OPTION_ARG_INT, &options->warmup, "before measuring, default 2", "S"},
      {"fps", 'f', 0, G_OPTION_ARG_INT, &options->fps, "frames a second, default 30", "N"},
      {"video-kbps", 'b', 0, G_OPTION_ARG_INT, &options->video_kbps, "video bit rate, default 2500",
       "N"},
      {"layers", 0, 0, G_OPTION_ARG_INT, &options->layers,
       "layers of a publisher's picture by WHIP, 1 (default) or 3", "N"},
      {"bitstream", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->bitstreams,
       "publish the VP8 frames of this IVF file, over and over, in place of made-up ones; given "
       "again, the next publisher has that one",
       "FILE"},
      {"sound", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->sounds,
       "likewise sound: an IVF file whose FourCC is OPUS, 20 ms a frame", "FILE"},
      {"srtp", 0, 0, G_OPTION_ARG_STRING, &options->srtp_name,
       "offer both profiles (default), gcm or cm alone", "NAME"},
      {"media-address", 0, 0, G_OPTION_ARG_STRING, &options->media,
       "the server's media is at this IP address, whatever it says", "IP"},
      {"late", 0, 0, G_OPTION_ARG_INT, &options->late_ms,
       "packets that take longer than this count as late, default 100", "MS"},
      {"progress", 0, 0, G_OPTION_ARG_NONE, &options->progress,
       "a line a second on standard error even where it is no terminal", NULL},
      {"pid", 'p', 0, G_OPTION_ARG_INT, &options->pid, "process whose CPU time is charged", "PID"},
      {"json", 'j', 0, G_OPTION_ARG_FILENAME, &options->json,
       "write the result as JSON, - = standard output", "FILE"},
      G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext)
      context = g_option_context_new ("- publish to and watch a media server, and count");

  *options = (LoadOptions){.rooms = 1,
                           .people = 4,
                           .subscribers = 10,
                           .tiles = 25,
                           .bad_rtt_ms = 120,
                           .bad_loss_per_mille = 20,
                           .seconds = 10,
                           .warmup = 2,
                           .fps = 30,
                           .layers = 1,
                           .late_ms = 100,
                           .video_kbps = 2500};
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error) && settle (options, error);
}

void
load_options_clear (LoadOptions *options)
{
  g_free (options->url);
  g_free (options->room);
  g_free (options->token);
  g_free (options->json);
  g_free (options->shape_name);
  g_free (options->server_name);
  g_free (options->expect);
  g_free (options->srtp_name);
  g_strfreev (options->bitstreams);
  g_strfreev (options->sounds);
  g_free (options->media);
  g_clear_pointer (&options->films, g_ptr_array_unref);
  g_clear_pointer (&options->voices, g_ptr_array_unref);
}
