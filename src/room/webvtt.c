/* SPDX-License-Identifier: Apache-2.0 */
#include "room/webvtt.h"

#include <string.h>

typedef struct
{
  const char *at, *end;
  guint number; /* of the line that was read last */
  ParlorWebvttFunc func;
  gpointer user_data;
  guint n_cues;
  GString *text, *speaker;
} Parser;

const char *
parlor_webvtt_result_name (ParlorWebvttResult result)
{
  static const char *const names[] = {"fine", "no WEBVTT at its head", "no UTF-8 text",
                                      "a time that is none", "too many or too long cues"};
  return (guint)result < G_N_ELEMENTS (names) ? names[result] : NULL;
}

/* The next line without its end (CR, LF, CR LF). FALSE: there is none. */
static gboolean
next_line (Parser *self, const char **line, gsize *length)
{
  if (self->at >= self->end)
    return FALSE;
  const char *p = self->at;
  while (p < self->end && *p != '\n' && *p != '\r')
    p++;
  *line = self->at;
  *length = (gsize)(p - self->at);
  if (p < self->end)
    p += *p == '\r' && p + 1 < self->end && p[1] == '\n' ? 2 : 1;
  self->at = p;
  self->number++;
  return TRUE;
}

/* `*p` goes on behind the digits; -1 = none, or too many of them. */
static gint64
digits (const char **p, const char *end, guint least, guint most)
{
  gint64 value = 0;
  guint n = 0;
  for (; *p < end && g_ascii_isdigit (**p) && n < most; (*p)++, n++)
    value = value * 10 + (**p - '0');
  return n >= least && !(*p < end && g_ascii_isdigit (**p)) ? value : -1;
}

/* [hh:]mm:ss.ttt, section 4.1; -1 = it is none. */
static gint64
timestamp (const char **p, const char *end)
{
  gint64 part[3] = {0}, value;
  guint n = 0;
  do
    {
      if (n > 0)
        (*p)++;
      value = digits (p, end, 1, 4);
      if (value < 0)
        return -1;
      part[n++] = value;
    }
  while (n < 3 && *p < end && **p == ':');
  if (n < 2 || *p >= end || **p != '.')
    return -1;
  (*p)++;
  value = digits (p, end, 3, 3);
  gint64 hours = n == 3 ? part[0] : 0, minutes = part[n - 2], seconds = part[n - 1];
  if (value < 0 || minutes > 59 || seconds > 59)
    return -1;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + value;
}

static const char *
skip_blanks (const char *p, const char *end)
{
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  return p;
}

static gboolean
times (const char *line, gsize length, gint64 *from_ms, gint64 *to_ms)
{
  const char *p = line, *end = line + length;
  p = skip_blanks (p, end);
  *from_ms = timestamp (&p, end);
  p = skip_blanks (p, end);
  if (*from_ms < 0 || end - p < 3 || memcmp (p, "-->", 3) != 0)
    return FALSE;
  p = skip_blanks (p + 3, end);
  *to_ms = timestamp (&p, end);
  return *to_ms > *from_ms && (p == end || *p == ' ' || *p == '\t');
}

/* ---- a cue's text --------------------------------------------------------------------------- */

static ParlorWebvttResult
flush (Parser *self, gint64 from_ms, gint64 to_ms)
{
  g_strstrip (self->text->str);
  const ParlorWebvttCue cue = {from_ms, to_ms, self->speaker->str, self->text->str};
  gboolean long_one = self->text->len > PARLOR_WEBVTT_TEXT_MAX
                      || self->speaker->len > PARLOR_WEBVTT_NAME_MAX;
  if (long_one || (cue.text[0] != '\0' && self->n_cues >= PARLOR_WEBVTT_CUES_MAX))
    return PARLOR_WEBVTT_TOO_MUCH;
  if (cue.text[0] != '\0')
    {
      self->n_cues++;
      if (self->func != NULL)
        self->func (&cue, self->user_data);
    }
  g_string_truncate (self->text, 0);
  return PARLOR_WEBVTT_OK;
}

/* Section 6.4: these and no others; what is none of them stands as it is. */
static gsize
reference (const char *p, gsize length, GString *out)
{
  static const struct
  {
    const char *name, *text;
  } known[] = {{"&amp;", "&"},  {"&lt;", "<"}, {"&gt;", ">"},
               {"&nbsp;", " "}, {"&lrm;", ""}, {"&rlm;", ""}};
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (length >= strlen (known[i].name) && memcmp (p, known[i].name, strlen (known[i].name)) == 0)
      {
        g_string_append (out, known[i].text);
        return strlen (known[i].name);
      }
  g_string_append_c (out, '&');
  return 1;
}

/* Characters that would end the line or turn it are blanks. */
static void
append (GString *out, const char *p, gsize length)
{
  for (gsize i = 0; i < length;)
    {
      if (p[i] == '&')
        {
          i += reference (p + i, length - i, out);
          continue;
        }
      gunichar c = g_utf8_get_char (p + i);
      gboolean turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
      gboolean ends = c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029;
      g_string_append_unichar (out, turns || ends ? ' ' : c);
      i += (gsize)(g_utf8_next_char (p + i) - (p + i));
    }
}

