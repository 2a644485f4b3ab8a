/* SPDX-License-Identifier: Apache-2.0 */
#include "record/cmaf.h"

#include <string.h>

/* ISO/IEC 14496-12 section 8.8.3.1: sample flags. A key frame depends on no other. */
#define FLAGS_KEY 0x02000000u
#define FLAGS_DELTA 0x01010000u

#define TFHD_DEFAULT_BASE_IS_MOOF 0x020000u
#define TRUN_DATA_OFFSET 0x000001u
#define TRUN_DURATION 0x000100u
#define TRUN_SIZE 0x000200u
#define TRUN_FLAGS 0x000400u
#define TRUN_COMPOSITION 0x000800u

/* ---- boxes ---------------------------------------------------------------------------------- */

static void
put (GByteArray *out, const void *data, gsize size)
{
  g_byte_array_append (out, data, (guint)size);
}

static void
put8 (GByteArray *out, guint value)
{
  guint8 byte = (guint8)value;
  put (out, &byte, 1);
}

static void
put16 (GByteArray *out, guint value)
{
  guint16 word = GUINT16_TO_BE ((guint16)value);
  put (out, &word, sizeof word);
}

static void
put32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  put (out, &value, sizeof value);
}

static void
put64 (GByteArray *out, guint64 value)
{
  value = GUINT64_TO_BE (value);
  put (out, &value, sizeof value);
}

static void
put_zeros (GByteArray *out, guint n)
{
  while (n--)
    put8 (out, 0);
}

/* Where the box begins, for end (). */
static guint
begin (GByteArray *out, const char *type)
{
  guint at = out->len;
  put32 (out, 0);
  put (out, type, 4);
  return at;
}

static guint
begin_full (GByteArray *out, const char *type, guint version, guint32 flags)
{
  guint at = begin (out, type);
  put32 (out, version << 24 | flags);
  return at;
}

static void
end (GByteArray *out, guint at)
{
  guint32 size = GUINT32_TO_BE (out->len - at);
  memcpy (out->data + at, &size, sizeof size);
}

/* ---- initialization ------------------------------------------------------------------------- */

static void
put_matrix (GByteArray *out)
{
  static const guint32 unity[9] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
  for (guint i = 0; i < G_N_ELEMENTS (unity); i++)
    put32 (out, unity[i]);
}

static void
put_mvhd (GByteArray *out)
{
  guint box = begin_full (out, "mvhd", 0, 0);
  put_zeros (out, 8);
  put32 (out, 1000); /* timescale; there is no duration */
  put32 (out, 0);
  put32 (out, 0x10000); /* rate */
  put16 (out, 0x100);   /* volume */
  put_zeros (out, 10);
  put_matrix (out);
  put_zeros (out, 24);
  put32 (out, 3); /* next track */
  end (out, box);
}

static void
put_tkhd (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  gboolean video = track == PARLOR_CMAF_VIDEO_TRACK;
  guint box = begin_full (out, "tkhd", 0, 0x7);
  put_zeros (out, 8);
  put32 (out, track);
  put_zeros (out, 4 + 4 + 8 + 2 + 2);
  put16 (out, video ? 0 : 0x100);
  put16 (out, 0);
  put_matrix (out);
  put32 (out, video ? tracks->width << 16 : 0);
  put32 (out, video ? tracks->height << 16 : 0);
  end (out, box);
}

static void
put_mdhd (GByteArray *out, guint32 scale)
{
  guint box = begin_full (out, "mdhd", 0, 0);
  put_zeros (out, 8);
  put32 (out, scale);
  put32 (out, 0);
  put16 (out, 0x55c4); /* "und" */
  put16 (out, 0);
  end (out, box);
}

static void
put_hdlr (GByteArray *out, const char *type)
{
  guint box = begin_full (out, "hdlr", 0, 0);
  put32 (out, 0);
  put (out, type, 4);
  put_zeros (out, 12);
  put (out, "Parlor", 7);
  end (out, box);
}

