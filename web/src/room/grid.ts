/** Columns and rows that show `count` tiles of one shape as large as the place allows. */

export interface Grid {
  columns: number;
  rows: number;
  /** Size of one tile in the place's units. */
  width: number;
  height: number;
}

/** `aspect` is width / height of a tile; `gap` is between tiles. All in the same unit. */
export function fitGrid(
  count: number,
  width: number,
  height: number,
  aspect: number,
  gap: number,
): Grid {
  let best: Grid = { columns: 1, rows: Math.max(count, 1), width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(count, 1); columns++) {
    const rows = Math.max(Math.ceil(count / columns), 1);
    const w = (width - gap * (columns - 1)) / columns;
    const h = (height - gap * (rows - 1)) / rows;
    const tile = Math.max(Math.min(w, h * aspect), 0);
    if (tile > best.width) best = { columns, rows, width: tile, height: tile / aspect };
  }
  return best;
}
