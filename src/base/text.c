/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/error.h"

/* Characters that would change how the text around them is read. */
static gboolean
is_deceiving (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029
         || c == 0xfeff;
}

static gboolean
is_fit (const char *text, gboolean block)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean inside = block && (c == '\n' || c == '\t');
      if (!inside && (g_unichar_iscntrl (c) || is_deceiving (c)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_blank (gunichar c)
{
  return g_unichar_isspace (c) || c == 0x200b;
}

/* Without the blanks of either end; valid UTF-8 only. */
static char *
trimmed (const char *text)
{
  while (*text != '\0' && is_blank (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  const char *end = text;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_blank (g_utf8_get_char (p)))
      end = g_utf8_next_char (p);
  return g_strndup (text, end - text);
}

static char *
check (const char *text, guint max, const char *what, gboolean block, GError **error)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "%s must be text in UTF-8", what);
      return NULL;
    }
  g_autofree char *copy = trimmed (text);
  glong length = g_utf8_strlen (copy, -1);
  if (length < 1 || length > (glong)max)
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, "%s must have 1 to %u characters",
                   what, max);
      return NULL;
    }
  if (!is_fit (copy, block))
    {
      g_set_error (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST,
                   "%s must not hold control characters", what);
      return NULL;
    }
  return g_steal_pointer (&copy);
}

char *
parlor_text_line (const char *text, guint max, const char *what, GError **error)
{
  return check (text, max, what, FALSE, error);
}

char *
parlor_text_block (const char *text, guint max, const char *what, GError **error)
{
  return check (text, max, what, TRUE, error);
}

gboolean
parlor_text_identity (const char *identity)
{
  if (identity == NULL || *identity == '\0' || !g_utf8_validate (identity, -1, NULL))
    return FALSE;
  return g_utf8_strlen (identity, -1) <= PARLOR_IDENTITY_MAX && is_fit (identity, FALSE);
}

gboolean
parlor_text_file_name (const char *name)
{
  if (name == NULL || *name == '\0' || *name == '.')
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (*p == '/' || g_ascii_iscntrl (*p))
      return FALSE;
  return TRUE;
}

const char *
parlor_text_emoji (const char *emoji)
{
  static const char *const emojis[] = {"👍", "👏", "❤️", "😂", "😮", "🎉"};
  for (guint i = 0; i < G_N_ELEMENTS (emojis); i++)
    if (g_strcmp0 (emoji, emojis[i]) == 0)
      return emojis[i];
  return NULL;
}
