/* SPDX-License-Identifier: Apache-2.0 */
#include "record/tile.h"

#include "record/reel.h"

#include <gst/video/video.h>
#include <string.h>

/* After the last frame of a file it stays for so long: as between two frames of a slow camera. */
#define HOLD_MS 500
#define NONE G_MAXUINT
/* Of frames further from each other than that none is left out. */
#define CLOSE_MS 50

/* Name, initial and company, the last of them are used. The filter at the end: without it the words
 * would be handed on beside the picture. */
#define WORDS_MAX 3
static const char *const draw_words[] = {"textoverlay", "textoverlay", "textoverlay", "capsfilter",
                                         NULL};
/* As pages say it in Chinese: nobody knows yet who will look. */
#define EXTERNAL "外部 · "

struct _ParlorTile
{
  const ParlorPlanLane *lane;     /* borrowed */
  const ParlorReelSource *source; /* borrowed */
  gboolean names;

  guint file; /* that is open; NONE */
  ParlorReel *reel;
  ParlorChain *decoder;
  gint decoded; /* frame of the file; -1 = none yet */

  GstBuffer *raw; /* the last that was decoded; owned */
  GstVideoInfo raw_info;
  gboolean raw_is_new;

  guint width, height; /* of what follows */
  GstVideoConverter *scaler;
  GstVideoInfo scaler_info; /* what it takes */
  ParlorChain *words;
  GstBuffer *words_out; /* what they made; owned */
  GstBuffer *shown;     /* owned; NULL = to be made */
  gboolean shows_avatar;
  ParlorTileStats stats;
};

ParlorTile *
parlor_tile_new (const ParlorPlanLane *lane, const ParlorReelSource *source, gboolean names)
{
  ParlorTile *self = g_new0 (ParlorTile, 1);
  self->lane = lane;
  self->source = source;
  self->names = names;
  self->file = NONE;
  self->decoded = -1;
  return self;
}

static void
close_file (ParlorTile *self)
{
  g_clear_pointer (&self->decoder, parlor_chain_free);
  g_clear_pointer (&self->reel, parlor_reel_free);
  self->file = NONE;
  self->decoded = -1;
}

static void
drop_size (ParlorTile *self)
{
  g_clear_pointer (&self->scaler, gst_video_converter_free);
  g_clear_pointer (&self->words, parlor_chain_free);
  gst_clear_buffer (&self->words_out);
  gst_clear_buffer (&self->shown);
}

void
parlor_tile_rest (ParlorTile *self)
{
  close_file (self);
  drop_size (self);
  gst_clear_buffer (&self->raw);
}

void
parlor_tile_free (ParlorTile *self)
{
  if (self == NULL)
    return;
  parlor_tile_rest (self);
  g_free (self);
}

void
parlor_tile_add_stats (const ParlorTile *self, ParlorTileStats *sum)
{
  sum->decoded += self->stats.decoded;
  sum->scaled += self->stats.scaled;
  sum->damaged += self->stats.damaged;
  sum->decode_us += self->stats.decode_us;
  sum->scale_us += self->stats.scale_us;
}

/* ---- decoding ------------------------------------------------------------------------------- */

static void
take_raw (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  ParlorTile *self = user_data;
  if (caps == NULL || !gst_video_info_from_caps (&self->raw_info, caps))
    {
      gst_buffer_unref (buffer);
      return;
    }
  gst_video_colorimetry_from_string (&self->raw_info.colorimetry, PARLOR_TILE_COLORIMETRY);
  gst_clear_buffer (&self->raw);
  self->raw = buffer;
  self->raw_is_new = TRUE;
}

/* The file that is shown at that instant; NONE. */
static guint
find_file (const ParlorTile *self, gint64 room_ms)
{
  const GPtrArray *files = self->lane->files;
  guint best = NONE;
  for (guint i = self->file != NONE ? self->file : 0; i < files->len; i++)
    {
      const ParlorPlanFile *file = files->pdata[i];
      if (file->from_ms > room_ms)
        break;
      if (room_ms < file->to_ms + HOLD_MS)
        best = i;
    }
  return best;
}

