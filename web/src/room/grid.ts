/** Columns and rows that show `count` tiles as large as the place allows. */

export interface Grid {
  columns: number;
  rows: number;
  /** Size of one tile in the place's units. */
  width: number;
  height: number;
}

/** Width / height a tile may have: pictures are cut at the sides a little rather than made small. */
export interface Shape {
  least: number;
  most: number;
}

/** All in one unit; `gap` is between tiles. */
export function fitGrid(
  count: number,
  width: number,
  height: number,
  shape: Shape,
  gap: number,
): Grid {
  const places = Math.max(count, 1);
  let best: Grid = { columns: 1, rows: places, width: 0, height: 0 };
  for (let columns = 1; columns <= places; columns++) {
    const rows = Math.ceil(places / columns);
    const w = Math.max((width - gap * (columns - 1)) / columns, 0);
    const h = Math.max((height - gap * (rows - 1)) / rows, 0);
    const aspect = Math.min(Math.max(w / Math.max(h, 1), shape.least), shape.most);
    const tile = Math.min(w, h * aspect);
    if ((tile * tile) / aspect <= best.width * best.height) continue;
    best = { columns, rows, width: tile, height: tile / aspect };
  }
  return best;
}
