/* SPDX-License-Identifier: Apache-2.0 */
#include "record/hlspack.h"

#include "live/playlist.h"

#include <string.h>

#define PART_US (PARLOR_PLAYLIST_PART_MS * G_GINT64_CONSTANT (1000))
#define AUDIO_MAX 256 /* packets that wait for their picture: five seconds */
#define VIDEO_MAX 128 /* frames of one part */
/* Sound that is so far from its time is put where it belongs. */
#define AUDIO_SLIP_US (80 * G_GINT64_CONSTANT (1000))
/* A frame that stands longer than this is said to last so long. */
#define FRAME_MAX_US (2 * G_USEC_PER_SEC)
/* ISO/IEC 14496-3: an access unit of AAC-LC. */
#define AAC_SAMPLES 1024

typedef struct
{
  GBytes *data; /* owned */
  gint64 at_us;
  gint64 decode_us;
  gboolean key;
} Frame;

struct _ParlorHlsPack
{
  ParlorHlsPackOut out;
  GArray *frames; /* of the part to come; the last one's duration is not known */
  GArray *sounds; /* Frame, not yet in a part */
  GBytes *silence;
  guint silence_samples;
  ParlorCmafTracks tracks; /* avcc owned */
  gboolean has_format, is_new, has_begun;
  gint64 zero_us;     /* time 0 of the file */
  guint64 audio_time; /* where the next sound stands, in samples from zero_us */
  guint32 sequence;
};

static void
frame_clear (gpointer data)
{
  g_clear_pointer (&((Frame *)data)->data, g_bytes_unref);
}

static GArray *
frames_new (void)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  g_array_set_clear_func (frames, frame_clear);
  return frames;
}

/* 20 ms of CELT, full band, two channels, of nothing (RFC 6716 section 3.1: 0xfc; the two bytes
 * code an empty frame). */
static const guint8 silent_opus[] = {0xfc, 0xff, 0xfe};
/* ISO/IEC 14496-3 section 4.4.2: a channel pair of two streams of their own, each of gain 0, one
 * long window and no band at all (22 bits of 0), and the end (111). */
static const guint8 silent_aac[] = {0x20, 0, 0, 0, 0, 0, 0x0e};

ParlorHlsPack *
parlor_hls_pack_new (const ParlorHlsPackOut *out, ParlorCmafSound sound)
{
  gboolean aac = sound == PARLOR_CMAF_AAC;
  ParlorHlsPack *pack = g_new0 (ParlorHlsPack, 1);
  pack->out = *out;
  pack->frames = frames_new ();
  pack->sounds = frames_new ();
  pack->tracks.sound = sound;
  pack->silence = aac ? g_bytes_new_static (silent_aac, sizeof silent_aac)
                      : g_bytes_new_static (silent_opus, sizeof silent_opus);
  pack->silence_samples = aac ? AAC_SAMPLES : 960;
  return pack;
}

void
parlor_hls_pack_free (ParlorHlsPack *pack)
{
  if (!pack)
    return;
  g_array_unref (pack->frames);
  g_array_unref (pack->sounds);
  g_bytes_unref (pack->silence);
  g_clear_pointer (&pack->tracks.avcc, g_bytes_unref);
  g_free (pack);
}

guint
parlor_opus_samples (const guint8 *packet, gsize size)
{
  static const guint16 silk[] = {480, 960, 1920, 2880};
  if (size < 1)
    return 0;
  guint config = packet[0] >> 3, count = packet[0] & 3;
  guint samples = config < 12   ? silk[config & 3]
                  : config < 16 ? (config & 1 ? 960 : 480)
                                : 120u << (config & 3);
  guint frames = count == 0 ? 1 : count < 3 ? 2 : size > 1 ? packet[1] & 0x3f : 0;
  return samples * frames <= 5760 ? samples * frames : 0; /* 120 ms, section 3.2.5 */
}

static gint64
scaled (gint64 us, gint64 scale)
{
  return us * scale / G_USEC_PER_SEC;
}

static GBytes *
same_or_null (GBytes *bytes)
{
  return bytes ? g_bytes_ref (bytes) : NULL;
}

