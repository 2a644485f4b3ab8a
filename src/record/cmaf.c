/* SPDX-License-Identifier: Apache-2.0 */
#include "record/cmaf.h"

#include "base/bytes.h"
#include "record/boxes.h"

/* ISO/IEC 14496-12 section 8.8.3.1: sample flags. A key frame depends on no other. */
#define FLAGS_KEY 0x02000000u
#define FLAGS_DELTA 0x01010000u

#define TFHD_DEFAULT_BASE_IS_MOOF 0x020000u
#define TRUN_DATA_OFFSET 0x000001u
#define TRUN_DURATION 0x000100u
#define TRUN_SIZE 0x000200u
#define TRUN_FLAGS 0x000400u
#define TRUN_COMPOSITION 0x000800u

/* ---- initialization ------------------------------------------------------------------------- */

static void
put_tkhd (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  gboolean video = track == PARLOR_CMAF_VIDEO_TRACK;
  guint box = parlor_box_begin_full (out, "tkhd", 0, 0x7);
  parlor_box_put_zeros (out, 8);
  parlor_box_put32 (out, track);
  parlor_box_put_zeros (out, 4 + 4 + 8 + 2 + 2);
  parlor_box_put16 (out, video ? 0 : 0x100);
  parlor_box_put16 (out, 0);
  parlor_box_put_matrix (out);
  parlor_box_put32 (out, video ? tracks->width << 16 : 0);
  parlor_box_put32 (out, video ? tracks->height << 16 : 0);
  parlor_box_end (out, box);
}

static void
put_hdlr (GByteArray *out, const char *type)
{
  guint box = parlor_box_begin_full (out, "hdlr", 0, 0);
  parlor_box_put32 (out, 0);
  parlor_box_put (out, type, 4);
  parlor_box_put_zeros (out, 12);
  parlor_box_put (out, "Parlor", 7);
  parlor_box_end (out, box);
}

/* vpcC: profile 0, level 3.1, 8 bits, 4:2:0 colocated, video range, unspecified colours. */
static void
put_vpcc (GByteArray *out)
{
  static const guint8 record[] = {0, 31, 8 << 4 | 1 << 1, 2, 2, 2, 0, 0};
  guint box = parlor_box_begin_full (out, "vpcC", 1, 0);
  parlor_box_put (out, record, sizeof record);
  parlor_box_end (out, box);
}

static void
put_picture_entry (GByteArray *out, const ParlorCmafTracks *tracks)
{
  guint box = parlor_box_begin (out, tracks->avcc ? "avc1" : "vp09");
  parlor_box_put_picture_fields (out, tracks->width, tracks->height);
  if (tracks->avcc)
    {
      gsize size;
      const void *data = g_bytes_get_data (tracks->avcc, &size);
      guint avcc = parlor_box_begin (out, "avcC");
      parlor_box_put (out, data, size);
      parlor_box_end (out, avcc);
    }
  else
    put_vpcc (out);
  parlor_box_end (out, box);
}

static void
put_dops (GByteArray *out, guint channels)
{
  guint dops = parlor_box_begin (out, "dOps");
  parlor_box_put8 (out, 0);
  parlor_box_put8 (out, channels);
  parlor_box_put16 (out, 0); /* pre-skip: the stream is joined in its middle */
  parlor_box_put32 (out, PARLOR_CMAF_AUDIO_SCALE);
  parlor_box_put16 (out, 0); /* gain */
  parlor_box_put8 (out, 0);  /* mapping family */
  parlor_box_end (out, dops);
}

/* A descriptor of ISO/IEC 14496-1 section 8.3.3: its tag and how long what follows is. */
static void
put_descriptor (GByteArray *out, guint8 tag, guint8 size)
{
  parlor_box_put8 (out, tag);
  parlor_box_put8 (out, size);
}

/* ISO/IEC 14496-1 section 7.2.6.5: what decodes it, and AudioSpecificConfig (14496-3 section
 * 1.6.2.1): object type 2, sampling index 3 (48 kHz), channels. */
