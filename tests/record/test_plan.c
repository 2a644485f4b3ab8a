/* SPDX-License-Identifier: Apache-2.0 */
#include "record/plan.h"

#include <string.h>

/* Lin speaks first and shares a screen from 4 s to 6 s; Mara comes at 2 s and speaks at 5 s; Kim
 * has a microphone alone. */
static const char manifest_text[] =
    "{'from_ms':1000,'to_ms':9000,'participants':["
    "{'id':'pt_lin','identity':'lin','name':'Lin'},{'id':'pt_mara','identity':'mara','name':'Mara',"
    "'company':'Acme'}"
    ","
    "{'id':'pt_kim','identity':'kim','name':'Kim'},{'id':'pt_none','identity':'none','name':'N'}],"
    "'files':["
    "{'path':'1.webm','participant':'pt_lin','source':'camera','codec':'VP8','from_ms':1000,"
    "'to_ms':9000,'clock':[[1000,0],[5000,4010]]},"
    "{'path':'2.webm','participant':'pt_lin','source':'microphone','codec':'opus','from_ms':1000,"
    "'to_ms':9000,'clock':[]},"
    "{'path':'3.webm','participant':'pt_lin','source':'screen','codec':'VP8','from_ms':4000,"
    "'to_ms':6000,'clock':[[4000,0]]},"
    "{'path':'4.webm','participant':'pt_mara','source':'camera','codec':'VP8','from_ms':2000,"
    "'to_ms':9000,'clock':[[2000,0]]},"
    "{'path':'5.webm','participant':'pt_kim','source':'microphone','codec':'opus','from_ms':1000,"
    "'to_ms':9000,'clock':[[1000,0]]},"
    "{'path':'../6.webm','participant':'pt_kim','source':'camera','codec':'VP8','from_ms':1000,"
    "'to_ms':9000,'clock':[[1000,0]]},"
    "{'path':'7.webm','participant':'pt_ghost','source':'camera','codec':'VP8','from_ms':1000,"
    "'to_ms':9000,'clock':[[1000,0]]}],"
    "'speakers':[[1000,'pt_lin'],[5000,'pt_mara'],[7000,null]],"
    "'consents':[{'participant':'pt_lin','word':'refused'},{'participant':'pt_lin','word':'given'}]"
    "}";

static json_t *
load (void)
{
  g_autofree char *text = g_strdelimit (g_strdup (manifest_text), "'", '"');
  json_t *json = json_loads (text, 0, NULL);
  g_assert_nonnull (json);
  return json;
}

static ParlorPlan *
make (json_t *manifest, ParlorLayout layout, const char *const *excluded)
{
  ParlorPlanSpec spec = {layout, 1280, 720, excluded, -1, -1};
  ParlorPlan *plan = parlor_plan_new (manifest, &spec);
  g_assert_nonnull (plan);
  return plan;
}

/* "Lin Mara+screen": who is shown at that instant. */
static char *
shown (const ParlorPlan *plan, gint64 room_ms)
{
  const ParlorPlanScene *scene = parlor_plan_scene (plan, room_ms);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < scene->n_tiles; i++)
    {
      const ParlorPlanLane *lane = plan->lanes->pdata[scene->tiles[i].lane];
      g_assert_false (lane->is_audio);
      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", lane->name,
                              lane->is_screen ? "+screen" : "");
    }
  return g_string_free (text, FALSE);
}

static void
check (const ParlorPlan *plan, gint64 room_ms, const char *expected)
{
  g_autofree char *text = shown (plan, room_ms);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_speaker (void)
{
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_SPEAKER, NULL);
  check (plan, 1000, "Lin");
  check (plan, 4999, "Lin");
  check (plan, 5000, "Mara");
  check (plan, 8999, "Mara"); /* nobody speaks: the last one stays */
  g_assert_cmpuint (plan->scenes->len, ==, 2);
  json_decref (manifest);
}

