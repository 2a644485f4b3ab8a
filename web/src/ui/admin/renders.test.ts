import { expect, it, vi } from 'vitest';
import { drawn } from '../drawn.js';

const form: Record<string, string> = { size: '1080' };
const asked: unknown[] = [];
vi.mock('../../client/renders.js', () => ({
  LAYOUTS: ['screen_with_speaker', 'audio_only'],
  addRender: (_: string, wish: object) => Promise.resolve(asked.push(wish)),
  loadRenders: () => Promise.resolve([]),
}));
vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./base.js', () => ({
  AdminSection: class {
    static createProperty(): void {}
    messages = (): string => '';
    choice = (name: string): string => `[${name}]`;
    boxes = (name: string): string => `[${name}]`;
    value = (name: string): string => form[name] ?? '';
    checked = (name: string): string[] => (name === 'names' ? ['names'] : []);
    run = (action: () => Promise<void>): Promise<void> => action();
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
vi.stubGlobal('window', globalThis);
const { RecordingRenders } = await import('./renders.js');

interface Panel {
  row: object;
  keeps: boolean;
  layout: string;
  add: (event: object) => void;
  render: () => unknown;
}

function panel(layout: string): Panel {
  const made = new RecordingRenders() as unknown as Panel;
  Object.assign(made, { row: { id: 'rec_1', from_ms: 0, manifest: null }, keeps: true, layout });
  form['layout'] = layout;
  return made;
}

it('offers a size and names to a picture alone', () => {
  expect(drawn(panel('screen_with_speaker').render())).toMatch(/\[layout\]\s*\[size\]\s*\[names\]/);
  const sound = drawn(panel('audio_only').render());
  expect(sound).toContain('[layout]');
  expect(sound).not.toMatch(/\[size\]|\[names\]/);
});

it('asks for them of a picture alone', () => {
  const event = { preventDefault: () => undefined };
  panel('screen_with_speaker').add(event);
  panel('audio_only').add(event);
  expect(asked).toEqual([
    { layout: 'screen_with_speaker', height: 1080, names: true, exclude: [] },
    { layout: 'audio_only', exclude: [] },
  ]);
});
