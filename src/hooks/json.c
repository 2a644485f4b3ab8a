/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/json.h"

#include "base/jsondepth.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 8

/* ---- out ------------------------------------------------------------------------------------ */

static json_t *
or_null (json_t *json)
{
  return json ? json : json_null ();
}

static json_t *
texts_to_json (const char *const *texts)
{
  json_t *list = json_array ();
  for (guint i = 0; texts && texts[i]; i++)
    json_array_append_new (list, or_null (json_string (texts[i])));
  return list;
}

static json_t *
datum_to_json (const ParlorDatum *datum)
{
  switch (datum->type)
    {
    case PARLOR_DATUM_IS_TEXT:
      return datum->text ? or_null (json_string (datum->text)) : json_null ();
    case PARLOR_DATUM_IS_INT:
      return json_integer (datum->number);
    case PARLOR_DATUM_IS_REAL:
      return isfinite (datum->real) ? json_real (datum->real) : json_null ();
    case PARLOR_DATUM_IS_FLAG:
      return json_boolean (datum->number);
    case PARLOR_DATUM_IS_TEXTS:
      return texts_to_json (datum->texts);
    case PARLOR_DATUM_IS_JSON:
      if (datum->text && !parlor_json_is_too_deep (datum->text, strlen (datum->text), MAX_DEPTH))
        return or_null (json_loads (datum->text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL));
      return json_null ();
    }
  return json_null ();
}

static json_t *
object_at (json_t *parent, const char *name, gsize length)
{
  g_autofree char *key = g_strndup (name, length);
  json_t *object = json_object_get (parent, key);
  if (!json_is_object (object))
    {
      object = json_object ();
      json_object_set_new (parent, key, object);
    }
  return object;
}

void
parlor_data_to_json (const ParlorDatum *data, guint n, gboolean content, json_t *object)
{
  g_return_if_fail (n <= PARLOR_DATUM_MAX);
  for (guint i = 0; i < n; i++)
    {
      if (data[i].content != content)
        continue;
      const char *dot = strchr (data[i].name, '.');
      json_t *parent = dot ? object_at (object, data[i].name, (gsize)(dot - data[i].name)) : object;
      json_object_set_new (parent, dot ? dot + 1 : data[i].name, datum_to_json (&data[i]));
    }
}

/* ---- in ------------------------------------------------------------------------------------- */

typedef enum
{
  IS_LINE,  /* text of one line; limit = characters */
  IS_BLOCK, /* text with line feeds */
  IS_URL,   /* https */
  IS_FLAG,
  IS_INT,    /* 0 to limit */
  IS_IDS,    /* a list of lines of at most 64 characters; limit = how many */
  IS_OBJECT, /* opaque; limit = bytes when written again */
  IS_CARDS,  /* base/hook.h, ParlorAssistText; limit = how many */
} MemberType;

typedef struct
{
  const char *name; /* NULL ends a list */
  MemberType type;
  gsize limit;
  gboolean needed;
} Member;

#define MEMBERS 8

static const Member answers[PARLOR_N_HOOKS][MEMBERS] = {
    [PARLOR_HOOK_IDENTIFY] = {{"customer_ref", IS_LINE, 128, TRUE},
                              {"display", IS_LINE, 64, FALSE},
                              {"attrs", IS_OBJECT, 4096, FALSE}},
    [PARLOR_HOOK_ROUTE] = {{"reps", IS_IDS, 20, FALSE},
                           {"group", IS_LINE, 64, FALSE},
                           {"welcome", IS_BLOCK, 500, FALSE},
                           {"note", IS_BLOCK, 500, FALSE},
                           {"ttl_s", IS_INT, 86400, FALSE}},
    [PARLOR_HOOK_BIND] = {{"allow", IS_FLAG, 0, TRUE}, {"reason", IS_LINE, 200, FALSE}},
    [PARLOR_HOOK_CALL] = {{"allow", IS_FLAG, 0, TRUE},
                          {"record", IS_FLAG, 0, FALSE},
                          {"max_s", IS_INT, 86400, FALSE},
                          {"reason", IS_LINE, 200, FALSE}},
    [PARLOR_HOOK_BOT] = {{"text", IS_BLOCK, 4000, FALSE},
                         {"cards", IS_IDS, 10, FALSE},
                         {"handover", IS_FLAG, 0, FALSE}},
    [PARLOR_HOOK_PRODUCT] = {{"title", IS_LINE, 200, FALSE},
                             {"price", IS_LINE, 40, FALSE},
                             {"stock", IS_LINE, 40, FALSE},
                             {"version", IS_LINE, 64, FALSE},
                             {"url", IS_URL, 2000, FALSE},
                             {"image", IS_URL, 2000, FALSE}},
    [PARLOR_HOOK_MATERIAL] = {{"title", IS_LINE, 200, FALSE},
                              {"version", IS_LINE, 64, FALSE},
                              {"url", IS_URL, 2000, FALSE},
                              {"withdrawn", IS_FLAG, 0, FALSE}},
    [PARLOR_HOOK_SCREEN] = {{"allow", IS_FLAG, 0, TRUE}, {"reason", IS_LINE, 200, FALSE}},
    [PARLOR_HOOK_ASSIST] = {{"cards", IS_CARDS, PARLOR_ASSIST_CARDS_MAX, TRUE}},
};