static void
test_grid (void)
{
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_GRID, NULL);
  check (plan, 1500, "Lin Kim");
  check (plan, 2500, "Lin Mara Kim");
  check (plan, 4500, "Lin+screen Lin Mara Kim");
  check (plan, 6500, "Lin Mara Kim");
  g_assert_cmpuint (plan->people->len, ==, 3);
  json_decref (manifest);
}

static void
test_screen (void)
{
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_SCREEN_WITH_SPEAKER, NULL);
  check (plan, 3000, "Lin");
  check (plan, 4500, "Lin+screen Lin");
  check (plan, 5500, "Lin+screen Mara");
  check (plan, 6500, "Mara");
  json_decref (manifest);
}

static void
test_left_out (void)
{
  const char *excluded[] = {"mara", "pt_kim", NULL};
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_GRID, excluded);
  check (plan, 2500, "Lin");
  for (guint i = 0; i < plan->lanes->len; i++)
    g_assert_cmpstr (((ParlorPlanLane *)plan->lanes->pdata[i])->participant, ==, "pt_lin");
  g_assert_cmpuint (plan->people->len, ==, 1);
  json_decref (manifest);
}

static void
test_withdrawn (void)
{
  json_t *manifest = load ();
  json_array_append_new (
      json_object_get (manifest, "participants"),
      json_pack ("{s:s,s:s,s:s}", "id", "pt_again", "identity", "mara", "name", "Mara"));
  json_array_append_new (json_object_get (manifest, "consents"),
                         json_pack ("{s:s,s:s}", "participant", "pt_again", "word", "refused"));
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_GRID, NULL);
  check (plan, 2500, "Lin Kim");
  json_decref (manifest);
}

static void
test_company (void)
{
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_GRID, NULL);
  for (guint i = 0; i < plan->lanes->len; i++)
    {
      const ParlorPlanLane *lane = plan->lanes->pdata[i];
      g_assert_cmpstr (lane->company, ==, strcmp (lane->name, "Mara") == 0 ? "Acme" : "");
    }
  json_decref (manifest);
}

static void
test_clock (void)
{
  json_t *manifest = load ();
  g_autoptr (ParlorPlan) plan = make (manifest, PARLOR_LAYOUT_GRID, NULL);
  const ParlorPlanLane *lane = plan->lanes->pdata[0];
  const ParlorPlanFile *file = lane->files->pdata[0];
  g_assert_cmpint (parlor_plan_to_file (file, 1000), ==, 0);
  g_assert_cmpint (parlor_plan_to_file (file, 6000), ==, 5010);
  g_assert_cmpint (parlor_plan_to_room (file, 5010), ==, 6000);
  g_assert_cmpint (parlor_plan_to_room (file, 1000), ==, 2000);
  json_decref (manifest);
}

static void
test_clip (void)
{
  json_t *manifest = load ();
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, 1280, 720, NULL, 5500, 20000};
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  g_assert_cmpint (plan->from_ms, ==, 5500);
  g_assert_cmpint (plan->to_ms, ==, 9000);
  check (plan, 5500, "Mara");
  spec.from_ms = 9000;
  g_assert_null (parlor_plan_new (manifest, &spec));
  json_decref (manifest);
}

static void
check_span (const ParlorPlan *plan, guint i, gint64 from_ms, gint64 to_ms)
{
  const ParlorPlanSpan *span = &g_array_index (plan->spans, ParlorPlanSpan, i);
  g_assert_cmpint (span->from_ms, ==, from_ms);
  g_assert_cmpint (span->to_ms, ==, to_ms);
}