/* <v Name> and <v.class Name>. */
static gboolean
is_voice (const char *tag, gsize length)
{
  return length > 1 && tag[0] == 'v' && (tag[1] == ' ' || tag[1] == '\t' || tag[1] == '.');
}

static void
take_voice (Parser *self, const char *tag, gsize length)
{
  gsize at = 1;
  while (at < length && tag[at] != ' ' && tag[at] != '\t')
    at++;
  g_string_truncate (self->speaker, 0);
  append (self->speaker, tag + at, length - at);
  g_strstrip (self->speaker->str);
  g_string_set_size (self->speaker, strlen (self->speaker->str));
}

static ParlorWebvttResult
take_line (Parser *self, const char *line, gsize length, gint64 from_ms, gint64 to_ms)
{
  ParlorWebvttResult result = PARLOR_WEBVTT_OK;
  const char *p = line, *end = line + length;
  if (self->text->len > 0)
    g_string_append_c (self->text, ' ');
  while (p < end && result == PARLOR_WEBVTT_OK)
    {
      const char *open = memchr (p, '<', (gsize)(end - p));
      const char *close = open != NULL ? memchr (open, '>', (gsize)(end - open)) : NULL;
      append (self->text, p, (gsize)((open != NULL ? open : end) - p));
      if (open == NULL)
        break;
      gsize size = (gsize)((close != NULL ? close : end) - open) - 1;
      if (is_voice (open + 1, size))
        {
          result = flush (self, from_ms, to_ms);
          take_voice (self, open + 1, size);
        }
      p = close != NULL ? close + 1 : end;
    }
  return result == PARLOR_WEBVTT_OK && self->text->len > 2 * PARLOR_WEBVTT_TEXT_MAX
             ? PARLOR_WEBVTT_TOO_MUCH
             : result;
}

static ParlorWebvttResult
take_cue (Parser *self, const char *line, gsize length)
{
  ParlorWebvttResult result = PARLOR_WEBVTT_OK;
  gint64 from_ms, to_ms;
  if (!times (line, length, &from_ms, &to_ms))
    return PARLOR_WEBVTT_BAD_TIME;
  g_string_truncate (self->speaker, 0);
  g_string_truncate (self->text, 0);
  while (result == PARLOR_WEBVTT_OK && next_line (self, &line, &length) && length > 0)
    result = take_line (self, line, length, from_ms, to_ms);
  return result == PARLOR_WEBVTT_OK ? flush (self, from_ms, to_ms) : result;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static gboolean
is_passed_over (const char *line, gsize length)
{
  static const char *const words[] = {"NOTE", "STYLE", "REGION"};
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);
      if (length >= n && memcmp (line, words[i], n) == 0
          && (length == n || line[n] == ' ' || line[n] == '\t'))
        return TRUE;
    }
  return FALSE;
}

static void
pass_block (Parser *self)
{
  const char *line;
  gsize length;
  while (next_line (self, &line, &length) && length > 0)
    ;
}

static gboolean
has_arrow (const char *line, gsize length)
{
  return g_strstr_len (line, (gssize)length, "-->") != NULL;
}

static ParlorWebvttResult
take_block (Parser *self, const char *line, gsize length)
{
  if (has_arrow (line, length))
    return take_cue (self, line, length);
  if (is_passed_over (line, length))
    {
      pass_block (self);
      return PARLOR_WEBVTT_OK;
    }
  /* A cue's name; a block without times is none. */
  if (!next_line (self, &line, &length) || length == 0)
    return PARLOR_WEBVTT_OK;
  if (has_arrow (line, length))
    return take_cue (self, line, length);
  pass_block (self);
  return PARLOR_WEBVTT_OK;
}

static gboolean
take_header (Parser *self)
{
  const char *line;
  gsize length;
  if (self->end - self->at >= 3 && memcmp (self->at, "\xef\xbb\xbf", 3) == 0)
    self->at += 3;
  if (!next_line (self, &line, &length) || length < 6 || memcmp (line, "WEBVTT", 6) != 0
      || (length > 6 && line[6] != ' ' && line[6] != '\t'))
    return FALSE;
  pass_block (self);
  return TRUE;
}

ParlorWebvttResult
parlor_webvtt_parse (const char *text, gsize length, ParlorWebvttFunc func, gpointer user_data,
                     guint *line)
{
  Parser self = {.at = text, .end = text + length, .func = func, .user_data = user_data};
  ParlorWebvttResult result = PARLOR_WEBVTT_OK;
  const char *one;
  gsize size;
  if (length == 0 || memchr (text, 0, length) != NULL
      || !g_utf8_validate (text, (gssize)length, NULL))
    result = PARLOR_WEBVTT_NOT_TEXT;
  else if (!take_header (&self))
    result = PARLOR_WEBVTT_NO_HEADER;
  self.text = g_string_new (NULL);
  self.speaker = g_string_new (NULL);
  while (result == PARLOR_WEBVTT_OK && next_line (&self, &one, &size))
    if (size > 0)
      result = take_block (&self, one, size);
  g_string_free (self.text, TRUE);
  g_string_free (self.speaker, TRUE);
  if (line != NULL)
    *line = self.number;
  return result;
}
