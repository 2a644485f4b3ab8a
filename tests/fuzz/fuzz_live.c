/* SPDX-License-Identifier: Apache-2.0 */
/* What viewers, hosts and a brand's systems send to live rooms: texts of any bytes into every call
 * that takes one. The first byte of a line says which call, the rest are its texts, parted by tabs.
 */
#include "world.h"

#include <string.h>

#define LINES_MAX 64

static const char *
text (char **texts, guint i)
{
  return i < g_strv_length (texts) ? texts[i] : NULL;
}

static void
check_comment (const ParlorComment *comment)
{
  if (!comment)
    return;
  g_assert_true (g_utf8_validate (comment->text, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (comment->text, -1), <=, PARLOR_COMMENT_MAX);
  g_assert_null (strpbrk (comment->text, "\r\n"));
}

static void
put_product (ParlorProducts *products, char **t)
{
  ParlorProduct row = {.brand = (char *)"br_1",
                       .sku = (char *)text (t, 0),
                       .title = (char *)text (t, 1),
                       .url = (char *)text (t, 2),
                       .image = (char *)text (t, 3),
                       .price = (char *)text (t, 4)};
  const ParlorProduct *put = parlor_products_put (products, &row, 1, NULL);
  if (!put)
    return;
  g_assert_null (strpbrk (put->url, " \"'<>\r\n"));
  g_assert_null (strpbrk (put->image, " \"'<>\r\n"));
  g_assert_true (!*put->url || g_str_has_prefix (put->url, "http"));
  g_assert_true (parlor_products_find (products, "br_1", row.sku) == put);
}

static void
reach_visitors (ParlorVisitors *visitors, char **t)
{
  char key[PARLOR_TOKEN_SIZE];
  ParlorEntry entry = {.brand = (char *)"br_1",
                       .channel = (char *)text (t, 0),
                       .state = (char *)text (t, 1),
                       .room = (char *)text (t, 2)};
  ParlorTouch touch = {
      .visitor = parlor_visitors_meet_at (visitors, "br_1", NULL, text (t, 0), 1, key)->id,
      .utm = (char *)text (t, 1),
      .inviter = (char *)text (t, 2)};
  parlor_visitors_add_entry (visitors, &entry, 1, NULL);
  const ParlorTouch *kept = parlor_visitors_touch (visitors, &touch);
  g_assert_true (g_utf8_validate (kept->utm, -1, NULL));
  g_assert_cmpuint (strlen (kept->utm), <=, 512);
}

static void
convert (ParlorHandoffs *handoffs, char **t)
{
  gboolean again;
  ParlorConversion row = {.brand = (char *)"br_1",
                          .order_id = (char *)text (t, 0),
                          .kind = (char *)text (t, 1),
                          .customer = (char *)text (t, 2),
                          .value = (char *)text (t, 3),
                          .currency = (char *)text (t, 4)};
  parlor_handoffs_resolve (handoffs, "br_1", text (t, 0), 1, NULL);
  parlor_handoffs_convert (handoffs, &row, 1, &again, NULL);
}

static void
talk (World *world, char op, char **t)
{
  ParlorModeration what;
  ParlorLiveWho who = {
      .person = "pt_1", .visitor = text (t, 2), .name = text (t, 3) ? text (t, 3) : "x"};
  if (op == 'c' && text (t, 0) && text (t, 1))
    check_comment (
        parlor_live_comment (world->room, &who, text (t, 0), text (t, 1), world_now (world), NULL));
  else if (op == 'p' && text (t, 0))
    parlor_live_pin (world->room, text (t, 0), text (t, 1), world_now (world), NULL);
  else if (op == 'q' && text (t, 0))
    parlor_live_ask (world->room, text (t, 0), (const char *const *)t + 1, g_strv_length (t) - 1,
                     world_now (world), NULL);
  else if (op == 'b')
    parlor_live_set_blocked (world->room, (const char *const *)t, g_strv_length (t),
                             world_now (world));
  else if (op == 'm' && parlor_moderation_from_name (text (t, 0), &what))
    parlor_live_moderate (world->room, what, text (t, 1), world_now (world), NULL);
  else if (op == 'e')
    parlor_live_edit (world->room,
                      &(ParlorLiveEdit){.title = text (t, 0),
                                        .summary = text (t, 1),
                                        .host = text (t, 2),
                                        .image = text (t, 3),
                                        .rep_group = text (t, 4),
                                        .scheduled_ms = 1},
                      world_now (world), NULL);
}

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (!size)
    return 0;
  g_autoptr (World) world = world_new ();
  g_autoptr (ParlorProducts) products = parlor_products_new (&world->sink);
  g_autoptr (ParlorVisitors) visitors = parlor_visitors_new (&world->sink, &world->random);
  g_autoptr (ParlorHandoffs) handoffs = parlor_handoffs_new (&world->sink, &world->random);
  g_autofree char *whole = g_strndup ((const char *)data, MIN (size, 8192));
  g_auto (GStrv) lines = g_strsplit (whole, "\n", LINES_MAX);
  world_go_live (world);
  for (guint i = 0; lines[i]; i++)
    {
      char op = lines[i][0];
      g_auto (GStrv) texts = g_strsplit (op ? lines[i] + 1 : "", "\t", 12);
      if (op == 'P')
        put_product (products, texts);
      else if (op == 'V')
        reach_visitors (visitors, texts);
      else if (op == 'C')
        convert (handoffs, texts);
      else
        talk (world, op, texts);
      world_pass (world, 700);
    }
  return 0;
}
