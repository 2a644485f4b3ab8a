/* SPDX-License-Identifier: Apache-2.0 */
/** The files of sql/, embedded at build, translated for each database (README.md says from what).
 */
#pragma once

typedef struct
{
  int number;       /**< NNNN of the file's name */
  const char *name; /**< of the file */
  const char *sqlite;
  const char *postgres;
} ParlorMigration;

/** In the order of their numbers, which may have gaps; the last has number 0. */
extern const ParlorMigration parlor_store_migrations[];
