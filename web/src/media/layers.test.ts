import { describe, expect, it } from 'vitest';
import { fitLayers } from './layers.js';

function fitted(width: number, height: number): (number | null)[] {
  const encodings = [{}, {}, {}] as { active?: boolean; scaleResolutionDownBy?: number }[];
  fitLayers(encodings, width, height);
  return encodings.map((one) => (one.active ? (one.scaleResolutionDownBy ?? 0) : null));
}

describe('the sizes of a camera', () => {
  it('are three of a large one', () => {
    expect(fitted(1280, 720)).toEqual([4, 2, 1]);
    expect(fitted(960, 540)).toEqual([4, 2, 1]);
  });

  it('end with the whole picture of a small one', () => {
    expect(fitted(640, 360)).toEqual([2, 1, null]);
    expect(fitted(640, 480)).toEqual([2, 1, null]);
    expect(fitted(320, 180)).toEqual([1, null, null]);
  });

  it('are one where only one may be sent', () => {
    const [only] = [{}] as { active?: boolean; scaleResolutionDownBy?: number }[];
    fitLayers([only ?? {}], 1280, 720);
    expect(only).toEqual({ active: true, scaleResolutionDownBy: 1 });
  });
});