static gboolean
open_file (ParlorTile *self, guint i)
{
  const ParlorPlanFile *file = self->lane->files->pdata[i];
  close_file (self);
  gst_clear_buffer (&self->raw);
  self->file = i;
  self->reel = parlor_reel_open (self->source, file);
  self->decoder = self->reel != NULL ? parlor_reel_decoder (file, take_raw, self) : NULL;
  return self->decoder != NULL;
}

/* A decoder that refuses a frame is begun anew at the next key frame; until then the last picture
 * stands. */
static void
push_frame (ParlorTile *self, guint i)
{
  self->decoded = (gint)i;
  if (self->decoder == NULL && parlor_reel_key (self->reel, i) == i)
    self->decoder = parlor_reel_decoder (self->lane->files->pdata[self->file], take_raw, self);
  if (self->decoder == NULL)
    return;
  self->stats.decoded++;
  if (parlor_chain_push (self->decoder, parlor_reel_frame (self->reel, i)))
    return;
  self->stats.damaged++;
  g_clear_pointer (&self->decoder, parlor_chain_free);
}

static gboolean
is_small (const ParlorTile *self)
{
  return self->raw != NULL && !self->lane->is_screen
         && ((guint)GST_VIDEO_INFO_HEIGHT (&self->raw_info) >= 2 * self->height
             || (guint)GST_VIDEO_INFO_WIDTH (&self->raw_info) >= 2 * self->width);
}

/* What this tile shows instead of frame `i`: the one before, or itself. */
static guint
stands_for (const ParlorTile *self, guint i)
{
  gboolean is_left_out = i > 0 && parlor_reel_is_spare (self->reel, i) && is_small (self)
                         && parlor_reel_time_ms (self->reel, i)
                                    - parlor_reel_time_ms (self->reel, i - 1)
                                <= CLOSE_MS;
  return is_left_out ? i - 1 : i;
}

/* On the way to the one that is wanted those on which none rests are not decoded at all. */
static void
decode_until (ParlorTile *self, guint wanted)
{
  wanted = stands_for (self, wanted);
  guint key = parlor_reel_key (self->reel, wanted);
  guint next = self->decoded < 0 || key > (guint)self->decoded + 1 ? key : (guint)self->decoded + 1;
  gint64 began_us = parlor_reel_cpu_us ();
  for (; next <= wanted; next++)
    if (next == wanted || !parlor_reel_is_spare (self->reel, next))
      push_frame (self, next);
  self->stats.decode_us += parlor_reel_cpu_us () - began_us;
}

/* FALSE: there is no picture at that instant. */
static gboolean
decode_at (ParlorTile *self, gint64 room_ms)
{
  guint i = find_file (self, room_ms);
  if (i == NONE)
    return FALSE;
  if (i != self->file && !open_file (self, i))
    return FALSE;
  if (self->reel == NULL)
    return FALSE;
  gint wanted = parlor_reel_find (self->reel,
                                  parlor_plan_to_file (self->lane->files->pdata[i], room_ms));
  decode_until (self, (guint)MAX (wanted, 0));
  return self->raw != NULL;
}

/* ---- words ---------------------------------------------------------------------------------- */

static void
take_words (GstBuffer *buffer, GstCaps *caps, gpointer user_data)
{
  ParlorTile *self = user_data;
  gst_clear_buffer (&self->words_out);
  self->words_out = buffer;
}

typedef enum
{
  TOP,
  MIDDLE,
  BOTTOM,
} Where;

static void
set_words (GstElement *overlay, const char *text, guint pixels, Where where)
{
  static const char *const aligned[] = {[TOP] = "top", [MIDDLE] = "center", [BOTTOM] = "bottom"};
  /* Points of 1/72 inch at the overlay's 96 dots an inch. */
  g_autofree char *font = g_strdup_printf ("Sans Bold %u", MAX (pixels * 3 / 4, 7));
  g_object_set (overlay, "text", text, "font-desc", font, "auto-resize", FALSE, "draw-shadow",
                FALSE, "xpad", 8, "ypad", 6, "wrap-mode", -1, NULL);
  gst_util_set_object_arg (G_OBJECT (overlay), "halignment", where == MIDDLE ? "center" : "left");
  gst_util_set_object_arg (G_OBJECT (overlay), "valignment", aligned[where]);
  g_object_set (overlay, "shaded-background", where != MIDDLE, NULL);
}

