/* SPDX-License-Identifier: Apache-2.0 */
#include "batchpool.h"

/* More than wait here at once are of a moment when the kernel had no room. */
#define MAX_IDLE 4

struct _ParlorBatchPool
{
  gint refs;    /* the owner's, and one of each buffer that is out; atomic */
  gsize bytes;  /* constant */
  GMutex mutex; /* of what follows */
  gboolean closed;
  guint n_idle;
  GstBuffer *idle[MAX_IDLE];
};

static void
unref (ParlorBatchPool *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static gboolean
put_away (ParlorBatchPool *self, GstBuffer *buffer)
{
  gboolean kept;
  g_mutex_lock (&self->mutex);
  kept = !self->closed && self->n_idle < MAX_IDLE;
  if (kept)
    self->idle[self->n_idle++] = gst_buffer_ref (buffer);
  g_mutex_unlock (&self->mutex);
  return kept;
}

/* Its last reference has gone. FALSE: it lives on, here. */
static gboolean
come_back (GstMiniObject *object)
{
  GstBuffer *buffer = GST_BUFFER_CAST (object);
  ParlorBatchMeta *meta = parlor_buffer_get_batch_meta (buffer);
  ParlorBatchPool *self = meta != NULL ? meta->pool : NULL;
  gboolean kept = FALSE;
  if (self != NULL)
    {
      kept = put_away (self, buffer);
      unref (self);
    }
  return !kept;
}

static void
free_for_good (GstBuffer *buffer)
{
  parlor_buffer_get_batch_meta (buffer)->pool = NULL;
  gst_buffer_unref (buffer);
}

ParlorBatchPool *
parlor_batch_pool_new (gsize bytes)
{
  ParlorBatchPool *self = g_new0 (ParlorBatchPool, 1);
  self->refs = 1;
  self->bytes = bytes;
  g_mutex_init (&self->mutex);
  return self;
}

void
parlor_batch_pool_free (ParlorBatchPool *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_mutex_unlock (&self->mutex);
  while (self->n_idle > 0)
    free_for_good (self->idle[--self->n_idle]);
  unref (self);
}

static GstBuffer *
take_idle (ParlorBatchPool *self)
{
  GstBuffer *buffer;
  g_mutex_lock (&self->mutex);
  buffer = self->n_idle > 0 ? self->idle[--self->n_idle] : NULL;
  g_mutex_unlock (&self->mutex);
  if (buffer == NULL)
    return NULL;
  gst_buffer_unset_flags (buffer, GST_BUFFER_FLAG_DISCONT);
  /* A copy shares its memory, or somebody changed it. */
  if (gst_buffer_is_all_memory_writable (buffer)
      && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_TAG_MEMORY))
    return buffer;
  free_for_good (buffer);
  return NULL;
}

static GstBuffer *
make (ParlorBatchPool *self, guint capacity)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, self->bytes, NULL);
  if (buffer == NULL)
    return NULL;
  parlor_buffer_add_batch_meta (buffer, capacity);
  gst_buffer_unset_flags (buffer, GST_BUFFER_FLAG_TAG_MEMORY);
  GST_MINI_OBJECT_CAST (buffer)->dispose = come_back;
  return buffer;
}

GstBuffer *
parlor_batch_pool_acquire (ParlorBatchPool *self, guint capacity)
{
  GstBuffer *buffer = take_idle (self);
  ParlorBatchMeta *meta;
  if (buffer == NULL)
    buffer = make (self, capacity);
  if (buffer == NULL)
    return NULL;
  meta = parlor_buffer_get_batch_meta (buffer);
  meta->n_datagrams = 0;
  meta->pool = self;
  g_atomic_int_inc (&self->refs);
  return buffer;
}
