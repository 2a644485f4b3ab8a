/* SPDX-License-Identifier: Apache-2.0 */
#include "load/expect.h"

#include "load/measure.h"

/* A large meeting: to each person, with all headers. */
#define GRID_MAX_KBPS 3000
#define GRID_MIN_LINES 180
#define GRID_MIN_FPS 7
#define GRID_SPEAKER_LINES 720
#define VOICE_PKTS_PER_S 50
/* Of a voice, packets that have to be there; and of all others together, those that may. */
#define VOICE_SHARE 0.95
#define NOISE_SHARE 0.05
/* A room in which anybody may speak: what a person hears at once. */
#define HALL_MAX_SOUNDS 3
/* A storm of newcomers. */
#define JOINS_PICTURE_P95_MS 400
#define JOINS_KEYS_PER_S 0.5

typedef struct
{
  const LoadOptions *options;
  const LoadReceiver *receiver;
  guint self; /* number of the person */
  double seconds;
} One;

static gboolean
refuse (GError **error, const One *one, const char *what, double value, double limit)
{
  g_set_error (error, LOAD_ERROR, 0, "person %u: %s %.1f, promised %.1f", one->self, what, value,
               limit);
  return FALSE;
}

static gboolean
is_talker (const One *one, guint number)
{
  return number % (guint)MAX (one->options->people, 1) < (guint)one->options->talkers;
}

/* The loudest has number 0 of each room (crowd.h). */
static gboolean
is_speaker (const One *one, guint number)
{
  return one->options->talkers > 0 && number % (guint)one->options->people == 0;
}

static gboolean
check_picture (const One *one, const LoadReceived *stream, GError **error)
{
  double fps = (double)stream->frames / one->seconds;

  if (stream->height < GRID_MIN_LINES)
    return refuse (error, one, "lines of a tile", stream->height, GRID_MIN_LINES);
  if (fps < GRID_MIN_FPS)
    return refuse (error, one, "frames/s of a tile", fps, GRID_MIN_FPS);
  if (is_speaker (one, stream->from) && stream->height < GRID_SPEAKER_LINES)
    return refuse (error, one, "lines of the speaker", stream->height, GRID_SPEAKER_LINES);
  return TRUE;
}

static gboolean
check_pictures (const One *one, GError **error)
{
  guint n = 0, n_wanted = (guint)MIN (one->options->tiles, one->options->people - 1);
  gboolean speaker = is_speaker (one, one->self);

  for (guint i = 0; i < one->receiver->n_streams; i++)
    {
      const LoadReceived *stream = &one->receiver->streams[i];

      if (!stream->video || stream->packets == 0)
        continue;
      n++;
      speaker |= is_speaker (one, stream->from);
      if (!check_picture (one, stream, error))
        return FALSE;
    }
  if (n < n_wanted)
    return refuse (error, one, "pictures", n, n_wanted);
  return speaker || refuse (error, one, "pictures of the speaker", 0, 1);
}

/* Who talks himself hears one other more: anybody. */
static gboolean
check_sound (const One *one, GError **error)
{
  double packets = VOICE_PKTS_PER_S * one->seconds, noise = 0;

  for (guint i = 0; i < LOAD_MAX_VOICES && i < (guint)one->options->people; i++)
    if (!is_talker (one, i))
      noise += one->receiver->voices[i];
    else if (i != one->self && one->receiver->voices[i] < VOICE_SHARE * packets)
      return refuse (error, one, "packets of a voice", one->receiver->voices[i],
                     VOICE_SHARE * packets);
  if (!is_talker (one, one->self) && one->options->talkers == 3 && noise > NOISE_SHARE * packets)
    return refuse (error, one, "packets of people who do not talk", noise, NOISE_SHARE * packets);
  return TRUE;
}

static gboolean
expect_grid (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
             GError **error)
{
  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    {
      const One one = {options, load_session_receiver (load_crowd_receiver (crowd, i)), i,
                       result->seconds};
      double kbps = (double)one.receiver->counts.datagram_bytes * 8 / 1000 / result->seconds;

      if (kbps > GRID_MAX_KBPS)
        return refuse (error, &one, "kbit/s down", kbps, GRID_MAX_KBPS);
      if (!check_pictures (&one, error) || !check_sound (&one, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
expect_hall (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
             GError **error)
{
  for (guint i = 0; i < load_crowd_n_receivers (crowd); i++)
    {
      const One one = {options, load_session_receiver (load_crowd_receiver (crowd, i)), i,
                       result->seconds};
      guint n = load_receiver_n_sounds (one.receiver);

      if (n > HALL_MAX_SOUNDS)
        return refuse (error, &one, "streams of sound", n, HALL_MAX_SOUNDS);
      if (!check_sound (&one, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
expect_joins (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
              GError **error)
{
  if (result->joined < (guint)options->storm || result->joined_blind > 0)
    g_set_error (error, LOAD_ERROR, 0, "%u came, %u of them saw nothing", result->joined,
                 result->joined_blind);
  else if (!(result->picture_p95_ms <= JOINS_PICTURE_P95_MS))
    g_set_error (error, LOAD_ERROR, 0, "check to first key frame, p95 %.0f ms, promised %d",
                 result->picture_p95_ms, JOINS_PICTURE_P95_MS);
  else if (result->keys_per_s > JOINS_KEYS_PER_S)
    g_set_error (error, LOAD_ERROR, 0, "key frames/s %.2f, promised %.2f", result->keys_per_s,
                 JOINS_KEYS_PER_S);
  else
    return TRUE;
  return FALSE;
}

static const struct
{
  const char *name;
  gboolean (*check) (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
                     GError **error);
} promises[] = {{"grid", expect_grid}, {"hall", expect_hall}, {"joins", expect_joins}};

gboolean
load_expect_is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    if (g_strcmp0 (promises[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

gboolean
load_expect (const LoadCrowd *crowd, const LoadOptions *options, const LoadResult *result,
             GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    if (g_strcmp0 (promises[i].name, options->expect) == 0)
      return promises[i].check (crowd, options, result, error);
  g_return_val_if_reached (FALSE);
}
