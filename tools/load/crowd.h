/* SPDX-License-Identifier: Apache-2.0 */
/** All sessions of a load and the loop that drives them, on one thread. */
#pragma once

#include "load/back.h"
#include "load/options.h"
#include "load/session.h"

typedef struct _LoadCrowd LoadCrowd;

LoadCrowd *load_crowd_new (const LoadOptions *options);
void load_crowd_free (LoadCrowd *self);

/** Opens the publishers, then the subscribers, driving those that stand meanwhile. FALSE: `error`
 * says which server's answer ended it. */
gboolean load_crowd_open (LoadCrowd *self, GError **error);
/** Waits until all are connected, 20 s and 10 ms a session at most. */
gboolean load_crowd_wait_connected (LoadCrowd *self, GError **error);
/** `n` more subscribers of the first room. */
gboolean load_crowd_add_subscribers (LoadCrowd *self, int n, GError **error);
/** The oldest `n` subscribers leave, as many come. */
gboolean load_crowd_replace (LoadCrowd *self, int n, GError **error);
void load_crowd_run_for (LoadCrowd *self, gint64 span_us);

/** Key frames that publishers have sent, all layers together. */
guint load_crowd_n_keys (const LoadCrowd *self);
/** Packets that they have sent, repeats left out. */
guint64 load_crowd_n_sent (const LoadCrowd *self);
/** Repeats that the server asked them for, since they came. */
guint64 load_crowd_n_sent_again (const LoadCrowd *self);
/** With options->talkers: so many people of each room talk from now on, from the one with number
 * `first` on, who is the loudest; nobody else does. */
void load_crowd_let_talk (LoadCrowd *self, guint first);

/** With options->come_back, (transfer full): what those saw who came back. */
json_t *load_crowd_backs (LoadCrowd *self);

/** Subscribers, or with LOAD_RT all people. */
guint load_crowd_n_receivers (const LoadCrowd *self);
LoadSession *load_crowd_receiver (const LoadCrowd *self, guint index);
