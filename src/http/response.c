/* SPDX-License-Identifier: Apache-2.0 */
#include "http/response.h"

#define READER_BLOCK 65536

/* What is sent of a reader: it is asked for a block at a time. */
typedef struct
{
  ParlorReader *reader; /* owned */
  guint64 from;
} Reading;

static ssize_t
read_more (void *user_data, uint64_t at, char *out, size_t length)
{
  const Reading *reading = user_data;
  gssize n = reading->reader->read (reading->reader, reading->from + at, (guint8 *)out, length);
  return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
end_reading (void *user_data)
{
  Reading *reading = user_data;
  reading->reader->free (reading->reader);
  g_free (reading);
}

static struct MHD_Response *
response_for_reader (ParlorHttpReply *reply)
{
  Reading *reading = g_new (Reading, 1);
  *reading = (Reading){g_steal_pointer (&reply->reader), reply->file_offset};
  return MHD_create_response_from_callback (reply->file_length, READER_BLOCK, read_more, reading,
                                            end_reading);
}

static void
unref_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

/* A body is shared, not copied: thousands may be sent the same one. */
static struct MHD_Response *
response_for_bytes (GBytes *bytes)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls (
      length, (void *)data, unref_bytes, bytes);
  if (response)
    g_bytes_ref (bytes);
  return response;
}

struct MHD_Response *
parlor_response_new (ParlorHttpReply *reply)
{
  if (reply->reader != NULL)
    return response_for_reader (reply);
  if (reply->file >= 0)
    {
      int fd = reply->file;
      reply->file = -1;
      return MHD_create_response_from_fd_at_offset64 (reply->file_length, fd, reply->file_offset);
    }
  if (reply->body && g_bytes_get_size (reply->body))
    return response_for_bytes (reply->body);
  return MHD_create_response_from_buffer (0, (void *)"", MHD_RESPMEM_PERSISTENT);
}
