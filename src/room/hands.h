/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Raised hands in the order of raising. Items are borrowed pointers (participants); whoever leaves
 * is lowered by the room. Pure; control thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _ParlorHands ParlorHands;

ParlorHands *parlor_hands_new (void);
void parlor_hands_free (ParlorHands *hands);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorHands, parlor_hands_free)

/** FALSE when it was so already. */
gboolean parlor_hands_set (ParlorHands *hands, gpointer who, gboolean raised);
/** 1 = raised first; 0 = not raised. */
guint parlor_hands_order (const ParlorHands *hands, gconstpointer who);
/** The raised hands in order; borrowed until the next change. */
gpointer *parlor_hands_list (const ParlorHands *hands, guint *n);

G_END_DECLS
