/* SPDX-License-Identifier: Apache-2.0 */
/** The elements for a program that has them linked in: no GST_PLUGIN_PATH is needed. Thread: any,
 * after gst_init (). */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/** A second call is harmless. */
gboolean parlor_plugin_register_static (void);

G_END_DECLS
