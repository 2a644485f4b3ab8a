import { expect, it } from 'vitest';
import { otherCamera } from './cameras.js';

const cameras = (...labels: string[]): { deviceId: string; label: string }[] =>
  labels.map((label, n) => ({ deviceId: `c${n}`, label }));

it('turns round, past the other lenses of the same side', () => {
  const phone = cameras(
    'camera2 1, facing front',
    'camera2 3, facing back',
    'camera2 0, facing back',
  );
  expect(otherCamera(phone, 'c0')?.deviceId).toBe('c1');
  expect(otherCamera(phone, 'c1')?.deviceId).toBe('c0');
  expect(otherCamera(phone, 'c2')?.deviceId).toBe('c0');
  const chinese = cameras('前置相机', '后置双广角相机', '后置长焦相机');
  expect(otherCamera(chinese, 'c0')?.deviceId).toBe('c1');
  expect(otherCamera(chinese, 'c2')?.deviceId).toBe('c0');
});

it('takes the next where nothing says where they look', () => {
  const desk = cameras('HD Webcam', 'Capture card', 'Back of the shop');
  expect(otherCamera(desk, 'c0')?.deviceId).toBe('c1');
  expect(otherCamera(desk, 'c1')?.deviceId).toBe('c2');
  expect(otherCamera(desk, 'c2')?.deviceId).toBe('c0');
  expect(otherCamera(desk, '')?.deviceId).toBe('c0');
  expect(otherCamera([], 'c0')).toBeUndefined();
});
