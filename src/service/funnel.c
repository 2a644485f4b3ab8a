/* SPDX-License-Identifier: Apache-2.0 */
#include "service/funnel.h"

#include <string.h>

#define PLACES 6
#define DIGITS_MAX 12

#define T(member) PARLOR_TEXT (ParlorFactRow, member)
static const ParlorField fields[] = {T (id),       PARLOR_INT (ParlorFactRow, seq),
                                     T (brand),    T (stage),
                                     T (visitor),  T (customer),
                                     T (entry),    T (channel),
                                     T (state),    T (room),
                                     T (inviter),  T (product),
                                     T (rep),      T (value),
                                     T (currency), PARLOR_INT (ParlorFactRow, at_ms)};

const ParlorRecordKind parlor_fact_kind = {
    .table = "service_fact",
    .fields = fields,
    .n_fields = G_N_ELEMENTS (fields),
    .n_key = 1,
    .size = sizeof (ParlorFactRow),
    .append_only = TRUE,
};

static const char *const stages[PARLOR_N_FUNNEL_STAGES] = {
    "touch",    "joined", "tap",     "card", "bound",   "talked",
    "answered", "called", "clicked", "shop", "ordered", "refunded"};

static const char *const bys[PARLOR_N_BYS] = {"channel", "entry",   "state", "room",
                                              "inviter", "product", "rep",   "day"};

struct _ParlorFunnel
{
  guint bys;
  int utc_offset_min;
  GHashTable *seen;     /* ids of facts, owned */
  GHashTable *lines;    /* key → ParlorFunnelLine, both owned */
  GHashTable *visitors; /* "key visitor", owned */
};

const char *
parlor_funnel_stage_name (ParlorFunnelStage stage)
{
  return (guint)stage < PARLOR_N_FUNNEL_STAGES ? stages[stage] : NULL;
}

int
parlor_funnel_stage_parse (const char *name)
{
  for (guint i = 0; name && i < PARLOR_N_FUNNEL_STAGES; i++)
    if (!strcmp (stages[i], name))
      return (int)i;
  return -1;
}

const char *
parlor_funnel_by_name (ParlorFunnelBy by)
{
  return (guint)by < PARLOR_N_BYS ? bys[by] : NULL;
}

/* ---- money ----------------------------------------------------------------------------------- */

/* "1299.5" → 1299500000; FALSE: more digits than are added. */
static gboolean
millionths_of (const char *value, gint64 *out)
{
  gsize whole = strspn (value, "0123456789");
  const char *point = value[whole] == '.' ? value + whole + 1 : "";
  gsize places = strspn (point, "0123456789");
  if (!whole || (value[whole] && value[whole] != '.') || whole > DIGITS_MAX || places > PLACES
      || point[places])
    return FALSE;
  *out = 0;
  for (gsize i = 0; i < whole; i++)
    *out = *out * 10 + (value[i] - '0');
  for (gsize i = 0; i < PLACES; i++)
    *out = *out * 10 + (i < places ? point[i] - '0' : 0);
  return TRUE;
}

char *
parlor_funnel_money (gint64 millionths)
{
  guint64 size = millionths < 0 ? -(guint64)millionths : (guint64)millionths;
  char *text = g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%06" G_GUINT64_FORMAT,
                                millionths < 0 ? "-" : "", size / 1000000, size % 1000000);
  for (gsize n = strlen (text); text[n - 1] == '0' && text[n - 3] != '.'; n--)
    text[n - 1] = '\0';
  return text;
}

static void
add_money (ParlorFunnelLine *line, const ParlorFactRow *fact, gboolean back)
{
  gint64 amount = 0;
  const char *currency = fact->currency ? fact->currency : "";
  gint64 *sum = g_hash_table_lookup (line->revenue, currency);
  if (!sum)
    g_hash_table_insert (line->revenue, g_strdup (currency), sum = g_new0 (gint64, 1));
  gint64 total = 0;
  if (!fact->value || !millionths_of (fact->value, &amount)
      || __builtin_add_overflow (*sum, back ? -amount : amount, &total))
    line->unsummed++;
  else
    *sum = total;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void
line_free (gpointer data)
{
  ParlorFunnelLine *line = data;
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    g_free (line->keys[i]);
  g_hash_table_unref (line->revenue);
  g_free (line);
}

ParlorFunnel *
parlor_funnel_new (guint by_bits, int utc_offset_min)
{
  ParlorFunnel *funnel = g_new0 (ParlorFunnel, 1);
  funnel->bys = by_bits;
  funnel->utc_offset_min = utc_offset_min;
  funnel->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  funnel->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, line_free);
  funnel->visitors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return funnel;
}