static void
put_esds (GByteArray *out, guint channels)
{
  guint esds = parlor_box_begin_full (out, "esds", 0, 0);
  put_descriptor (out, 3, 25); /* ES */
  parlor_box_put16 (out, PARLOR_CMAF_AUDIO_TRACK);
  parlor_box_put8 (out, 0);
  put_descriptor (out, 4, 17);           /* decoder configuration */
  parlor_box_put8 (out, 0x40);           /* Audio ISO/IEC 14496-3 */
  parlor_box_put8 (out, 5 << 2 | 1);     /* an audio stream, downwards */
  parlor_box_put_zeros (out, 3 + 4 * 2); /* buffer and rates: not said */
  put_descriptor (out, 5, 2);
  parlor_box_put16 (out, 2 << 11 | 3 << 7 | channels << 3);
  put_descriptor (out, 6, 1); /* SL: as MP4 files have it */
  parlor_box_put8 (out, 2);
  parlor_box_end (out, esds);
}

static void
put_sound_entry (GByteArray *out, const ParlorCmafTracks *tracks)
{
  gboolean aac = tracks->sound == PARLOR_CMAF_AAC;
  guint box = parlor_box_begin (out, aac ? "mp4a" : "Opus");
  parlor_box_put_zeros (out, 6);
  parlor_box_put16 (out, 1);
  parlor_box_put_zeros (out, 8);
  parlor_box_put16 (out, tracks->channels);
  parlor_box_put16 (out, 16);
  parlor_box_put_zeros (out, 4);
  parlor_box_put32 (out, (guint32)PARLOR_CMAF_AUDIO_SCALE << 16);
  if (aac)
    put_esds (out, tracks->channels);
  else
    put_dops (out, tracks->channels);
  parlor_box_end (out, box);
}

static void
put_empty_table (GByteArray *out, const char *type, guint words)
{
  guint box = parlor_box_begin_full (out, type, 0, 0);
  parlor_box_put_zeros (out, 4 * words);
  parlor_box_end (out, box);
}

static void
put_stbl (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  guint box = parlor_box_begin (out, "stbl"), stsd = parlor_box_begin_full (out, "stsd", 0, 0);
  parlor_box_put32 (out, 1);
  if (track == PARLOR_CMAF_VIDEO_TRACK)
    put_picture_entry (out, tracks);
  else
    put_sound_entry (out, tracks);
  parlor_box_end (out, stsd);
  put_empty_table (out, "stts", 1);
  put_empty_table (out, "stsc", 1);
  put_empty_table (out, "stsz", 2);
  put_empty_table (out, "stco", 1);
  parlor_box_end (out, box);
}

static void
put_track (GByteArray *out, guint track, const ParlorCmafTracks *tracks)
{
  gboolean video = track == PARLOR_CMAF_VIDEO_TRACK;
  guint trak = parlor_box_begin (out, "trak");
  put_tkhd (out, track, tracks);
  guint mdia = parlor_box_begin (out, "mdia");
  parlor_box_put_mdhd (out, video ? PARLOR_CMAF_VIDEO_SCALE : PARLOR_CMAF_AUDIO_SCALE);
  put_hdlr (out, video ? "vide" : "soun");
  guint minf = parlor_box_begin (out, "minf");
  guint head = video ? parlor_box_begin_full (out, "vmhd", 0, 1)
                     : parlor_box_begin_full (out, "smhd", 0, 0);
  parlor_box_put_zeros (out, video ? 8 : 4);
  parlor_box_end (out, head);
  parlor_box_put_dinf (out);
  put_stbl (out, track, tracks);
  parlor_box_end (out, minf);
  parlor_box_end (out, mdia);
  parlor_box_end (out, trak);
}

