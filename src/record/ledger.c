/* SPDX-License-Identifier: Apache-2.0 */
#include "record/ledger.h"

#include <errno.h>
#include <string.h>

struct _ParlorLedger
{
  char *path;
  const guint8 *vault_key; /* borrowed */
  GMutex lock;
  ParlorJournal *journal; /* NULL = not open */
  GQueue waiting;         /* char *, owned */
  int why;                /* errno of the last failure */
};

ParlorLedger *
parlor_ledger_new (const char *path, const guint8 *vault_key)
{
  ParlorLedger *self = g_new0 (ParlorLedger, 1);
  self->path = g_strdup (path);
  self->vault_key = vault_key;
  self->why = EAGAIN;
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  return self;
}

void
parlor_ledger_free (ParlorLedger *self)
{
  if (self == NULL)
    return;
  parlor_ledger_flush (self);
  parlor_journal_free (self->journal);
  g_queue_clear_full (&self->waiting, free);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

gboolean
parlor_ledger_open (ParlorLedger *self, ParlorJournalFunc func, gpointer user_data, GError **error)
{
  ParlorJournal *journal = parlor_journal_open (self->path, self->vault_key, func, user_data,
                                                error);
  g_mutex_lock (&self->lock);
  self->journal = journal;
  g_mutex_unlock (&self->lock);
  return journal != NULL;
}

gboolean
parlor_ledger_is_open (ParlorLedger *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_open = self->journal != NULL;
  g_mutex_unlock (&self->lock);
  return is_open;
}

/* Under the lock. */
static gboolean
write_line (ParlorLedger *self, const char *line)
{
  if (self->journal == NULL)
    return FALSE;
  if (parlor_journal_append (self->journal, line, strlen (line)))
    return TRUE;
  self->why = errno;
  return FALSE;
}

/* Under the lock. TRUE: nothing waits. */
static gboolean
write_waiting (ParlorLedger *self)
{
  char *line;
  while ((line = g_queue_peek_head (&self->waiting)) != NULL && write_line (self, line))
    free (g_queue_pop_head (&self->waiting));
  return line == NULL;
}

gboolean
parlor_ledger_put (ParlorLedger *self, json_t *entry)
{
  char *line = json_dumps (entry, JSON_COMPACT);
  json_decref (entry);
  g_mutex_lock (&self->lock);
  gboolean ok = line != NULL && write_waiting (self) && write_line (self, line);
  int why = self->why;
  g_mutex_unlock (&self->lock);
  free (line);
  errno = why;
  return ok;
}

void
parlor_ledger_add (ParlorLedger *self, json_t *entry)
{
  char *line = json_dumps (entry, JSON_COMPACT);
  json_decref (entry);
  if (line == NULL || strlen (line) > PARLOR_JOURNAL_ENTRY_MAX)
    {
      free (line); /* no journal takes it, ever */
      return;
    }
  g_mutex_lock (&self->lock);
  gboolean ok = write_waiting (self) && write_line (self, line);
  if (!ok && g_queue_get_length (&self->waiting) < PARLOR_LEDGER_WAITING_MAX)
    g_queue_push_tail (&self->waiting, g_steal_pointer (&line));
  g_mutex_unlock (&self->lock);
  free (line);
}

gboolean
parlor_ledger_flush (ParlorLedger *self)
{
  g_mutex_lock (&self->lock);
  gboolean ok = write_waiting (self);
  int why = self->why;
  g_mutex_unlock (&self->lock);
  errno = why;
  return ok;
}

gboolean
parlor_ledger_sync (ParlorLedger *self)
{
  g_mutex_lock (&self->lock);
  ParlorJournal *journal = self->journal; /* once open it stays until free () */
  g_mutex_unlock (&self->lock);
  return journal == NULL || parlor_journal_sync (journal);
}
