/* SPDX-License-Identifier: Apache-2.0 */
#include "batchpool.h"

/* More than are out at once but for a moment when the kernel had no room. */
#define MAX_KEPT 4

typedef struct
{
  ParlorBatch batch; /* buffer: owned reference; NULL = none yet */
  GstMemory *memory; /* borrowed of it */
} Entry;

struct _ParlorBatchPool
{
  gsize bytes; /* constant */
  Entry kept[MAX_KEPT];
};

ParlorBatchPool *
parlor_batch_pool_new (gsize bytes)
{
  ParlorBatchPool *self = g_new0 (ParlorBatchPool, 1);
  self->bytes = bytes;
  return self;
}

void
parlor_batch_pool_free (ParlorBatchPool *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < MAX_KEPT; i++)
    {
      ParlorBatch *batch = &self->kept[i].batch;
      /* Whoever has it then may have it alone, and change its memory. */
      if (batch->buffer != NULL)
        batch->meta->bytes = NULL;
      gst_clear_buffer (&batch->buffer);
    }
  g_free (self);
}

/* Nobody else refers to the buffer, nor by a copy to its memory. */
static gboolean
is_idle (const Entry *entry)
{
  return GST_MINI_OBJECT_REFCOUNT_VALUE (entry->batch.buffer) == 1
         && GST_MINI_OBJECT_REFCOUNT_VALUE (entry->memory) == 1;
}

/* The memory of the default allocator stays where it is, mapped or not. */
static gboolean
make (gsize bytes, guint capacity, Entry *out)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, bytes, NULL);
  GstMapInfo map;
  if (buffer == NULL)
    return FALSE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    {
      gst_buffer_unref (buffer);
      return FALSE;
    }
  *out = (Entry){.batch = {buffer, parlor_buffer_add_batch_meta (buffer, capacity), map.data},
                 .memory = gst_buffer_peek_memory (buffer, 0)};
  gst_buffer_unmap (buffer, &map);
  return TRUE;
}

static gboolean
lend (const Entry *entry, ParlorBatch *out)
{
  *out = entry->batch;
  out->meta->n_datagrams = 0;
  gst_buffer_ref (out->buffer);
  return TRUE;
}

gboolean
parlor_batch_pool_acquire (ParlorBatchPool *self, guint capacity, ParlorBatch *out)
{
  Entry more;
  for (guint i = 0; i < MAX_KEPT; i++)
    {
      Entry *entry = &self->kept[i];
      if (entry->batch.buffer == NULL)
        {
          if (!make (self->bytes, capacity, entry))
            return FALSE;
          entry->batch.meta->bytes = entry->batch.bytes;
          return lend (entry, out);
        }
      if (is_idle (entry))
        return lend (entry, out);
    }
  /* Whoever has this one alone may change its memory: it is mapped by whoever reads it. */
  if (!make (self->bytes, capacity, &more))
    return FALSE;
  *out = more.batch;
  return TRUE;
}
