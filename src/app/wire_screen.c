/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wire_screen.h"

#define REFUSED "This is not to be said here."

struct _ParlorWireScreen
{
  ParlorHooks *hooks;
  ParlorClock *clock;
  ParlorLive *live;
  GHashTable *open; /* set of Question, owned */
};

typedef struct
{
  ParlorWireScreen *screen;
  guint64 hook;
  char room[PARLOR_ID_SIZE], comment[PARLOR_ID_SIZE];
} Question;

static void
on_answer (const ParlorHookAnswer *answer, gpointer user_data)
{
  Question *question = user_data;
  ParlorWireScreen *screen = question->screen;
  gboolean answered = answer->outcome == PARLOR_HOOK_ANSWERED;
  if (!answer->final)
    return;
  gboolean allow = answered ? parlor_datum_flag (answer->data, answer->n_data, "allow", TRUE)
                            : !answer->fail_closed;
  const char *reason = answered ? parlor_datum_text (answer->data, answer->n_data, "reason") : NULL;
  if (!reason || !*reason)
    reason = REFUSED;
  parlor_live_screened (screen->live, question->room, question->comment, allow ? NULL : reason,
                        screen->clock->now_us (screen->clock));
  g_hash_table_remove (screen->open, question);
}

gboolean
parlor_wire_screen_ask (ParlorWireScreen *screen, const char *brand, const ParlorComment *comment)
{
  ParlorHooks *hooks = screen->hooks;
  if (!hooks || !hooks->has (hooks, PARLOR_HOOK_SCREEN, brand))
    return FALSE;
  const ParlorDatum data[] = {
      PARLOR_DATUM_TEXT ("room", comment->room),
      PARLOR_DATUM_INT ("room_ms", comment->room_ms),
      PARLOR_DATUM_TEXT ("by", *comment->visitor ? comment->visitor : comment->person),
      PARLOR_DATUM_TEXT ("role", "viewer"),
      PARLOR_DATUM_TEXT ("name", comment->name),
      PARLOR_DATUM_TEXT ("text", comment->text),
  };
  ParlorHookQuestion spec = {PARLOR_HOOK_SCREEN, brand, NULL, data, G_N_ELEMENTS (data)};
  Question *question = g_new0 (Question, 1);
  question->screen = screen;
  g_strlcpy (question->room, comment->room, sizeof question->room);
  g_strlcpy (question->comment, comment->id, sizeof question->comment);
  g_hash_table_add (screen->open, question);
  question->hook = hooks->ask (hooks, &spec, on_answer, question);
  return TRUE;
}

ParlorWireScreen *
parlor_wire_screen_new (ParlorHooks *hooks, ParlorClock *clock)
{
  ParlorWireScreen *screen = g_new0 (ParlorWireScreen, 1);
  screen->hooks = hooks;
  screen->clock = clock;
  screen->open = g_hash_table_new_full (NULL, NULL, g_free, NULL);
  return screen;
}

void
parlor_wire_screen_tie (ParlorWireScreen *screen, ParlorLive *live)
{
  screen->live = live;
}

void
parlor_wire_screen_free (ParlorWireScreen *screen)
{
  if (!screen)
    return;
  GHashTableIter iter;
  gpointer question;
  g_hash_table_iter_init (&iter, screen->open);
  while (g_hash_table_iter_next (&iter, &question, NULL))
    screen->hooks->cancel (screen->hooks, ((Question *)question)->hook);
  g_hash_table_unref (screen->open);
  g_free (screen);
}
