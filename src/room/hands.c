/* SPDX-License-Identifier: Apache-2.0 */
#include "room/hands.h"

struct _ParlorHands
{
  GPtrArray *raised;
};

ParlorHands *
parlor_hands_new (void)
{
  ParlorHands *hands = g_new (ParlorHands, 1);
  hands->raised = g_ptr_array_new ();
  return hands;
}

void
parlor_hands_free (ParlorHands *hands)
{
  if (hands == NULL)
    return;
  g_ptr_array_unref (hands->raised);
  g_free (hands);
}

gboolean
parlor_hands_set (ParlorHands *hands, gpointer who, gboolean raised)
{
  if ((parlor_hands_order (hands, who) != 0) == !!raised)
    return FALSE;
  if (raised)
    g_ptr_array_add (hands->raised, who);
  else
    g_ptr_array_remove (hands->raised, who);
  return TRUE;
}

guint
parlor_hands_order (const ParlorHands *hands, gconstpointer who)
{
  guint i;
  return g_ptr_array_find (hands->raised, who, &i) ? i + 1 : 0;
}

gpointer *
parlor_hands_list (const ParlorHands *hands, guint *n)
{
  *n = hands->raised->len;
  return hands->raised->pdata;
}