void
parlor_funnel_free (ParlorFunnel *funnel)
{
  if (!funnel)
    return;
  g_hash_table_unref (funnel->seen);
  g_hash_table_unref (funnel->lines);
  g_hash_table_unref (funnel->visitors);
  g_free (funnel);
}

static char *
day_of (const ParlorFunnel *funnel, gint64 at_ms)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at_ms / 1000);
  g_autoptr (GDateTime) there = utc ? g_date_time_add_minutes (utc, funnel->utc_offset_min) : NULL;
  return there ? g_date_time_format (there, "%Y-%m-%d") : NULL;
}

/* What it is grouped by (transfer full); NULL = none. */
static char *
value_of (const ParlorFunnel *funnel, ParlorFunnelBy by, const ParlorFactRow *fact)
{
  const char *const values[PARLOR_N_BYS] = {
      [PARLOR_BY_CHANNEL] = fact->channel, [PARLOR_BY_ENTRY] = fact->entry,
      [PARLOR_BY_STATE] = fact->state,     [PARLOR_BY_ROOM] = fact->room,
      [PARLOR_BY_INVITER] = fact->inviter, [PARLOR_BY_PRODUCT] = fact->product,
      [PARLOR_BY_REP_ID] = fact->rep,
  };
  if (by == PARLOR_BY_DAY)
    return day_of (funnel, fact->at_ms);
  return values[by] && *values[by] ? g_strdup (values[by]) : NULL;
}

static ParlorFunnelLine *
line_of (ParlorFunnel *funnel, const ParlorFactRow *fact, char **key)
{
  char *values[PARLOR_N_BYS] = {NULL};
  GString *joined = g_string_new (NULL);
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    if (funnel->bys >> i & 1)
      {
        values[i] = value_of (funnel, (ParlorFunnelBy)i, fact);
        g_string_append_printf (joined, "%s\n", values[i] ? values[i] : "");
      }
  *key = g_string_free (joined, FALSE);
  ParlorFunnelLine *line = g_hash_table_lookup (funnel->lines, *key);
  gboolean fresh = !line;
  if (fresh)
    {
      line = g_new0 (ParlorFunnelLine, 1);
      line->revenue = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (funnel->lines, g_strdup (*key), line);
    }
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    if (fresh)
      line->keys[i] = values[i];
    else
      g_free (values[i]);
  return line;
}

gboolean
parlor_funnel_add (ParlorFunnel *funnel, const ParlorFactRow *fact)
{
  int stage = parlor_funnel_stage_parse (fact->stage);
  g_autofree char *key = NULL;
  if (stage < 0 || !fact->id || !g_hash_table_add (funnel->seen, g_strdup (fact->id)))
    return FALSE;
  ParlorFunnelLine *line = line_of (funnel, fact, &key);
  line->counts[stage]++;
  if (stage == PARLOR_FUNNEL_ORDERED || stage == PARLOR_FUNNEL_REFUNDED)
    add_money (line, fact, stage == PARLOR_FUNNEL_REFUNDED);
  if (fact->visitor && *fact->visitor
      && g_hash_table_add (funnel->visitors, g_strconcat (key, fact->visitor, NULL)))
    line->visitors++;
  return TRUE;
}

static int
by_counts (gconstpointer a, gconstpointer b)
{
  const ParlorFunnelLine *x = *(ParlorFunnelLine *const *)a, *y = *(ParlorFunnelLine *const *)b;
  for (guint i = 0; i < PARLOR_N_FUNNEL_STAGES; i++)
    if (x->counts[i] != y->counts[i])
      return x->counts[i] > y->counts[i] ? -1 : 1;
  for (guint i = 0; i < PARLOR_N_BYS; i++)
    if (g_strcmp0 (x->keys[i], y->keys[i]))
      return g_strcmp0 (x->keys[i], y->keys[i]);
  return 0;
}

GPtrArray *
parlor_funnel_lines (ParlorFunnel *funnel)
{
  GPtrArray *lines = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer line;
  g_hash_table_iter_init (&iter, funnel->lines);
  while (g_hash_table_iter_next (&iter, NULL, &line))
    g_ptr_array_add (lines, line);
  g_ptr_array_sort (lines, by_counts);
  return lines;
}
