/* SPDX-License-Identifier: Apache-2.0 */
/* The index of skills against a walk through everybody. */
#include "world.h"

#define REPS 60
#define ROUNDS 1500

static const char *const sets[] = {"", "tea", "cups", "tea,cups", "tea,english", "english,repairs"};

static void
set_skills (World *world, guint i, const char *skills)
{
  g_autofree char *ref = g_strdup_printf ("rep%u", i);
  ParlorRepSpec spec = {
      .ref = ref, .name = ref, .groups = world->group->id, .skills = skills, .max_chats = 3};
  g_assert_nonnull (parlor_service_put_rep (world->service, world->brand, &spec, world->now, NULL));
}

static ParlorRep *
walk (const ParlorGroup *group)
{
  for (guint i = 0; i < PARLOR_READY_BUCKETS; i++)
    for (const GList *l = group->ready[i].head; l; l = l->next)
      {
        ParlorRep *rep = ((ParlorRepPlace *)l->data)->rep;
        if ((rep->skills & group->skills) == group->skills)
          return rep;
      }
  return NULL;
}

static void
check_index (const ParlorGroup *group)
{
  for (guint i = 0; i < PARLOR_READY_BUCKETS; i++)
    for (guint bit = 0; group->skilled && bit < PARLOR_SKILLS; bit++)
      {
        const GList *l = group->skilled[i * PARLOR_SKILLS + bit].head;
        for (const GList *all = group->ready[i].head; all; all = all->next)
          if (((ParlorRepPlace *)all->data)->rep->skills >> bit & 1)
            {
              g_assert_nonnull (l);
              g_assert_true (l->data == all->data);
              l = l->next;
            }
        g_assert_null (l);
      }
}

/* Somebody comes, goes, learns, or has a customer more; then a tap. */
static void
disturb (World *world, GRand *rand)
{
  ParlorRep *rep = world->brand->reps->pdata[g_rand_int_range (rand, 0, REPS)];
  switch (g_rand_int_range (rand, 0, 4))
    {
    case 0:
      if (rep->n_sockets)
        parlor_service_rep_disconnected (rep, world->now);
      else
        parlor_service_rep_connected (rep, world->now);
      break;
    case 1:
      set_skills (world, (guint)g_ascii_strtoull (rep->ref + 3, NULL, 10),
                  sets[g_rand_int_range (rand, 0, G_N_ELEMENTS (sets))]);
      break;
    case 2:
      parlor_service_rep_suspend (rep, !rep->suspended, world->now);
      break;
    default:
      world_pass (world, 1);
    }
}

static void
test_duel (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint somebody = 0, nobody = 0;
  for (guint i = 0; i < REPS; i++)
    {
      set_skills (world, i, sets[i % G_N_ELEMENTS (sets)]);
      parlor_service_rep_connected (world->brand->reps->pdata[i], world->now);
    }
  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autofree char *visitor = g_strdup_printf ("vis_%u", i);
      ParlorGroupSpec change = {.id = world->group->id,
                                .skills = sets[g_rand_int_range (rand, 0, G_N_ELEMENTS (sets))]};
      parlor_service_put_group (world->service, world->brand, &change, NULL);
      disturb (world, rand);
      check_index (world->group);
      const ParlorRep *wanted = walk (world->group);
      ParlorBinding *binding = world_bind (world, visitor);
      g_assert_true (binding->rep == wanted);
      *(wanted ? &somebody : &nobody) += 1;
      if (i % 3 == 0)
        world_say (world, binding, "hello");
    }
  g_test_message ("%u found somebody, %u nobody", somebody, nobody);
  g_assert_cmpuint (somebody, >, ROUNDS / 2);
}

/* The first is where a tap goes that names none; rows come by their ids. */
static void
test_order (void)
{
  g_autoptr (World) world = world_new ();
  ParlorServiceBrand *brand = parlor_service_add_brand (world->service, "br_rows", "Rows",
                                                        PARLOR_CONFIRM_NEVER);
  static const char *const ids[] = {"grp_a", "grp_b", "grp_c"}, *const overflows[] = {"grp_b",
                                                                                      "grp_c", ""};
  static const gint64 places[] = {2, 1, 0};
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      ParlorGroupRow row = {.id = (char *)ids[i],
                            .brand = (char *)"br_rows",
                            .name = (char *)ids[i],
                            .overflow = (char *)overflows[i],
                            .place = places[i]};
      parlor_service_load (world->service, &parlor_group_kind, &row, world->now);
    }
  g_assert_cmpuint (brand->groups->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (((ParlorGroup *)brand->groups->pdata[i])->id, ==, ids[2 - i]);
  ParlorGroup *first = parlor_service_group (brand, "grp_a");
  g_assert_true (first->overflow == parlor_service_group (brand, "grp_b"));
  g_assert_true (first->overflow->overflow == parlor_service_group (brand, "grp_c"));
  g_assert_null (first->overflow->overflow->overflow);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/service/route/the-index-finds-whom-a-walk-finds", test_duel);
  g_test_add_func ("/service/route/groups-keep-their-order-and-overflow-over-a-restart",
                   test_order);
  return g_test_run ();
}
