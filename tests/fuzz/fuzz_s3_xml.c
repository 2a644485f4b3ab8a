/* SPDX-License-Identifier: Apache-2.0 */
#include "record/s3.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What is taken is a line within the bound, and stands in the answer. */
static void
look (const char *xml, size_t size, const char *name, size_t max)
{
  g_autofree char *text = parlor_s3_element (xml, size, name, max);
  if (text != NULL
      && (text[0] == '\0' || strlen (text) > max || strpbrk (text, "\n\t") != NULL
          || g_strstr_len (xml, (gssize)size, text) == NULL))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  /* Of its own length, so that a read behind it is seen. */
  g_autofree char *xml = g_memdup2 (data, size);
  look (xml, size, "UploadId", PARLOR_S3_UPLOAD_MAX);
  look (xml, size, "ETag", 128);
  return 0;
}