/* Without the blanks around it (transfer full); NULL = no such text. */
static char *
trimmed (const json_t *json, gsize limit, gboolean block)
{
  const char *text = json_string_value (json);
  if (!text)
    return NULL;
  return block ? parlor_text_block (text, (guint)limit, "text", NULL)
               : parlor_text_line (text, (guint)limit, "text", NULL);
}

/* A line with no blanks around it, as ids and addresses are. */
static gboolean
is_exact (const json_t *json, gsize limit)
{
  g_autofree char *judged = trimmed (json, limit, FALSE);
  return judged && !strcmp (judged, json_string_value (json));
}

static gboolean
is_url (const json_t *json, gsize limit)
{
  const char *text = json_string_value (json);
  g_autoptr (GUri) uri = text && strlen (text) <= limit ? g_uri_parse (text, G_URI_FLAGS_NONE, NULL)
                                                        : NULL;
  return uri && !strcmp (g_uri_get_scheme (uri), "https") && g_uri_get_host (uri)
         && *g_uri_get_host (uri) && !g_uri_get_userinfo (uri) && is_exact (json, limit);
}

static gboolean
is_ids (const json_t *json, gsize limit)
{
  if (!json_is_array (json) || json_array_size (json) > limit)
    return FALSE;
  for (gsize i = 0; i < json_array_size (json); i++)
    if (!is_exact (json_array_get (json, i), 64))
      return FALSE;
  return TRUE;
}

static const Member card_members[PARLOR_N_ASSIST_TEXTS] = {
    [PARLOR_ASSIST_TITLE] = {"title", IS_LINE, 80, FALSE},
    [PARLOR_ASSIST_TEXT] = {"text", IS_BLOCK, 1000, FALSE},
    [PARLOR_ASSIST_URL] = {"url", IS_URL, 2000, FALSE},
    [PARLOR_ASSIST_SKU] = {"sku", IS_LINE, 64, FALSE},
    [PARLOR_ASSIST_MATERIAL] = {"material", IS_LINE, 64, FALSE},
};

/* One text of a card into `reply->strings`; NULL = it is not as it must be. */
static const char *
card_text (ParlorHookReply *reply, const Member *member, const json_t *json)
{
  if (!json || json_is_null (json))
    return "";
  if (member->type == IS_URL)
    return is_url (json, member->limit) ? json_string_value (json) : NULL;
  char *written = trimmed (json, member->limit, member->type == IS_BLOCK);
  g_ptr_array_add (reply->strings, written);
  return written;
}

/* A flat list that ends with NULL (owned by the reply); NULL = one of them is not as it must be. */
static const char *const *
take_cards (ParlorHookReply *reply, const json_t *json, gsize limit)
{
  gsize n = json_array_size (json);
  if (!json_is_array (json) || n > limit)
    return NULL;
  const char **list = g_new0 (const char *, n *PARLOR_N_ASSIST_TEXTS + 1);
  g_ptr_array_add (reply->lists, list);
  for (gsize i = 0; i < n * PARLOR_N_ASSIST_TEXTS; i++)
    {
      const json_t *card = json_array_get (json, i / PARLOR_N_ASSIST_TEXTS);
      const Member *member = &card_members[i % PARLOR_N_ASSIST_TEXTS];
      const json_t *value = json_object_get (card, member->name);
      list[i] = json_is_object (card) ? card_text (reply, member, value) : NULL;
      if (!list[i])
        return NULL;
    }
  return list;
}

