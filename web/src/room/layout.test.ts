import { describe, expect, it } from 'vitest';
import { layOut, stripRoom, type LayoutInput, type Rect } from './layout.js';

const DESK: LayoutInput = {
  width: 1248,
  height: 666,
  count: 1,
  main: false,
  float: false,
  phone: false,
  sign: false,
};
const PHONE: LayoutInput = {
  width: 374,
  height: 720,
  count: 1,
  main: false,
  float: false,
  phone: true,
  sign: false,
};

function inside(one: Rect, width: number, height: number): boolean {
  return (
    one.x >= -0.01 &&
    one.y >= -0.01 &&
    one.x + one.width <= width + 0.01 &&
    one.y + one.height <= height + 0.01
  );
}

function apart(a: Rect, b: Rect): boolean {
  return (
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
  );
}

describe('the layout', () => {
  it('keeps every tile inside and apart, for any number of people', () => {
    for (const base of [DESK, PHONE]) {
      for (const main of [false, true]) {
        const most = main ? stripRoom(base.width, base.height) : 25;
        for (let count = 1; count <= most; count++) {
          const { main: stage, tiles } = layOut({ ...base, count, main });
          const all = stage ? [stage, ...tiles] : tiles;
          expect(tiles).toHaveLength(count);
          for (const [i, one] of all.entries()) {
            expect(inside(one, base.width, base.height), `${count} ${main}`).toBe(true);
            expect(one.width).toBeGreaterThan(40);
            for (const other of all.slice(i + 1)) expect(apart(one, other)).toBe(true);
          }
        }
      }
    }
  });

  it('gives the whole place to a stage without company', () => {
    expect(layOut({ ...DESK, count: 0, main: true }).main).toEqual({
      x: 0,
      y: 0,
      width: 1248,
      height: 666,
    });
  });

  it('puts the strip beside the stage on a desk and below it on a phone', () => {
    const desk = layOut({ ...DESK, count: 3, main: true });
    const phone = layOut({ ...PHONE, count: 3, main: true });
    expect(desk.tiles[0]?.x).toBeGreaterThan(desk.main?.width ?? 0);
    expect(phone.tiles[0]?.y).toBeGreaterThan(phone.main?.height ?? 0);
  });

  it('lets oneself float over the only other person on a phone', () => {
    const { tiles, floating } = layOut({ ...PHONE, float: true });
    expect(tiles).toEqual([{ x: 0, y: 0, width: 374, height: 720 }]);
    expect(floating && inside(floating, 374, 720)).toBe(true);
  });
});