static GstCaps *
tile_caps (guint width, guint height)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, PARLOR_TILE_FORMAT, "width",
                              G_TYPE_INT, (gint)width, "height", G_TYPE_INT, (gint)height,
                              "framerate", GST_TYPE_FRACTION, 30, 1, "colorimetry", G_TYPE_STRING,
                              PARLOR_TILE_COLORIMETRY, NULL);
}

/* What a name is drawn from is somebody's word: no markup, no line, no page. `room`: so many narrow
 * letters fit. */
static char *
clean_name (const char *name, guint room)
{
  GString *out = g_string_new (NULL);
  guint used = 0;
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char_validated (p, -1);
      if (c == (gunichar)-1 || c == (gunichar)-2)
        break;
      if (!g_unichar_isprint (c))
        continue;
      used += g_unichar_iswide (c) ? 2 : 1;
      if (used > room)
        {
          g_string_append (out, "…");
          break;
        }
      g_string_append_unichar (out, c);
    }
  g_autofree char *text = g_string_free (out, FALSE);
  return g_markup_escape_text (text, -1);
}

static char *
initial_of (const char *name)
{
  gunichar c = g_utf8_get_char_validated (name, -1);
  char out[8] = "";
  if (c == (gunichar)-1 || c == (gunichar)-2 || !g_unichar_isprint (c))
    return g_strdup ("");
  out[g_unichar_to_utf8 (g_unichar_toupper (c), out)] = '\0';
  return g_markup_escape_text (out, -1);
}

/* NULL: he is of the house. */
static char *
mark_of (const ParlorTile *self, guint room)
{
  const char *company = self->lane->company != NULL ? self->lane->company : "";
  g_autofree char *whole = g_strconcat (EXTERNAL, company, NULL);
  return company[0] != '\0' ? clean_name (whole, room) : NULL;
}

static gboolean
make_words (ParlorTile *self, gboolean avatar)
{
  guint small = CLAMP (self->height / 18, 11, 28), room = self->width * 3 / 2 / small;
  g_autofree char *name = clean_name (self->lane->name, room), *mark = mark_of (self, room);
  g_autofree char *initial = initial_of (self->lane->name);
  guint n = 1 + (avatar ? 1 : 0) + (mark != NULL ? 1 : 0);
  g_autoptr (GstCaps) caps = tile_caps (self->width, self->height);
  if (self->words != NULL && avatar == self->shows_avatar)
    return TRUE;
  g_clear_pointer (&self->words, parlor_chain_free);
  self->words = self->names && name[0] != '\0'
                    ? parlor_chain_new (draw_words + WORDS_MAX - n, take_words, self)
                    : NULL;
  if (self->words == NULL)
    return FALSE;
  set_words (parlor_chain_element (self->words, 0), name, small, BOTTOM);
  if (avatar)
    set_words (parlor_chain_element (self->words, 1), initial, self->height / 4, MIDDLE);
  if (mark != NULL)
    set_words (parlor_chain_element (self->words, n - 1), mark, small, TOP);
  g_object_set (parlor_chain_element (self->words, n), "caps", caps, NULL);
  if (parlor_chain_start (self->words, caps))
    return TRUE;
  g_clear_pointer (&self->words, parlor_chain_free);
  return FALSE;
}

/* Takes `picture`. */
static void
show (ParlorTile *self, GstBuffer *picture, gboolean avatar)
{
  GST_BUFFER_PTS (picture) = 0;
  GST_BUFFER_DURATION (picture) = GST_SECOND;
  if (make_words (self, avatar) && parlor_chain_push (self->words, gst_buffer_ref (picture))
      && self->words_out != NULL)
    {
      gst_buffer_unref (picture);
      picture = g_steal_pointer (&self->words_out);
    }
  gst_clear_buffer (&self->shown);
  self->shown = picture;
  self->shows_avatar = avatar;
}

/* ---- pictures ------------------------------------------------------------------------------- */

static GstBuffer *
new_picture (const ParlorTile *self, GstVideoInfo *info)
{
  gst_video_info_set_format (info, GST_VIDEO_FORMAT_I420, self->width, self->height);
  gst_video_colorimetry_from_string (&info->colorimetry, PARLOR_TILE_COLORIMETRY);
  return gst_buffer_new_allocate (NULL, info->size, NULL);
}