static void
put_dinf (GByteArray *out)
{
  guint box = begin (out, "dinf"), dref = begin_full (out, "dref", 0, 0);
  put32 (out, 1);
  guint url = begin_full (out, "url ", 0, 1); /* in this file */
  end (out, url);
  end (out, dref);
  end (out, box);
}

/* vpcC: profile 0, level 3.1, 8 bits, 4:2:0 colocated, video range, unspecified colours. */
static void
put_vpcc (GByteArray *out)
{
  static const guint8 record[] = {0, 31, 8 << 4 | 1 << 1, 2, 2, 2, 0, 0};
  guint box = begin_full (out, "vpcC", 1, 0);
  put (out, record, sizeof record);
  end (out, box);
}

static void
put_picture_entry (GByteArray *out, const ParlorCmafTracks *tracks)
{
  guint box = begin (out, tracks->avcc ? "avc1" : "vp09");
  put_zeros (out, 6);
  put16 (out, 1); /* data reference */
  put_zeros (out, 16);
  put16 (out, tracks->width);
  put16 (out, tracks->height);
  put32 (out, 0x480000);
  put32 (out, 0x480000);
  put32 (out, 0);
  put16 (out, 1); /* frames a sample */
  put_zeros (out, 32);
  put16 (out, 24);
  put16 (out, 0xffff);
  if (tracks->avcc)
    {
      gsize size;
      const void *data = g_bytes_get_data (tracks->avcc, &size);
      guint avcc = begin (out, "avcC");
      put (out, data, size);
      end (out, avcc);
    }
  else
    put_vpcc (out);
  end (out, box);
}

static void
put_sound_entry (GByteArray *out, guint channels)
{
  guint box = begin (out, "Opus");
  put_zeros (out, 6);
  put16 (out, 1);
  put_zeros (out, 8);
  put16 (out, channels);
  put16 (out, 16);
  put_zeros (out, 4);
  put32 (out, (guint32)PARLOR_CMAF_AUDIO_SCALE << 16);
  guint dops = begin (out, "dOps");
  put8 (out, 0);
  put8 (out, channels);
  put16 (out, 0); /* pre-skip: the stream is joined in its middle */
  put32 (out, PARLOR_CMAF_AUDIO_SCALE);
  put16 (out, 0); /* gain */
  put8 (out, 0);  /* mapping family */
  end (out, dops);
  end (out, box);
}

static void
put_empty_table (GByteArray *out, const char *type, guint words)
{
  guint box = begin_full (out, type, 0, 0);
  put_zeros (out, 4 * words);
  end (out, box);
}

static void
put_stbl (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  guint box = begin (out, "stbl"), stsd = begin_full (out, "stsd", 0, 0);
  put32 (out, 1);
  if (track == PARLOR_CMAF_VIDEO_TRACK)
    put_picture_entry (out, tracks);
  else
    put_sound_entry (out, tracks->channels);
  end (out, stsd);
  put_empty_table (out, "stts", 1);
  put_empty_table (out, "stsc", 1);
  put_empty_table (out, "stsz", 2);
  put_empty_table (out, "stco", 1);
  end (out, box);
}

static void
put_track (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  gboolean video = track == PARLOR_CMAF_VIDEO_TRACK;
  guint trak = begin (out, "trak");
  put_tkhd (out, track, tracks);
  guint mdia = begin (out, "mdia");
  put_mdhd (out, video ? PARLOR_CMAF_VIDEO_SCALE : PARLOR_CMAF_AUDIO_SCALE);
  put_hdlr (out, video ? "vide" : "soun");
  guint minf = begin (out, "minf");
  guint head = video ? begin_full (out, "vmhd", 0, 1) : begin_full (out, "smhd", 0, 0);
  put_zeros (out, video ? 8 : 4);
  end (out, head);
  put_dinf (out);
  put_stbl (out, track, tracks);
  end (out, minf);
  end (out, mdia);
  end (out, trak);
}