static void
test_cuts (void)
{
  json_t *manifest = load ();
  const ParlorPlanSpan cuts[] = {
      {7000, 7500}, {0, 6000}, {6800, 7200}, {7550, 8000}, {8900, 99999}};
  const ParlorPlanSpan all[] = {{0, 99999}};
  ParlorPlanSpec spec = {PARLOR_LAYOUT_SPEAKER, 1280, 720, NULL, 5500, -1, cuts,
                         G_N_ELEMENTS (cuts)};
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  g_assert_cmpuint (plan->spans->len, ==, 2); /* what is left between 7500 and 7550 is too short */
  check_span (plan, 0, 6000, 6800);
  check_span (plan, 1, 8000, 8900);
  g_assert_cmpint (parlor_plan_duration_ms (plan), ==, 1700);
  spec.cuts = all;
  spec.n_cuts = 1;
  g_assert_null (parlor_plan_new (manifest, &spec));
  json_decref (manifest);
}

static gboolean
has_person (const ParlorPlan *plan, const char *id)
{
  return g_ptr_array_find_with_equal_func (plan->people, id, g_str_equal, NULL);
}

/* Mara is there in the part that is dropped alone. */
static void
test_cut_people (void)
{
  json_t *manifest = load ();
  ParlorPlanSpec spec = {PARLOR_LAYOUT_GRID, 1280, 720, NULL, -1, -1};
  g_autoptr (ParlorPlan) whole = parlor_plan_new (manifest, &spec);
  gint64 first_ms = G_MAXINT64, last_ms = 0;
  for (guint i = 0; i < whole->lanes->len; i++)
    {
      const ParlorPlanLane *lane = whole->lanes->pdata[i];
      for (guint j = 0; j < lane->files->len && strcmp (lane->participant, "pt_mara") == 0; j++)
        {
          const ParlorPlanFile *file = lane->files->pdata[j];
          first_ms = MIN (first_ms, file->from_ms);
          last_ms = MAX (last_ms, file->to_ms);
        }
    }
  const ParlorPlanSpan cut = {first_ms, last_ms};
  spec.cuts = &cut;
  spec.n_cuts = 1;
  g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
  g_assert_true (has_person (whole, "pt_mara"));
  g_assert_false (has_person (plan, "pt_mara"));
  g_assert_true (has_person (plan, "pt_lin"));
  json_decref (manifest);
}

/* Every member, one after the other, of another type or gone. */
static void
test_nonsense (void)
{
  static const char *const members[] = {"from_ms", "to_ms",    "participants",
                                        "files",   "speakers", "consents"};
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    for (guint kind = 0; kind < 3; kind++)
      {
        json_t *manifest = load ();
        json_object_set_new (manifest, members[i],
                             kind == 0   ? json_string ("x")
                             : kind == 1 ? json_pack ("[n,[],{},i]", 7)
                                         : json_integer (-5));
        for (guint layout = 0; layout < PARLOR_N_LAYOUTS; layout++)
          {
            ParlorPlanSpec spec = {layout, 1280, 720, NULL, -1, -1};
            g_autoptr (ParlorPlan) plan = parlor_plan_new (manifest, &spec);
            g_assert_true (plan == NULL || plan->scenes->len > 0);
          }
        json_decref (manifest);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/plan/the-speaker-has-the-picture", test_speaker);
  g_test_add_func ("/record/plan/a-grid-shows-who-is-there", test_grid);
  g_test_add_func ("/record/plan/partners-have-their-company", test_company);
  g_test_add_func ("/record/plan/a-screen-has-the-speaker-beside-it", test_screen);
  g_test_add_func ("/record/plan/who-is-left-out-has-no-lane", test_left_out);
  g_test_add_func ("/record/plan/who-has-withdrawn-has-no-lane", test_withdrawn);
  g_test_add_func ("/record/plan/file-time-follows-the-clocks-pieces", test_clock);
  g_test_add_func ("/record/plan/a-clip-is-part-of-it", test_clip);
  g_test_add_func ("/record/plan/what-is-cut-is-in-no-span", test_cuts);
  g_test_add_func ("/record/plan/who-is-in-a-cut-alone-is-not-in-it", test_cut_people);
  g_test_add_func ("/record/plan/what-makes-no-sense-is-left-out", test_nonsense);
  return g_test_run ();
}
