/* SPDX-License-Identifier: Apache-2.0 */
#include "room/chat.h"

static void
add (ParlorChat *chat, guint number)
{
  g_autofree char *id = g_strdup_printf ("%u", number);
  parlor_chat_add (chat, &(ParlorChatMessage){.id = id,
                                              .client_id = id,
                                              .participant = "pt_1",
                                              .name = "Lin",
                                              .text = "hi",
                                              .at_ms = number});
}

static void
test_bounded (void)
{
  g_autoptr (ParlorChat) chat = parlor_chat_new (3);
  for (guint i = 0; i < 10; i++)
    add (chat, i);
  g_assert_cmpuint (parlor_chat_length (chat), ==, 3);
  g_assert_cmpstr (parlor_chat_get (chat, 0)->id, ==, "7");
  g_assert_cmpstr (parlor_chat_get (chat, 2)->id, ==, "9");
  g_assert_null (parlor_chat_get (chat, 3));
}

static void
test_find (void)
{
  g_autoptr (ParlorChat) chat = parlor_chat_new (3);
  for (guint i = 0; i < 4; i++)
    add (chat, i);
  g_assert_nonnull (parlor_chat_find (chat, "pt_1", "3"));
  g_assert_null (parlor_chat_find (chat, "pt_2", "3")); /* another's client_id is another message */
  g_assert_null (parlor_chat_find (chat, "pt_1", "0")); /* no longer kept */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/room/chat/the-oldest-goes-first", test_bounded);
  g_test_add_func ("/room/chat/found-by-sender-and-client-id", test_find);
  return g_test_run ();
}