static void
put_trex (GByteArray *out, guint track)
{
  guint box = begin_full (out, "trex", 0, 0);
  put32 (out, track);
  put32 (out, 1); /* sample entry */
  put_zeros (out, 12);
  end (out, box);
}

GBytes *
parlor_cmaf_init (const ParlorCmafTracks *tracks)
{
  GByteArray *out = g_byte_array_new ();
  guint ftyp = begin (out, "ftyp");
  put (out, "iso6", 4);
  put32 (out, 0);
  put (out, "iso6cmfcmp41", 12);
  end (out, ftyp);
  guint moov = begin (out, "moov");
  put_mvhd (out);
  put_track (out, PARLOR_CMAF_VIDEO_TRACK, tracks);
  put_track (out, PARLOR_CMAF_AUDIO_TRACK, tracks);
  guint mvex = begin (out, "mvex");
  put_trex (out, PARLOR_CMAF_VIDEO_TRACK);
  put_trex (out, PARLOR_CMAF_AUDIO_TRACK);
  end (out, mvex);
  end (out, moov);
  return g_byte_array_free_to_bytes (out);
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* Where the run's data offset stands, to be filled when the moof's size is known; 0 = no run. */
static guint
put_run (GByteArray *out, guint track, const ParlorCmafRun *run)
{
  if (!run->n)
    return 0;
  guint traf = begin (out, "traf"), tfhd = begin_full (out, "tfhd", 0, TFHD_DEFAULT_BASE_IS_MOOF);
  put32 (out, track);
  end (out, tfhd);
  guint tfdt = begin_full (out, "tfdt", 1, 0);
  put64 (out, run->time);
  end (out, tfdt);
  /* Version 1: composition offsets are signed. */
  guint trun = begin_full (
      out, "trun", 1, TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION);
  put32 (out, run->n);
  guint offset = out->len;
  put32 (out, 0);
  for (guint i = 0; i < run->n; i++)
    {
      const ParlorCmafSample *sample = &run->samples[i];
      put32 (out, sample->duration);
      put32 (out, (guint32)g_bytes_get_size (sample->data));
      put32 (out, sample->key ? FLAGS_KEY : FLAGS_DELTA);
      put32 (out, (guint32)sample->composition);
    }
  end (out, trun);
  end (out, traf);
  return offset;
}

static void
put_data (GByteArray *out, const ParlorCmafRun *run, guint moof, guint offset)
{
  if (!offset)
    return;
  guint32 value = GUINT32_TO_BE (out->len - moof);
  memcpy (out->data + offset, &value, sizeof value);
  for (guint i = 0; i < run->n; i++)
    {
      gsize size;
      const void *data = g_bytes_get_data (run->samples[i].data, &size);
      put (out, data, size);
    }
}

GBytes *
parlor_cmaf_part (guint32 sequence, const ParlorCmafRun *video, const ParlorCmafRun *audio)
{
  GByteArray *out = g_byte_array_new ();
  guint moof = begin (out, "moof"), mfhd = begin_full (out, "mfhd", 0, 0);
  put32 (out, sequence);
  end (out, mfhd);
  guint pictures = put_run (out, PARLOR_CMAF_VIDEO_TRACK, video);
  guint sounds = put_run (out, PARLOR_CMAF_AUDIO_TRACK, audio);
  end (out, moof);
  guint mdat = begin (out, "mdat");
  put_data (out, video, moof, pictures);
  put_data (out, audio, moof, sounds);
  end (out, mdat);
  return g_byte_array_free_to_bytes (out);
}

char *
parlor_cmaf_codecs (const ParlorCmafTracks *tracks)
{
  gsize size = 0;
  const guint8 *avcc = tracks->avcc ? g_bytes_get_data (tracks->avcc, &size) : NULL;
  if (!avcc || size < 4)
    return g_strdup ("vp09.00.31.08,opus");
  return g_strdup_printf ("avc1.%02x%02x%02x,opus", avcc[1], avcc[2], avcc[3]);
}