void
parlor_hls_pack_format (ParlorHlsPack *pack, GBytes *avcc, guint width, guint height)
{
  gboolean same = pack->has_format && width == pack->tracks.width && height == pack->tracks.height
                  && !avcc == !pack->tracks.avcc
                  && (!avcc || g_bytes_equal (avcc, pack->tracks.avcc));
  if (same)
    return;
  g_clear_pointer (&pack->tracks.avcc, g_bytes_unref);
  pack->tracks = (ParlorCmafTracks){same_or_null (avcc), width, height, 2, pack->tracks.sound};
  pack->has_format = pack->is_new = TRUE;
}

/* ---- sound ---------------------------------------------------------------------------------- */

/* 0 = it is no packet. */
static guint
samples_of (const ParlorHlsPack *pack, GBytes *packet)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  if (pack->tracks.sound == PARLOR_CMAF_AAC)
    return size ? AAC_SAMPLES : 0;
  return parlor_opus_samples (data, size);
}

static void
add_sound (GArray *run, GBytes *data, guint samples)
{
  ParlorCmafSample sample = {g_bytes_ref (data), samples, 0, TRUE};
  g_array_append_val (run, sample);
}

static void
fill_silence (ParlorHlsPack *pack, GArray *run, guint64 until)
{
  while (pack->audio_time + pack->silence_samples <= until)
    {
      add_sound (run, pack->silence, pack->silence_samples);
      pack->audio_time += pack->silence_samples;
    }
}

/* What sounds until `end_us`, without a hole. */
static void
take_sounds (ParlorHlsPack *pack, GArray *run, gint64 end_us)
{
  guint64 end = (guint64)MAX (scaled (end_us - pack->zero_us, PARLOR_CMAF_AUDIO_SCALE), 0);
  guint64 slip = (guint64)scaled (AUDIO_SLIP_US, PARLOR_CMAF_AUDIO_SCALE);
  guint n = 0;
  for (; n < pack->sounds->len; n++)
    {
      const Frame *sound = &g_array_index (pack->sounds, Frame, n);
      guint samples = samples_of (pack, sound->data);
      gint64 at = scaled (sound->at_us - pack->zero_us, PARLOR_CMAF_AUDIO_SCALE);
      if (at >= (gint64)end)
        break;
      if (at > (gint64)(pack->audio_time + slip))
        fill_silence (pack, run, (guint64)at);
      if (at + (gint64)slip < (gint64)pack->audio_time)
        continue; /* too late: its place is taken */
      add_sound (run, sound->data, samples);
      pack->audio_time += samples;
    }
  if (n)
    g_array_remove_range (pack->sounds, 0, n);
  /* Packets come a little behind their pictures: only what is surely missing is filled. */
  if (end > slip)
    fill_silence (pack, run, end - slip);
}

void
parlor_hls_pack_audio (ParlorHlsPack *pack, GBytes *packet, gint64 at_us)
{
  if (!pack->has_begun || !samples_of (pack, packet))
    return;
  if (pack->sounds->len >= AUDIO_MAX)
    g_array_remove_index (pack->sounds, 0);
  Frame sound = {g_bytes_ref (packet), at_us, at_us, TRUE};
  g_array_append_val (pack->sounds, sound);
}

/* ---- pictures ------------------------------------------------------------------------------- */

static void
sample_clear (gpointer data)
{
  g_bytes_unref (((ParlorCmafSample *)data)->data);
}

static GArray *
samples_new (void)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (ParlorCmafSample));
  g_array_set_clear_func (samples, sample_clear);
  return samples;
}

static gint64
first_us (const ParlorHlsPack *pack)
{
  return g_array_index (pack->frames, Frame, 0).decode_us;
}

static GArray *
take_pictures (ParlorHlsPack *pack, gint64 end_us)
{
  GArray *run = samples_new ();
  for (guint i = 0; i < pack->frames->len; i++)
    {
      const Frame *frame = &g_array_index (pack->frames, Frame, i);
      gint64 next_us = i + 1 < pack->frames->len
                           ? g_array_index (pack->frames, Frame, i + 1).decode_us
                           : end_us;
      gint64 from = scaled (frame->decode_us - pack->zero_us, PARLOR_CMAF_VIDEO_SCALE);
      gint64 to = scaled (next_us - pack->zero_us, PARLOR_CMAF_VIDEO_SCALE);
      gint64 shown = scaled (frame->at_us - pack->zero_us, PARLOR_CMAF_VIDEO_SCALE);
      ParlorCmafSample sample = {g_bytes_ref (frame->data), (guint32)(to - from),
                                 (gint32)(shown - from), frame->key};
      g_array_append_val (run, sample);
    }
  return run;
}

