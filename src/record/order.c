/* SPDX-License-Identifier: Apache-2.0 */
#include "record/order.h"

#include "secure/vault.h"

#include <string.h>

static const char *
text (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

static gint64
number_or (const json_t *json, const char *name, gint64 fallback)
{
  const json_t *value = json_object_get (json, name);
  return json_is_integer (value) ? json_integer_value (value) : fallback;
}

static char **
read_list (const json_t *list)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  gsize i;
  json_t *one;
  json_array_foreach (list, i, one) if (json_is_string (one) && i < PARLOR_RENDER_EXCLUDED_MAX)
      g_strv_builder_add (builder, json_string_value (one));
  char **strings = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return strings;
}

static GArray *
read_cuts (const json_t *list)
{
  GArray *cuts = g_array_new (FALSE, FALSE, sizeof (ParlorPlanSpan));
  gsize i;
  json_t *pair;
  json_array_foreach (list, i, pair)
  {
    ParlorPlanSpan cut = {json_integer_value (json_array_get (pair, 0)),
                          json_integer_value (json_array_get (pair, 1))};
    if (cut.from_ms >= 0 && cut.to_ms > cut.from_ms && cuts->len < PARLOR_PLAN_CUTS_MAX)
      g_array_append_val (cuts, cut);
  }
  return cuts;
}

/* NULL: there is none. */
static guint8 *
read_key (const char *text)
{
  gsize length = 0;
  guint8 *key = text != NULL ? g_base64_decode (text, &length) : NULL;
  if (key != NULL && length == PARLOR_VAULT_KEY)
    return key;
  g_free (key);
  return NULL;
}

static gboolean
is_side (gint64 n)
{
  return n >= PARLOR_LAYOUT_SIDE_MIN && n <= PARLOR_LAYOUT_SIDE_MAX && n % 2 == 0;
}

ParlorRenderOrder *
parlor_render_order_from_json (const json_t *json)
{
  const char *folder = text (json, "folder"), *out = text (json, "out");
  gint64 width = number_or (json, "width", 1280), height = number_or (json, "height", 720);
  ParlorLayout layout;
  if (g_strcmp0 (text (json, "t"), "render") != 0 || folder == NULL || folder[0] != '/'
      || out == NULL || out[0] == '.' || strchr (out, '/') != NULL || !is_side (width)
      || !is_side (height) || !parlor_layout_from_name (text (json, "layout"), &layout))
    return NULL;
  ParlorRenderOrder *order = g_new0 (ParlorRenderOrder, 1);
  order->folder = g_strdup (folder);
  order->out = g_strdup (out);
  order->excluded = read_list (json_object_get (json, "exclude"));
  order->cuts = read_cuts (json_object_get (json, "cuts"));
  order->vault_key = read_key (text (json, "vault_key"));
  order->names = !json_is_false (json_object_get (json, "names"));
  order->plan = (ParlorPlanSpec){.layout = layout,
                                 .width = (guint)width,
                                 .height = (guint)height,
                                 .excluded = (const char *const *)order->excluded,
                                 .cuts = (const ParlorPlanSpan *)(gpointer)order->cuts->data,
                                 .n_cuts = order->cuts->len,
                                 .from_ms = number_or (json, "from_ms", -1),
                                 .to_ms = number_or (json, "to_ms", -1)};
  return order;
}

char *
parlor_render_order_print (const ParlorRenderOrder *order, const char *manifest_sha256)
{
  const ParlorPlanSpec *plan = &order->plan;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%s\n%s %ux%u %d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                   manifest_sha256, parlor_layout_name (plan->layout), plan->width, plan->height,
                   order->names, plan->from_ms, plan->to_ms);
  for (guint i = 0; i < plan->n_cuts; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                            plan->cuts[i].from_ms, plan->cuts[i].to_ms);
  for (guint i = 0; order->excluded[i] != NULL; i++)
    g_string_append_printf (text, "%s\n", order->excluded[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
parlor_render_order_free (ParlorRenderOrder *order)
{
  if (order == NULL)
    return;
  g_free (order->folder);
  g_free (order->out);
  g_strfreev (order->excluded);
  g_array_unref (order->cuts);
  if (order->vault_key != NULL)
    explicit_bzero (order->vault_key, PARLOR_VAULT_KEY);
  g_free (order->vault_key);
  g_free (order);
}