static void
fill (GstBuffer *picture, const GstVideoInfo *info, guint8 y, guint8 u, guint8 v)
{
  const guint8 values[3] = {y, u, v};
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, info, picture, GST_MAP_WRITE))
    return;
  for (guint i = 0; i < 3; i++)
    memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, i), values[i],
            (gsize)GST_VIDEO_FRAME_PLANE_STRIDE (&frame, i)
                * (gsize)GST_VIDEO_FRAME_COMP_HEIGHT (&frame, i));
  gst_video_frame_unmap (&frame);
}

static void
show_avatar (ParlorTile *self)
{
  GstVideoInfo info;
  if (self->shown != NULL && self->shows_avatar)
    return;
  GstBuffer *picture = new_picture (self, &info);
  /* A calm colour of his own. */
  guint hash = g_str_hash (self->lane->participant);
  fill (picture, &info, 60, (guint8)(112 + hash % 33), (guint8)(112 + hash / 33 % 33));
  show (self, picture, TRUE);
}

static gboolean
make_scaler (ParlorTile *self, const GstVideoInfo *to)
{
  ParlorRect all = {0, 0, self->width, self->height};
  const GstVideoInfo *from = &self->raw_info;
  if (self->scaler != NULL && gst_video_info_is_equal (from, &self->scaler_info))
    return TRUE;
  g_clear_pointer (&self->scaler, gst_video_converter_free);
  ParlorRect place = parlor_layout_fit (&all, (guint)GST_VIDEO_INFO_WIDTH (from),
                                        (guint)GST_VIDEO_INFO_HEIGHT (from));
  GstVideoInfo source = *from;
  source.chroma_site = to->chroma_site; /* half a point's colour is not worth a second pass */
  GstStructure *config = gst_structure_new (
      "scale", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, (gint)place.x,
      GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT, (gint)place.y, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH,
      G_TYPE_INT, (gint)place.width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT,
      (gint)place.height, GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1,
      GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
      self->lane->is_screen ? GST_VIDEO_RESAMPLER_METHOD_CUBIC : GST_VIDEO_RESAMPLER_METHOD_LINEAR,
      NULL);
  self->scaler = gst_video_converter_new (&source, to, config);
  self->scaler_info = *from;
  return self->scaler != NULL;
}

/* FALSE: the picture cannot be brought to its size. */
static gboolean
show_raw (ParlorTile *self)
{
  GstVideoInfo info;
  GstVideoFrame from, to;
  if (self->shown != NULL && !self->raw_is_new && !self->shows_avatar)
    return TRUE;
  gint64 began_us = parlor_reel_cpu_us ();
  GstBuffer *picture = new_picture (self, &info);
  gboolean ok = make_scaler (self, &info)
                && gst_video_frame_map (&from, &self->raw_info, self->raw, GST_MAP_READ);
  if (ok && gst_video_frame_map (&to, &info, picture, GST_MAP_WRITE))
    {
      gst_video_converter_frame (self->scaler, &from, &to);
      gst_video_frame_unmap (&to);
    }
  if (ok)
    gst_video_frame_unmap (&from);
  if (ok)
    show (self, picture, FALSE);
  else
    gst_buffer_unref (picture);
  self->raw_is_new = FALSE;
  self->stats.scaled++;
  self->stats.scale_us += parlor_reel_cpu_us () - began_us;
  return ok;
}

GstBuffer *
parlor_tile_at (ParlorTile *self, gint64 room_ms, guint width, guint height)
{
  if (width != self->width || height != self->height)
    drop_size (self);
  self->width = width;
  self->height = height;
  if (!decode_at (self, room_ms) || !show_raw (self))
    show_avatar (self);
  return self->shown;
}

gboolean
parlor_tile_preload (void)
{
  const ParlorPlanLane lane = {.participant = (char *)"", .name = (char *)"Aa 会", .files = NULL};
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  const ParlorReelSource nowhere = {"", NULL};
  ParlorPlanLane whole = lane;
  whole.files = files;
  ParlorTile *tile = parlor_tile_new (&whole, &nowhere, TRUE);
  parlor_tile_at (tile, 0, 64, 64);
  gboolean ok = tile->words != NULL;
  parlor_tile_free (tile);
  return ok;
}
