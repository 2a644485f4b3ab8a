/* SPDX-License-Identifier: Apache-2.0 */
/* Keyword rules of a brand, on what is said in conversations and in the comments. */
#include "base/words.h"
#include "service/private.h"

#include <string.h>

#define RULES_MAX 200
#define WORDS_MAX 2000 /* of all rules of a brand */
#define RULE_NAME_MAX 64
#define HITS_KEPT 100

void
rule_free (gpointer data)
{
  ParlorRule *rule = data;
  g_free (rule->name);
  g_strfreev (rule->words);
  g_free (rule);
}

void
hit_free (gpointer data)
{
  ParlorKeywordHit *hit = data;
  g_free (hit->rule);
  g_free (hit->word);
  g_free (hit->place);
  g_free (hit->by);
  g_free (hit);
}

/* ---- the list -------------------------------------------------------------------------------- */

static ParlorRule *
find_rule (const ParlorServiceBrand *brand, const char *id, guint *at)
{
  for (guint i = 0; id && i < brand->rules->len; i++)
    if (!strcmp (((ParlorRule *)brand->rules->pdata[i])->id, id))
      {
        if (at)
          *at = i;
        return brand->rules->pdata[i];
      }
  return NULL;
}

static void
put_rule (const ParlorServiceBrand *brand, const ParlorRule *rule)
{
  g_autofree char *words = g_strjoinv ("\n", rule->words);
  ParlorRuleRow row = {
      .id = (char *)rule->id,
      .brand = (char *)brand->id,
      .name = rule->name,
      .words = words,
      .block = rule->block,
      .chat = rule->chat,
      .comments = rule->comments,
  };
  service_put (brand->service, &parlor_rule_kind, &row);
}

static guint
count_words (const ParlorServiceBrand *brand, const ParlorRule *without)
{
  guint n = 0;
  for (guint i = 0; i < brand->rules->len; i++)
    if (brand->rules->pdata[i] != without)
      n += g_strv_length (((ParlorRule *)brand->rules->pdata[i])->words);
  return n;
}

static gboolean
check_words (const ParlorRuleSpec *spec, GError **error)
{
  g_autoptr (ParlorWords) words = parlor_words_new ();
  for (guint i = 0; spec->words && spec->words[i]; i++)
    if (!parlor_words_add (words, spec->words[i], 0) || strchr (spec->words[i], '\n'))
      return service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                             "A word is one line of 1 to 120 bytes.");
  if (!spec->words || !spec->words[0])
    return service_refuse (error, PARLOR_ERROR_BAD_REQUEST, "A rule has at least one word.");
  return spec->chat || spec->comments
         || service_refuse (error, PARLOR_ERROR_BAD_REQUEST,
                            "A rule is on chat, on comments, or on both.");
}

const ParlorRule *
parlor_service_put_rule (ParlorServiceBrand *brand, const ParlorRuleSpec *spec, GError **error)
{
  g_autofree char *name = parlor_text_line (spec->name, RULE_NAME_MAX, "name", error);
  ParlorRule *rule = find_rule (brand, spec->id, NULL);
  if (!name || !check_words (spec, error))
    return NULL;
  if ((!rule && brand->rules->len >= RULES_MAX)
      || count_words (brand, rule) + g_strv_length ((char **)spec->words) > WORDS_MAX)
    {
      service_refuse (error, PARLOR_ERROR_TOO_LARGE, "A brand has 200 rules and 2,000 words.");
      return NULL;
    }
  if (!rule)
    {
      rule = g_new0 (ParlorRule, 1);
      if (spec->id)
        g_strlcpy (rule->id, spec->id, sizeof rule->id);
      else
        parlor_id_make ("rul", &brand->service->spec.random, rule->id);
      g_ptr_array_add (brand->rules, rule);
    }
  replace_text (&rule->name, name);
  g_strfreev (rule->words);
  rule->words = g_strdupv ((char **)spec->words);
  rule->block = spec->block;
  rule->chat = spec->chat;
  rule->comments = spec->comments;
  g_clear_pointer (&brand->words, parlor_words_free);
  put_rule (brand, rule);
  return rule;
}

const ParlorRule *
parlor_service_rule (const ParlorServiceBrand *brand, const char *id)
{
  return find_rule (brand, id, NULL);
}

gboolean
parlor_service_remove_rule (ParlorServiceBrand *brand, const char *id)
{
  guint at = 0;
  if (!find_rule (brand, id, &at))
    return FALSE;
  ParlorRuleRow key = {.id = (char *)id};
  service_remove (brand->service, &parlor_rule_kind, &key);
  g_ptr_array_remove_index (brand->rules, at);
  g_clear_pointer (&brand->words, parlor_words_free);
  return TRUE;
}

/* ---- judging --------------------------------------------------------------------------------- */

typedef struct
{
  const ParlorServiceBrand *brand;
  gboolean comment;
  const ParlorRule *rule; /* the gravest that was hit: one that blocks, else the first */
  char *word;
} Search;

static gboolean
on_word (guint tag, const char *word, gpointer user_data)
{
  Search *search = user_data;
  const ParlorRule *rule = search->brand->rules->pdata[tag];
  if (!(search->comment ? rule->comments : rule->chat) || (search->rule && !rule->block))
    return TRUE;
  search->rule = rule;
  replace_text (&search->word, word);
  return !rule->block;
}

static void
build (ParlorServiceBrand *brand)
{
  brand->words = parlor_words_new ();
  for (guint i = 0; i < brand->rules->len; i++)
    for (char **word = ((ParlorRule *)brand->rules->pdata[i])->words; *word; word++)
      parlor_words_add (brand->words, *word, i);
  parlor_words_build (brand->words);
}

static void
note (ParlorServiceBrand *brand, const Search *search, const ParlorJudged *said, ParlorMoment now)
{
  ParlorKeywordHit *hit = g_new0 (ParlorKeywordHit, 1);
  hit->rule = g_strdup (search->rule->name);
  hit->word = g_strdup (search->word);
  hit->place = g_strdup (said->place);
  hit->by = g_strdup (said->by);
  hit->blocked = search->rule->block;
  hit->at_ms = now.wall_ms;
  if (brand->hits->len == HITS_KEPT)
    g_ptr_array_remove_index (brand->hits, 0);
  g_ptr_array_add (brand->hits, hit);
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("rule", search->rule->id),
      PARLOR_DATUM_TEXT ("word", search->word),
      PARLOR_DATUM_TEXT ("act", search->rule->block ? "block" : "warn"),
      PARLOR_DATUM_TEXT (said->comment ? "room" : "conversation", said->place),
      PARLOR_DATUM_TEXT ("by", said->by),
      PARLOR_DATUM_CONTENT ("text", said->text),
  };
  service_begin (brand->service);
  service_event (brand->service, brand, "keyword.hit", said->place, said->customer, NULL,
                 now.wall_ms, said->room_ms, data, G_N_ELEMENTS (data));
  service_end (brand->service);
}

gboolean
parlor_service_judge (ParlorServiceBrand *brand, const ParlorJudged *said, ParlorMoment now)
{
  Search search = {.brand = brand, .comment = said->comment};
  if (!brand->rules->len)
    return TRUE;
  if (!brand->words)
    build (brand);
  parlor_words_find (brand->words, said->text, on_word, &search);
  gboolean blocked = search.rule && search.rule->block;
  if (search.rule)
    note (brand, &search, said, now);
  g_free (search.word);
  return !blocked;
}