/* The frames that wait are a part, which ends at `end_us`. */
static void
put_part (ParlorHlsPack *pack, gint64 end_us)
{
  gint64 at_us = first_us (pack);
  gboolean independent = g_array_index (pack->frames, Frame, 0).key;
  g_autoptr (GArray) pictures = take_pictures (pack, end_us);
  g_autoptr (GArray) sounds = samples_new ();
  guint64 sound_time = pack->audio_time;
  take_sounds (pack, sounds, end_us);
  ParlorCmafRun video = {(guint64)scaled (at_us - pack->zero_us, PARLOR_CMAF_VIDEO_SCALE),
                         (const ParlorCmafSample *)(gpointer)pictures->data, pictures->len};
  ParlorCmafRun audio = {sound_time, (const ParlorCmafSample *)(gpointer)sounds->data, sounds->len};
  g_autoptr (GBytes) part = parlor_cmaf_part (++pack->sequence, &video, &audio);
  pack->out.part (part, at_us, end_us - at_us, independent, pack->out.user_data);
  g_array_set_size (pack->frames, 0);
}

static void
begin_format (ParlorHlsPack *pack, gint64 at_us)
{
  g_autoptr (GBytes) init = parlor_cmaf_init (&pack->tracks);
  if (!pack->has_begun)
    pack->zero_us = at_us;
  pack->has_begun = TRUE;
  pack->is_new = FALSE;
  pack->out.init (init, pack->out.user_data);
}

static Frame *
last (const ParlorHlsPack *pack)
{
  return &g_array_index (pack->frames, Frame, pack->frames->len - 1);
}

/* Whether what waits is a part by itself when the next frame comes at `next_us`. */
static gboolean
is_full (const ParlorHlsPack *pack, gint64 next_us, gboolean key)
{
  if (key || pack->frames->len >= VIDEO_MAX)
    return TRUE;
  /* The next frame is likely as long as the last one. */
  return next_us - first_us (pack) + (next_us - last (pack)->decode_us) > PART_US;
}

/* A frame that lasted longer than was to be expected is a part of its own: no part is longer than
 * was said. */
static void
split (ParlorHlsPack *pack, gint64 end_us)
{
  if (pack->frames->len < 2 || end_us - first_us (pack) <= PART_US)
    return;
  Frame late = *last (pack);
  late.data = g_bytes_ref (late.data);
  g_array_set_size (pack->frames, pack->frames->len - 1);
  put_part (pack, late.decode_us);
  g_array_append_val (pack->frames, late);
}

/* Nothing was sent meanwhile: the file has a hole there, in both tracks. */
static void
skip_to (ParlorHlsPack *pack, gint64 at_us)
{
  gint64 at = scaled (at_us - pack->zero_us, PARLOR_CMAF_AUDIO_SCALE);
  pack->audio_time = MAX (pack->audio_time, (guint64)MAX (at, 0));
}

void
parlor_hls_pack_video (ParlorHlsPack *pack, GBytes *data, gint64 at_us, gboolean key)
{
  gint64 decode_us = at_us;
  if (!pack->has_format || (!pack->has_begun && !key))
    return;
  if (pack->frames->len)
    {
      gint64 before_us = last (pack)->decode_us;
      gboolean gap = at_us > before_us + FRAME_MAX_US;
      /* Frames that are shown in another order, or a clock that went back: decoded in turn. */
      decode_us = MAX (at_us, before_us + 1000);
      gint64 end_us = gap ? before_us + FRAME_MAX_US : decode_us;
      split (pack, end_us);
      if (is_full (pack, decode_us, key))
        put_part (pack, end_us);
      if (gap)
        skip_to (pack, decode_us);
    }
  if (pack->is_new && key)
    begin_format (pack, at_us);
  Frame frame = {g_bytes_ref (data), at_us, decode_us, key};
  g_array_append_val (pack->frames, frame);
}
