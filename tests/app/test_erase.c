/* SPDX-License-Identifier: Apache-2.0 */
/* A customer is erased while the store is away, and again when it is back. */
#include "app/erase.h"
#include "base/error.h"
#include "live/events.h"
#include "live/visitors.h"
#include "service/load.h"
#include "service/rows.h"

#include <string.h>

/* The sink remembers what was asked of it; answers are given by the test. */
typedef struct
{
  ParlorRecordSink sink; /* first */
  ParlorService *service;
  ParlorService **box;
  ParlorServiceBrand *brand;
  ParlorFound found; /* of the question that is open */
  ParlorRecordFlushed flushed;
  gpointer data;
  const char *asked;  /* table of the last question */
  GString *forgotten; /* names and visitors whose memory went */
  guint nameless;     /* rows of customers without a device's name */
  int done;           /* -1 = not yet */
} World;

static void
fill (guint8 *out, gsize size, gpointer user_data)
{
  for (gsize i = 0; i < size; i++)
    out[i] = (guint8)g_random_int_range (0, 256);
}

static ParlorMoment
now_of (gpointer user_data)
{
  return (ParlorMoment){1000000, 1000000};
}

static void
on_notice (const ParlorServiceNotice *notice, gpointer user_data)
{
}

static void
bracket (ParlorRecordSink *sink)
{
}

static void
put (ParlorRecordSink *sink, const ParlorRecordKind *kind, gconstpointer row)
{
  World *world = (World *)sink;
  world->nameless += kind == &parlor_customer_kind && !((const ParlorCustomerRow *)row)->visitor;
}

static void
find (ParlorRecordSink *sink, const ParlorFind *question, ParlorFound found, gpointer data)
{
  World *world = (World *)sink;
  world->asked = question->kind->table;
  world->found = found;
  world->data = data;
}

static void
flush (ParlorRecordSink *sink, ParlorRecordFlushed flushed, gpointer data)
{
  World *world = (World *)sink;
  world->flushed = flushed;
  world->data = data;
}

static void
forget_visitor (const char *visitor, gpointer user_data)
{
  g_string_append_printf (((World *)user_data)->forgotten, "%s ", visitor);
}

static void
forget_customer (const ParlorCustomer *customer, gpointer user_data)
{
  g_string_append_printf (((World *)user_data)->forgotten, "%s ",
                          customer->ref ? customer->ref : "nobody");
}

static void
on_done (gboolean durable, gpointer user_data)
{
  ((World *)user_data)->done = durable;
}

/* The store says one thing: no rows (or an error), or that all is on the disk. */
static void
answer (World *world, const GError *error)
{
  ParlorFound found = g_steal_pointer (&world->found);
  ParlorRecordFlushed flushed = g_steal_pointer (&world->flushed);
  if (found)
    found (NULL, 0, error, world->data);
  else if (flushed)
    flushed (!error, world->data);
}

static ParlorCustomer *
begin (World *world)
{
  *world = (World){.sink = {.begin = bracket,
                            .end = bracket,
                            .put = put,
                            .remove = put,
                            .find = find,
                            .flush = flush},
                   .forgotten = g_string_new (NULL)};
  ParlorServiceSpec spec = {
      .random = {fill, NULL}, .records = &world->sink, .notice = on_notice, .now = now_of};
  world->service = parlor_service_new (&spec);
  world->box = g_rc_box_new0 (ParlorService *);
  *world->box = world->service;
  world->brand = parlor_service_add_brand (world->service, "br_a", "Aurora", PARLOR_CONFIRM_FIRST);
  ParlorGroupSpec group = {.name = "Advisers", .welcome = "Hello!"};
  g_assert_nonnull (parlor_service_put_group (world->service, world->brand, &group, NULL));
  ParlorTapSpec tap = {.brand = "br_a", .visitor = "vis_a", .tap = "tap_00000001", .room_ms = -1};
  g_assert_true (parlor_service_tap (world->service, &tap, now_of (NULL), NULL));
  g_assert_true (
      parlor_service_bind (world->service, "br_a", "vis_a", "tap_00000001", now_of (NULL), NULL));
  return parlor_service_name_customer (parlor_service_customer_of (world->brand, "vis_a"), "C-1",
                                       now_of (NULL), NULL);
}

static void
start (World *world, ParlorCustomer *customer)
{
  ParlorEraseSpec spec = {
      .service = world->box,
      .records = &world->sink,
      .data_dir = "/nonexistent",
      .forget_visitor = forget_visitor,
      .forget_customer = forget_customer,
      .forget_data = world,
      .done = on_done,
      .done_data = world,
  };
  world->done = -1;
  world->nameless = 0;
  parlor_erase (&spec, customer, now_of (NULL));
}

static void
end (World *world)
{
  *world->box = NULL;
  g_clear_pointer (&world->service, parlor_service_free);
}

static void
clear (World *world)
{
  end (world);
  g_rc_box_release (world->box);
  g_string_free (world->forgotten, TRUE);
}

static void
test_retry (void)
{
  World world;
  g_autoptr (GError) away = g_error_new_literal (PARLOR_ERROR, PARLOR_ERROR_INTERNAL, "away");
  ParlorCustomer *customer = begin (&world);
  start (&world, customer);
  while (strcmp (world.asked, parlor_comment_kind.table))
    answer (&world, NULL);
  answer (&world, away);
  g_assert_cmpint (world.done, ==, FALSE);
  g_assert_cmpuint (world.nameless, ==, 0);
  g_assert_null (parlor_service_customer_of (world.brand, "vis_a"));
  start (&world, customer);
  gboolean comments = FALSE, touches = FALSE;
  while (world.done < 0)
    {
      comments |= !strcmp (world.asked, parlor_comment_kind.table);
      touches |= !strcmp (world.asked, parlor_touch_kind.table);
      g_assert_true (!world.nameless || (comments && touches));
      answer (&world, NULL);
    }
  g_assert_cmpint (world.done, ==, TRUE);
  g_assert_true (comments && touches);
  g_assert_cmpuint (world.nameless, ==, 1);
  g_assert_cmpstr (world.forgotten->str, ==, "C-1 vis_a nobody vis_a ");
  clear (&world);
}

static void
test_service_ends (void)
{
  World world;
  start (&world, begin (&world));
  end (&world);
  while (world.done < 0)
    answer (&world, NULL);
  g_assert_cmpint (world.done, ==, FALSE); /* the names stand there yet: to be asked again */
  clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/erase/a-second-try-finds-what-the-first-left", test_retry);
  g_test_add_func ("/app/erase/a-service-that-ends-is-not-asked", test_service_ends);
  return g_test_run ();
}
