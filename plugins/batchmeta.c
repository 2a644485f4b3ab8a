/* SPDX-License-Identifier: Apache-2.0 */
#include <parlor/batch.h>

GType
parlor_batch_meta_api_get_type (void)
{
  static gsize type = 0;
  static const gchar *tags[] = {NULL};
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, gst_meta_api_type_register ("ParlorBatchMetaAPI", tags));
  return type;
}

static gboolean
batch_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  ParlorBatchMeta *self = (ParlorBatchMeta *)meta;
  self->capacity = GPOINTER_TO_UINT (params);
  self->n_datagrams = 0;
  self->bytes = NULL;
  self->datagrams = g_new0 (ParlorDatagram, self->capacity);
  return TRUE;
}

static void
batch_meta_free (GstMeta *meta, GstBuffer *buffer)
{
  g_free (((ParlorBatchMeta *)meta)->datagrams);
}

/* Offsets count from the buffer's start, so a copy of the whole buffer keeps them, a part does not.
 */
static gboolean
batch_meta_transform (GstBuffer *to, GstMeta *meta, GstBuffer *from, GQuark type, gpointer data)
{
  const ParlorBatchMeta *self = (ParlorBatchMeta *)meta;
  const GstMetaTransformCopy *copy = data;
  ParlorBatchMeta *other;
  if (!GST_META_TRANSFORM_IS_COPY (type) || copy->region)
    return FALSE;
  other = parlor_buffer_add_batch_meta (to, self->capacity);
  other->n_datagrams = self->n_datagrams;
  memcpy (other->datagrams, self->datagrams, self->n_datagrams * sizeof *self->datagrams);
  return TRUE;
}

const GstMetaInfo *
parlor_batch_meta_get_info (void)
{
  static gsize info = 0;
  if (g_once_init_enter (&info))
    {
      const GstMetaInfo *registered = gst_meta_register (
          parlor_batch_meta_api_get_type (), "ParlorBatchMeta", sizeof (ParlorBatchMeta),
          batch_meta_init, batch_meta_free, batch_meta_transform);
      g_once_init_leave (&info, (gsize)registered);
    }
  return (const GstMetaInfo *)info;
}

ParlorBatchMeta *
parlor_buffer_add_batch_meta (GstBuffer *buffer, guint capacity)
{
  ParlorBatchMeta *self;
  g_return_val_if_fail (capacity >= 1 && capacity <= PARLOR_BATCH_MAX_DATAGRAMS, NULL);
  self = (ParlorBatchMeta *)gst_buffer_add_meta (buffer, parlor_batch_meta_get_info (),
                                                 GUINT_TO_POINTER (capacity));
  /* Pooled: the list of datagrams is allocated once for each buffer of a pool. */
  GST_META_FLAG_SET (self, GST_META_FLAG_POOLED | GST_META_FLAG_LOCKED);
  return self;
}
