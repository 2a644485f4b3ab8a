/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql.h"

#include <string.h>

static void
add_names (GString *sql, const ParlorField *fields, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_printf (sql, "%s\"%s\"", i > 0 ? ", " : "", fields[i].name);
}

static void
add_update (GString *sql, const ParlorRecordKind *kind)
{
  g_string_append (sql, " DO UPDATE SET ");
  for (guint i = kind->n_key; i < kind->n_fields; i++)
    g_string_append_printf (sql, "%s\"%s\" = excluded.\"%s\"", i > kind->n_key ? ", " : "",
                            kind->fields[i].name, kind->fields[i].name);
}

char *
parlor_sql_put (const ParlorRecordKind *kind)
{
  GString *sql = g_string_new (NULL);
  g_string_append_printf (sql, "INSERT INTO \"%s\" (", kind->table);
  add_names (sql, kind->fields, kind->n_fields);
  g_string_append (sql, ") VALUES (");
  for (guint i = 1; i <= kind->n_fields; i++)
    g_string_append_printf (sql, "%s$%u", i > 1 ? ", " : "", i);
  g_string_append (sql, ") ON CONFLICT (");
  add_names (sql, kind->fields, kind->n_key);
  g_string_append_c (sql, ')');
  if (kind->append_only || kind->n_key == kind->n_fields)
    g_string_append (sql, " DO NOTHING");
  else
    add_update (sql, kind);
  return g_string_free (sql, FALSE);
}

char *
parlor_sql_remove (const ParlorRecordKind *kind)
{
  GString *sql = g_string_new (NULL);
  g_string_append_printf (sql, "DELETE FROM \"%s\" WHERE ", kind->table);
  for (guint i = 0; i < kind->n_key; i++)
    g_string_append_printf (sql, "%s\"%s\" = $%u", i > 0 ? " AND " : "", kind->fields[i].name,
                            i + 1);
  return g_string_free (sql, FALSE);
}

static GString *
select_new (const ParlorRecordKind *kind)
{
  GString *sql = g_string_new ("SELECT ");
  add_names (sql, kind->fields, kind->n_fields);
  g_string_append_printf (sql, " FROM \"%s\"", kind->table);
  return sql;
}

char *
parlor_sql_load (const ParlorRecordKind *kind)
{
  GString *sql = select_new (kind);
  g_string_append (sql, " ORDER BY ");
  add_names (sql, kind->fields, kind->n_key);
  return g_string_free (sql, FALSE);
}

static guint
add_text (ParlorSqlQuery *query, char *text)
{
  query->values[query->n_values++].text = text;
  return query->n_values;
}

static guint
add_number (ParlorSqlQuery *query, gint64 number)
{
  query->values[query->n_values++].number = number;
  return query->n_values;
}

/* One character of a needle as a regular expression: the set of all characters that fold as it
   does. Escapes by number (PostgreSQL's manual, section 9.7.3.3), so that no character has a
   meaning. */
static void
add_character (GString *pattern, gunichar c)
{
  gunichar folded = parlor_text_fold (c);
  g_string_append_printf (pattern, "[\\U%08X", folded);
  for (gunichar other = 1; parlor_text_has_forms (folded) && other < 0x1ffff; other++)
    if (other != folded && parlor_text_fold (other) == folded)
      g_string_append_printf (pattern, "\\U%08X", other);
  g_string_append_c (pattern, ']');
}

static char *
pattern_of (const char *needle)
{
  GString *pattern = g_string_new (NULL);
  for (; *needle != '\0'; needle = g_utf8_next_char (needle))
    add_character (pattern, g_utf8_get_char (needle));
  return g_string_free (pattern, FALSE);
}

static void
add_contains (GString *sql, ParlorSqlQuery *query, const ParlorFindTerm *term,
              ParlorSqlDialect dialect)
{
  if (dialect == PARLOR_SQL_SQLITE)
    g_string_append_printf (sql, "parlor_contains (\"%s\", $%u)", term->field,
                            add_text (query, g_strdup (term->text)));
  else
    g_string_append_printf (sql, "\"%s\" ~ $%u", term->field,
                            add_text (query, pattern_of (term->text)));
}