static void
put_trex (GByteArray *out, guint track)
{
  guint box = parlor_box_begin_full (out, "trex", 0, 0);
  parlor_box_put32 (out, track);
  parlor_box_put32 (out, 1); /* sample entry */
  parlor_box_put_zeros (out, 12);
  parlor_box_end (out, box);
}

GBytes *
parlor_cmaf_init (const ParlorCmafTracks *tracks)
{
  GByteArray *out = g_byte_array_new ();
  guint ftyp = parlor_box_begin (out, "ftyp");
  parlor_box_put (out, "iso6", 4);
  parlor_box_put32 (out, 0);
  parlor_box_put (out, "iso6cmfcmp41", 12);
  parlor_box_end (out, ftyp);
  guint moov = parlor_box_begin (out, "moov");
  parlor_box_put_mvhd (out, 1000, 3);
  put_track (out, PARLOR_CMAF_VIDEO_TRACK, tracks);
  put_track (out, PARLOR_CMAF_AUDIO_TRACK, tracks);
  guint mvex = parlor_box_begin (out, "mvex");
  put_trex (out, PARLOR_CMAF_VIDEO_TRACK);
  put_trex (out, PARLOR_CMAF_AUDIO_TRACK);
  parlor_box_end (out, mvex);
  parlor_box_end (out, moov);
  return g_byte_array_free_to_bytes (out);
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* Where the run's data offset stands, to be filled when the moof's size is known; 0 = no run. */
static guint
put_run (GByteArray *out, guint track, const ParlorCmafRun *run)
{
  if (!run->n)
    return 0;
  guint traf = parlor_box_begin (out, "traf"),
        tfhd = parlor_box_begin_full (out, "tfhd", 0, TFHD_DEFAULT_BASE_IS_MOOF);
  parlor_box_put32 (out, track);
  parlor_box_end (out, tfhd);
  guint tfdt = parlor_box_begin_full (out, "tfdt", 1, 0);
  parlor_box_put64 (out, run->time);
  parlor_box_end (out, tfdt);
  /* Version 1: composition offsets are signed. */
  guint trun = parlor_box_begin_full (
      out, "trun", 1, TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION);
  parlor_box_put32 (out, run->n);
  guint offset = out->len;
  parlor_box_put32 (out, 0);
  for (guint i = 0; i < run->n; i++)
    {
      const ParlorCmafSample *sample = &run->samples[i];
      parlor_box_put32 (out, sample->duration);
      parlor_box_put32 (out, (guint32)g_bytes_get_size (sample->data));
      parlor_box_put32 (out, sample->key ? FLAGS_KEY : FLAGS_DELTA);
      parlor_box_put32 (out, (guint32)sample->composition);
    }
  parlor_box_end (out, trun);
  parlor_box_end (out, traf);
  return offset;
}

static void
put_data (GByteArray *out, const ParlorCmafRun *run, guint moof, guint offset)
{
  if (!offset)
    return;
  parlor_put_u32 (out->data + offset, out->len - moof);
  for (guint i = 0; i < run->n; i++)
    {
      gsize size;
      const void *data = g_bytes_get_data (run->samples[i].data, &size);
      parlor_box_put (out, data, size);
    }
}

GBytes *
parlor_cmaf_part (guint32 sequence, const ParlorCmafRun *video, const ParlorCmafRun *audio)
{
  GByteArray *out = g_byte_array_new ();
  guint moof = parlor_box_begin (out, "moof"), mfhd = parlor_box_begin_full (out, "mfhd", 0, 0);
  parlor_box_put32 (out, sequence);
  parlor_box_end (out, mfhd);
  guint pictures = put_run (out, PARLOR_CMAF_VIDEO_TRACK, video);
  guint sounds = put_run (out, PARLOR_CMAF_AUDIO_TRACK, audio);
  parlor_box_end (out, moof);
  guint mdat = parlor_box_begin (out, "mdat");
  put_data (out, video, moof, pictures);
  put_data (out, audio, moof, sounds);
  parlor_box_end (out, mdat);
  return g_byte_array_free_to_bytes (out);
}
