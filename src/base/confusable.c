/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confusable.h"

#include <string.h>

/* After NFKC and case folding; Unicode's confusables.txt is the source of the pairs. */
static const struct
{
  gunichar from, to;
} alike[] = {
    {'0', 'o'},       {'1', 'l'},    {'i', 'l'},    {'|', 'l'},    {'!', 'l'},    {'5', 's'},
    {'$', 's'},       {'@', 'a'},    {'3', 'e'},    {0x0131, 'l'}, {0x0430, 'a'}, {0x0435, 'e'},
    {0x043e, 'o'},    {0x0440, 'p'}, {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x0456, 'l'},
    {0x0458, 'j'},    {0x0455, 's'}, {0x04bb, 'h'}, {0x0501, 'd'}, {0x051b, 'q'}, {0x051d, 'w'},
    {0x043a, 'k'},    {0x043c, 'm'}, {0x0442, 't'}, {0x0432, 'b'}, {0x043d, 'h'}, {0x0433, 'r'},
    {0x043f, 'n'},    {0x03b1, 'a'}, {0x03b2, 'b'}, {0x03b5, 'e'}, {0x03b9, 'l'}, {0x03ba, 'k'},
    {0x03bd, 'v'},    {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x03c7, 'x'},
    {0x03b3, 'y'},    {0x03b7, 'n'}, {0x03bc, 'u'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x3007, 'o'},
    {0x56d7, 0x53e3}, /* 囗 口 */
    {0x571f, 0x58eb}, /* 土 士 */
    {0x672a, 0x672b}, /* 未 末 */
    {0x5df1, 0x5df2}, /* 己 已 */
    {0x5df3, 0x5df2}, /* 巳 已 */
    {0x65e5, 0x66f0}, /* 日 曰 */
    {0x4eba, 0x5165}, /* 人 入 */
    {0x516b, 0x5165}, /* 八 入 */
    {0x5343, 0x5e72}, /* 千 干 */
    {0x4e8e, 0x5e72}, /* 于 干 */
    {0x5929, 0x592b}, /* 天 夫 */
    {0x738b, 0x7389}, /* 王 玉 */
    {0x4e28, 'l'},    /* 丨 */
    {0x4e00, '-'},    /* 一 stands for a dash as often */
};

/* Who says so speaks for the house, or wants to be taken for it. Skeletons. */
static const char *const house_words[] = {
    "客服",   "官方",     "小助手",          "專員",          "专员",     "客户经理",
    "管理员", "offlclal", "customerservlce", "admlnlstrator", "moderator"};

struct _ParlorNameGuard
{
  GHashTable *names; /* owns skeletons */
  GPtrArray *brands; /* owns skeletons */
};

static gunichar
fold (gunichar c)
{
  for (guint i = 0; i < G_N_ELEMENTS (alike); i++)
    if (alike[i].from == c)
      return alike[i].to;
  return c;
}

static gboolean
is_kept (gunichar c)
{
  return g_unichar_isalnum (c) || c == '|' || c == '!' || c == '$' || c == '@';
}

char *
parlor_confusable_skeleton (const char *text)
{
  if (!text || !g_utf8_validate (text, -1, NULL))
    return g_strdup ("");
  /* Decomposed, so that marks stand alone and go. */
  g_autofree char *flat = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_autofree char *folded = flat ? g_utf8_casefold (flat, -1) : g_strdup ("");
  GString *out = g_string_new (NULL);
  for (const char *p = folded; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p), to = fold (c);
      if (is_kept (c) || (to != c && to != '-'))
        g_string_append_unichar (out, to);
    }
  /* Two letters that read as one. */
  g_string_replace (out, "rn", "m", 0);
  g_string_replace (out, "vv", "w", 0);
  return g_string_free (out, FALSE);
}

ParlorNameGuard *
parlor_name_guard_new (void)
{
  ParlorNameGuard *guard = g_new0 (ParlorNameGuard, 1);
  guard->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guard->brands = g_ptr_array_new_with_free_func (g_free);
  return guard;
}

void
parlor_name_guard_free (ParlorNameGuard *guard)
{
  if (!guard)
    return;
  g_hash_table_unref (guard->names);
  g_ptr_array_unref (guard->brands);
  g_free (guard);
}

void
parlor_name_guard_add_brand (ParlorNameGuard *guard, const char *name)
{
  char *skeleton = parlor_confusable_skeleton (name);
  if (g_utf8_strlen (skeleton, -1) >= 2)
    g_ptr_array_add (guard->brands, skeleton);
  else
    g_free (skeleton);
}

void
parlor_name_guard_add (ParlorNameGuard *guard, const char *name)
{
  char *skeleton = parlor_confusable_skeleton (name);
  if (*skeleton)
    g_hash_table_add (guard->names, skeleton);
  else
    g_free (skeleton);
}

gboolean
parlor_name_guard_refuses (const ParlorNameGuard *guard, const char *name)
{
  g_autofree char *skeleton = parlor_confusable_skeleton (name);
  if (!*skeleton)
    return FALSE;
  if (g_hash_table_contains (guard->names, skeleton))
    return TRUE;
  for (guint i = 0; i < guard->brands->len; i++)
    if (strstr (skeleton, guard->brands->pdata[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (house_words); i++)
    if (strstr (skeleton, house_words[i]))
      return TRUE;
  return FALSE;
}
