/* SPDX-License-Identifier: Apache-2.0 */
/* The service over SQLite: somebody is bound and writes, the program is killed, and the same person
 * and every message that was answered are there when it starts again. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/load.h"
#include "store/sqlite.h"

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int_range (0, 256);
}

static ParlorMoment
now_of (gpointer user_data)
{
  return (ParlorMoment){g_get_monotonic_time (), g_get_real_time () / 1000};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
}

static ParlorService *
make (ParlorStore *store)
{
  ParlorServiceSpec spec = {
      .random = {fill, NULL},
      .records = parlor_store_records (store),
      .notice = on_notice,
      .now = now_of,
  };
  return parlor_service_new (&spec);
}

static ParlorStore *
open_store (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "parlor.db", NULL);
  ParlorStore *store = parlor_store_sqlite_new (&(ParlorStoreSqliteSpec){.path = path}, &error);
  g_assert_no_error (error);
  return store;
}

static void
on_flushed (gboolean durable, gpointer done)
{
  g_assert_true (durable);
  *(gboolean *)done = TRUE;
}

static void
wait_for_disk (ParlorStore *store)
{
  ParlorRecordSink *records = parlor_store_records (store);
  gboolean done = FALSE;
  records->flush (records, on_flushed, &done);
  while (!done)
    {
      g_usleep (1000);
      store->ops->dispatch (store);
    }
}

/* Binds, writes twice, waits for the disk after the first message alone, and is killed. */
static void
live_and_be_killed (const char *folder)
{
  ParlorStore *store = open_store (folder);
  ParlorService *service = make (store);
  ParlorServiceBrand *brand = parlor_service_add_brand (service, "br_a", "Aurora",
                                                        PARLOR_CONFIRM_FIRST);
  ParlorGroupSpec group = {.name = "Advisers", .welcome = "Hello!"};
  ParlorGroup *made = parlor_service_put_group (service, brand, &group, NULL);
  ParlorRepSpec rep = {.ref = "lin", .name = "Lin", .groups = made->id};
  parlor_service_rep_connected (parlor_service_put_rep (service, brand, &rep, now_of (NULL), NULL),
                                now_of (NULL));
  ParlorTapSpec tap = {
      .brand = "br_a", .visitor = "vis_a", .tap = "tap_00000001", .room_ms = 201330};
  g_assert_true (parlor_service_tap (service, &tap, now_of (NULL), NULL));
  g_assert_true (
      parlor_service_bind (service, "br_a", "vis_a", "tap_00000001", now_of (NULL), NULL));
  ParlorConversation *conversation = parlor_service_customer_of (brand, "vis_a")
                                         ->bindings->conversation;
  ParlorSaySpec say = {.conversation = conversation,
                       .by = PARLOR_BY_CUSTOMER,
                       .client_id = "first",
                       .text = "how much?",
                       .stream_ms = -1};
  g_assert_nonnull (parlor_service_say (service, &say, now_of (NULL), NULL));
  wait_for_disk (store);
  kill (getpid (), SIGKILL);
}

typedef struct
{
  ParlorService *service;
  const ParlorRecordKind *kind;
  guint messages;
} Loading;

static void
on_row (gconstpointer row, gpointer user_data)
{
  Loading *loading = user_data;
  loading->messages += loading->kind == &parlor_message_kind;
  if (loading->kind == &parlor_message_kind)
    parlor_service_load_message (loading->service, row);
  else
    parlor_service_load (loading->service, loading->kind, row, now_of (NULL));
}

static guint
load (ParlorService *service, ParlorStore *store)
{
  guint n = 0;
  const ParlorRecordKind *const *kinds = parlor_service_kinds (&n);
  Loading loading = {.service = service};
  for (guint i = 0; i <= n; i++)
    {
      loading.kind = i < n ? kinds[i] : &parlor_message_kind;
      g_assert_true (parlor_store_load_records (store, loading.kind, on_row, &loading, NULL));
    }
  parlor_service_loaded (service, now_of (NULL));
  g_assert_cmpuint (parlor_service_left_out (service), ==, 0);
  return loading.messages;
}

static void
test_killed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("parlor-service-XXXXXX", NULL);
  int status = 0;
  pid_t child = fork ();
  if (!child)
    live_and_be_killed (folder);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  ParlorStore *store = open_store (folder);
  ParlorService *service = make (store);
  g_assert_cmpuint (load (service, store), ==, 2); /* the welcome and his */
  ParlorServiceBrand *brand = parlor_service_brand (service, "br_a");
  ParlorCustomer *customer = parlor_service_customer_of (brand, "vis_a");
  g_assert_nonnull (customer);
  ParlorBinding *binding = customer->bindings;
  g_assert_cmpint (binding->state, ==, PARLOR_BINDING_ACTIVE);
  g_assert_cmpstr (binding->rep->ref, ==, "lin");
  g_assert_cmpstr (binding->tap, ==, "tap_00000001");
  g_assert_cmpint (binding->conversation->state, ==, PARLOR_CONVERSATION_QUEUED);
  g_assert_cmpint (binding->conversation->seq, ==, 2);
  parlor_service_free (service);
  store->ops->close (store, 5000);
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", folder);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/wire-service/a-killed-server-has-the-same-person-and-messages-again",
                   test_killed);
  return g_test_run ();
}