static void
add_prefix (GString *sql, ParlorSqlQuery *query, const ParlorFindTerm *term)
{
  char *after = parlor_text_after (term->text);
  g_string_append_printf (sql, "\"%s\" >= $%u", term->field,
                          add_text (query, g_strdup (term->text)));
  if (after != NULL)
    g_string_append_printf (sql, " AND \"%s\" < $%u", term->field, add_text (query, after));
}

static void
add_comparison (GString *sql, ParlorSqlQuery *query, const ParlorField *field,
                const ParlorFindTerm *term)
{
  static const char *const signs[] = {
      [PARLOR_FIND_EQUAL] = "=",
      [PARLOR_FIND_LESS] = "<",
      [PARLOR_FIND_GREATER] = ">",
      [PARLOR_FIND_AT_LEAST] = ">=",
  };
  guint number;
  if (field->type == PARLOR_FIELD_TEXT)
    number = add_text (query, g_strdup (term->text));
  else
    number = add_number (query,
                         field->type == PARLOR_FIELD_FLAG ? term->number != 0 : term->number);
  g_string_append_printf (sql, "\"%s\" %s $%u", term->field, signs[term->op], number);
}

static void
add_term (GString *sql, ParlorSqlQuery *query, const ParlorFind *find, guint i,
          ParlorSqlDialect dialect)
{
  const ParlorFindTerm *term = &find->terms[i];
  const ParlorField *field = parlor_record_field (find->kind, term->field);
  g_string_append (sql, i > 0 ? " AND " : " WHERE ");
  if (field->type == PARLOR_FIELD_TEXT && term->text == NULL)
    g_string_append_printf (sql, "\"%s\" IS NULL", term->field);
  else if (term->op == PARLOR_FIND_CONTAINS)
    add_contains (sql, query, term, dialect);
  else if (term->op == PARLOR_FIND_PREFIX)
    add_prefix (sql, query, term);
  else
    add_comparison (sql, query, field, term);
}

/* NULL comes before every text, as SQLite and memory have it; fields of a key are never NULL, and
   naming it there would keep PostgreSQL from using their index. */
static void
add_order (GString *sql, const ParlorFind *find)
{
  const char *direction = find->descending ? " DESC" : "";
  const char *separator = " ORDER BY ";
  gboolean in_key = FALSE;
  for (guint i = 0; find->order_by != NULL && i < find->kind->n_key; i++)
    in_key |= strcmp (find->kind->fields[i].name, find->order_by) == 0;
  if (find->order_by != NULL)
    {
      ParlorFieldType type = parlor_record_field (find->kind, find->order_by)->type;
      gboolean nullable = !in_key && (type == PARLOR_FIELD_TEXT || type == PARLOR_FIELD_BYTES);
      g_string_append_printf (sql, "%s\"%s\"%s%s", separator, find->order_by, direction,
                              !nullable          ? ""
                              : find->descending ? " NULLS LAST"
                                                 : " NULLS FIRST");
      separator = ", ";
    }
  for (guint i = 0; i < find->kind->n_key; i++, separator = ", ")
    g_string_append_printf (sql, "%s\"%s\"%s", separator, find->kind->fields[i].name, direction);
}

ParlorSqlQuery *
parlor_sql_query_new (const ParlorFind *find, ParlorSqlDialect dialect)
{
  ParlorSqlQuery *query = g_new0 (ParlorSqlQuery, 1);
  GString *sql = select_new (find->kind);
  for (guint i = 0; i < find->n_terms; i++)
    add_term (sql, query, find, i, dialect);
  add_order (sql, find);
  g_string_append_printf (sql, " LIMIT $%u", add_number (query, find->limit));
  query->sql = g_string_free (sql, FALSE);
  return query;
}

void
parlor_sql_query_free (ParlorSqlQuery *query)
{
  if (query == NULL)
    return;
  for (guint i = 0; i < query->n_values; i++)
    g_free (query->values[i].text);
  g_free (query->sql);
  g_free (query);
}
