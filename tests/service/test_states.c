/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "service/states.h"

#include <string.h>

/* The moves of the specification, written as it writes them; everything else is refused. */
static const char *const moves[PARLOR_N_MACHINES] = {
    [PARLOR_MACHINE_CONVERSATION] =
        "new>bot new>queued new>human bot>queued bot>human bot>ended queued>bot queued>human "
        "queued>ended human>queued human>human human>ended ended>new ended>human ",
    [PARLOR_MACHINE_BINDING] =
        "proposed>active proposed>waiting proposed>declined proposed>expired active>transferring "
        "active>ended waiting>active waiting>ended transferring>active transferring>refused "
        "transferring>limit transferring>ended refused>ended limit>ended ",
    [PARLOR_MACHINE_OFFER] = "pending>accepted pending>rejected pending>timeout pending>rescinded ",
    [PARLOR_MACHINE_CALL] =
        "ringing>connecting ringing>declined ringing>missed ringing>cancelled connecting>active "
        "connecting>held connecting>ended active>held active>ended held>active held>ended ",
    [PARLOR_MACHINE_OUTCOME] =
        "todo>done todo>waiting todo>refused todo>limit done>undone waiting>done waiting>refused ",
};

static void
test_moves (gconstpointer data)
{
  ParlorMachine machine = GPOINTER_TO_UINT (data);
  g_autoptr (GString) all = g_string_new (NULL);
  for (guint i = 0; i < parlor_state_count (machine); i++)
    for (guint k = 0; k < parlor_state_count (machine); k++)
      if (parlor_state_may (machine, i, k))
        g_string_append_printf (all, "%s>%s ", parlor_state_name (machine, i),
                                parlor_state_name (machine, k));
  g_assert_cmpstr (all->str, ==, moves[machine]);
}

static void
test_conflict (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (parlor_state_check (PARLOR_MACHINE_CONVERSATION, PARLOR_CONVERSATION_ENDED,
                                      PARLOR_CONVERSATION_QUEUED, &error));
  g_assert_error (error, PARLOR_ERROR, PARLOR_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "ended"));
}

static void
test_departed (void)
{
  for (guint i = 0; i < parlor_state_count (PARLOR_MACHINE_PRESENCE); i++)
    {
      g_assert_false (parlor_state_may (PARLOR_MACHINE_PRESENCE, PARLOR_PRESENCE_DEPARTED, i));
      g_assert_true (i == PARLOR_PRESENCE_DEPARTED
                     || parlor_state_may (PARLOR_MACHINE_PRESENCE, i, PARLOR_PRESENCE_DEPARTED));
    }
}

static void
test_names (void)
{
  for (guint m = 0; m < PARLOR_N_MACHINES; m++)
    for (guint i = 0; i < parlor_state_count (m); i++)
      g_assert_cmpint (parlor_state_parse (m, parlor_state_name (m, i)), ==, (int)i);
  g_assert_cmpint (parlor_state_parse (PARLOR_MACHINE_CALL, "dancing"), ==, -1);
  g_assert_cmpint (parlor_state_parse (PARLOR_MACHINE_CALL, NULL), ==, -1);
  g_assert_cmpstr (parlor_state_name (PARLOR_MACHINE_CALL, 99), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define MOVES(name, machine)                                                                       \
  g_test_add_data_func ("/service/states/" name "-makes-the-moves-of-its-table-and-no-other",      \
                        GUINT_TO_POINTER (machine), test_moves)
  MOVES ("a-conversation", PARLOR_MACHINE_CONVERSATION);
  MOVES ("a-binding", PARLOR_MACHINE_BINDING);
  MOVES ("an-offer", PARLOR_MACHINE_OFFER);
  MOVES ("a-call", PARLOR_MACHINE_CALL);
  MOVES ("a-transfer", PARLOR_MACHINE_OUTCOME);
  g_test_add_func ("/service/states/a-wrong-move-names-the-state-it-is-in", test_conflict);
  g_test_add_func ("/service/states/who-departed-stays-so", test_departed);
  g_test_add_func ("/service/states/names-are-read-as-they-are-written", test_names);
  return g_test_run ();
}