static gboolean
take_member (ParlorHookReply *reply, const Member *member, const json_t *json)
{
  ParlorDatum *datum = &reply->data[reply->n_data];
  *datum = (ParlorDatum){.name = member->name, .type = PARLOR_DATUM_IS_TEXT};
  char **list = NULL;
  char *written = NULL;
  gboolean good = FALSE;
  switch (member->type)
    {
    case IS_LINE:
    case IS_BLOCK:
      written = trimmed (json, member->limit, member->type == IS_BLOCK);
      good = written != NULL;
      g_ptr_array_add (reply->strings, written);
      datum->text = written;
      break;
    case IS_URL:
      good = is_url (json, member->limit);
      datum->text = json_string_value (json);
      break;
    case IS_FLAG:
      good = json_is_boolean (json);
      datum->type = PARLOR_DATUM_IS_FLAG;
      datum->number = json_is_true (json);
      break;
    case IS_INT:
      datum->type = PARLOR_DATUM_IS_INT;
      datum->number = json_integer_value (json);
      good = json_is_integer (json) && datum->number >= 0 && (gsize)datum->number <= member->limit;
      break;
    case IS_IDS:
      good = is_ids (json, member->limit);
      list = g_new0 (char *, json_array_size (json) + 1);
      for (gsize i = 0; good && i < json_array_size (json); i++)
        list[i] = (char *)json_string_value (json_array_get (json, i));
      g_ptr_array_add (reply->lists, list);
      datum->type = PARLOR_DATUM_IS_TEXTS;
      datum->texts = (const char *const *)list;
      break;
    case IS_OBJECT:
      written = json_is_object (json) ? json_dumps (json, JSON_COMPACT) : NULL;
      good = written && strlen (written) <= member->limit;
      g_ptr_array_add (reply->strings, written);
      datum->type = PARLOR_DATUM_IS_JSON;
      datum->text = written;
      break;
    case IS_CARDS:
      datum->type = PARLOR_DATUM_IS_TEXTS;
      datum->texts = take_cards (reply, json, member->limit);
      good = datum->texts != NULL;
      break;
    }
  reply->n_data += good ? 1 : 0;
  return good;
}

static gboolean
has (const ParlorHookReply *reply, const char *name)
{
  return json_object_get (reply->root, name) != NULL;
}

/* What the table cannot say. */
static const char *
judge_whole (ParlorHookKind hook, const ParlorHookReply *reply)
{
  if (hook == PARLOR_HOOK_BOT && !has (reply, "text") && !has (reply, "cards")
      && !has (reply, "handover"))
    return "says nothing";
  if (hook == PARLOR_HOOK_CALL && parlor_datum_int (reply->data, reply->n_data, "max_s", 1) < 1)
    return "max_s";
  return NULL;
}

static const char *
take_members (ParlorHookKind hook, ParlorHookReply *reply)
{
  for (const Member *member = answers[hook]; member < answers[hook] + MEMBERS && member->name;
       member++)
    {
      const json_t *json = json_object_get (reply->root, member->name);
      if (json_is_null (json))
        json = NULL;
      if (json ? !take_member (reply, member, json) : member->needed)
        return member->name;
    }
  return judge_whole (hook, reply);
}

ParlorHookReply *
parlor_hook_reply_new (ParlorHookKind hook, const char *text, gsize length, const char **why)
{
  *why = length > PARLOR_HOOK_REPLY_MAX                      ? "too large"
         : parlor_json_is_too_deep (text, length, MAX_DEPTH) ? "nested too deep"
                                                             : NULL;
  if (*why)
    return NULL;
  ParlorHookReply *reply = g_new0 (ParlorHookReply, 1);
  reply->lists = g_ptr_array_new_with_free_func (g_free);
  reply->strings = g_ptr_array_new_with_free_func (g_free);
  reply->root = json_loadb (text, length, JSON_REJECT_DUPLICATES, NULL);
  *why = json_is_object (reply->root) ? take_members (hook, reply) : "no JSON object";
  if (!*why)
    return reply;
  parlor_hook_reply_free (reply);
  return NULL;
}

void
parlor_hook_reply_free (ParlorHookReply *reply)
{
  if (!reply)
    return;
  json_decref (reply->root);
  g_ptr_array_unref (reply->lists);
  g_ptr_array_unref (reply->strings);
  g_free (reply);
}
