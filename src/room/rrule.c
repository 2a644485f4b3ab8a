/* SPDX-License-Identifier: Apache-2.0 */
#include "room/rrule.h"

#include <string.h>

#define TEXT_MAX 200

static const char day_names[7][3] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
static const char *const repeat_names[] = {"DAILY", "WEEKLY", "MONTHLY"};

gboolean
parlor_rrule_is_day (guint yyyymmdd)
{
  guint year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
  return year >= 1970 && year <= 2199
         && g_date_valid_dmy ((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* All digits, at most `max`. */
static gboolean
take_number (const char *text, guint64 min, guint64 max, guint *out)
{
  guint64 value;
  if (!g_ascii_isdigit (*text) || !g_ascii_string_to_unsigned (text, 10, min, max, &value, NULL))
    return FALSE;
  *out = (guint)value;
  return TRUE;
}

static gboolean
take_signed (const char *text, guint max, gint *out)
{
  guint value;
  if (strcmp (text, "-1") == 0)
    *out = -1;
  else if (take_number (text, 1, max, &value))
    *out = (gint)value;
  else
    return FALSE;
  return TRUE;
}

static gboolean
take_every (const char *value, ParlorRrule *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (repeat_names); i++)
    if (strcmp (value, repeat_names[i]) == 0)
      {
        out->every = i;
        return TRUE;
      }
  return FALSE;
}

/* "MO", or with a number "-1FR" in front of it. */
static gboolean
take_day (const char *text, ParlorRrule *out)
{
  gsize length = strlen (text);
  g_autofree char *number = length > 2 ? g_strndup (text, length - 2) : NULL;
  if (length < 2 || length > 4 || (number != NULL && !take_signed (number, 4, &out->nth)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (day_names); i++)
    if (strcmp (text + length - 2, day_names[i]) == 0)
      {
        gboolean twice = (out->days & 1u << i) != 0;
        out->days |= 1u << i;
        return !twice;
      }
  return FALSE;
}

static gboolean
take_days (const char *value, ParlorRrule *out)
{
  g_auto (GStrv) parts = g_strsplit (value, ",", 8);
  guint n = g_strv_length (parts);
  for (guint i = 0; i < n; i++)
    if (!take_day (parts[i], out))
      return FALSE;
  return n > 0 && (out->nth == 0 || n == 1);
}

static gboolean
take_until (const char *value, ParlorRrule *out)
{
  g_autofree char *day = g_strndup (value, 8);
  const char *rest = strlen (value) > 8 ? value + 8 : "";
  gboolean plain = *rest == '\0';
  gboolean timed = strlen (rest) >= 7 && rest[0] == 'T' && strspn (rest + 1, "0123456789") == 6
                   && (rest[7] == '\0' || strcmp (rest + 7, "Z") == 0);
  return strlen (day) == 8 && (plain || timed) && take_number (day, 0, 99999999, &out->until)
         && parlor_rrule_is_day (out->until);
}

static gboolean
take_part (const char *name, const char *value, ParlorRrule *out)
{
  if (strcmp (name, "FREQ") == 0)
    return take_every (value, out);
  if (strcmp (name, "INTERVAL") == 0)
    return take_number (value, 1, 99, &out->interval);
  if (strcmp (name, "COUNT") == 0)
    return take_number (value, 1, 1000, &out->count);
  if (strcmp (name, "UNTIL") == 0)
    return take_until (value, out);
  if (strcmp (name, "BYDAY") == 0)
    return take_days (value, out);
  if (strcmp (name, "BYMONTHDAY") == 0)
    return take_signed (value, 31, &out->month_day);
  /* The week begins on Monday here; that is what calendars write. */
  return strcmp (name, "WKST") == 0 && strcmp (value, "MO") == 0;
}

/* NULL = it is one of ours. */
static const char *
judge (const ParlorRrule *rule)
{
  gboolean monthly = rule->every == PARLOR_REPEAT_MONTHLY;
  if (rule->count != 0 && rule->until != 0)
    return "a rule has COUNT or UNTIL, not both";
  if (rule->every == PARLOR_REPEAT_DAILY && (rule->days != 0 || rule->month_day != 0))
    return "a DAILY rule has no BYDAY and no BYMONTHDAY";
  if (rule->every == PARLOR_REPEAT_WEEKLY && (rule->nth != 0 || rule->month_day != 0))
    return "a WEEKLY rule's BYDAY has no numbers, and no BYMONTHDAY";
  if (monthly && rule->days != 0 && (rule->nth == 0 || rule->month_day != 0))
    return "a MONTHLY rule has one BYDAY with a number (1 to 4, -1) or a BYMONTHDAY";
  return NULL;
}

static const char *
read_parts (char **parts, ParlorRrule *out)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *value = strchr (parts[i], '=');
      if (value == NULL || value[1] == '\0')
        return "a rule is NAME=VALUE;NAME=VALUE…";
      *value++ = '\0';
      if (!g_hash_table_add (seen, parts[i]))
        return "a part of the rule is there twice";
      if (!take_part (parts[i], value, out))
        return "repeat by FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT, "
               "UNTIL";
    }
  return g_hash_table_contains (seen, "FREQ") ? judge (out) : "a rule needs FREQ";
}

gboolean
parlor_rrule_parse (const char *text, ParlorRrule *out, GError **error)
{
  const char *why = "a rule has 1 to 200 characters";
  *out = (ParlorRrule){.interval = 1};
  if (text != NULL && g_ascii_strncasecmp (text, "RRULE:", 6) == 0)
    text += 6;
  if (text != NULL && *text != '\0' && strnlen (text, TEXT_MAX + 1) <= TEXT_MAX)
    {
      g_autofree char *upper = g_ascii_strup (text, -1);
      g_auto (GStrv) parts = g_strsplit (upper, ";", 12);
      why = read_parts (parts, out);
    }
  if (why != NULL)
    g_set_error_literal (error, PARLOR_ERROR, PARLOR_ERROR_BAD_REQUEST, why);
  return why == NULL;
}

void
parlor_rrule_print (const ParlorRrule *rule, char out[PARLOR_RRULE_SIZE])
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "FREQ=%s", repeat_names[rule->every]);
  if (rule->interval != 1)
    g_string_append_printf (text, ";INTERVAL=%u", rule->interval);
  for (guint i = 0, n = 0; i < G_N_ELEMENTS (day_names); i++)
    if (rule->days & 1u << i)
      {
        g_string_append (text, n++ == 0 ? ";BYDAY=" : ",");
        if (rule->nth != 0)
          g_string_append_printf (text, "%d", rule->nth);
        g_string_append (text, day_names[i]);
      }
  if (rule->month_day != 0)
    g_string_append_printf (text, ";BYMONTHDAY=%d", rule->month_day);
  if (rule->count != 0)
    g_string_append_printf (text, ";COUNT=%u", rule->count);
  if (rule->until != 0)
    g_string_append_printf (text, ";UNTIL=%08u", rule->until);
  g_strlcpy (out, text->str, PARLOR_RRULE_SIZE);
}
