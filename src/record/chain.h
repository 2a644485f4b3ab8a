/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Some elements in a row between two pads of ours, without a thread: what is pushed in comes out
 * inside the push, so that a decoder is a function. Of one thread; in the processes that decode
 * alone.
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define PARLOR_CHAIN_MAX 4

/** A pad of ours that takes whatever comes, also when it becomes something else: without a template
 * a pad accepts only what it had first. (transfer full) */
GstPad *parlor_chain_sink (const char *name);

/** `buffer` is owned by the callee, `caps` are borrowed. */
typedef void (*ParlorChainFunc) (GstBuffer *buffer, GstCaps *caps, gpointer user_data);

typedef struct _ParlorChain ParlorChain;

/** `names`: of elements, at most PARLOR_CHAIN_MAX, NULL at the end. NULL: one is missing. */
ParlorChain *parlor_chain_new (const char *const *names, ParlorChainFunc func, gpointer user_data);
/** NULL is ignored. */
void parlor_chain_free (ParlorChain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ParlorChain, parlor_chain_free)

/** Borrowed, for its properties. */
GstElement *parlor_chain_element (ParlorChain *self, guint i);
/** Once, before the first push. */
gboolean parlor_chain_start (ParlorChain *self, GstCaps *caps);
/** Takes `buffer`, whose time must be set. FALSE: it and all that follows is refused. */
gboolean parlor_chain_push (ParlorChain *self, GstBuffer *buffer);
/** What is still inside comes out. */
gboolean parlor_chain_end (ParlorChain *self);

G_END_DECLS
