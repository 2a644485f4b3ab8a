import { beforeEach, expect, it, vi } from 'vitest';

const giveStill = vi.fn<(...all: unknown[]) => Promise<void>>();
vi.mock('../client/marker-stills.js', () => ({
  giveStill: (...all: unknown[]) => giveStill(...all),
}));
vi.mock('../media/grab.js', () => ({ grab: (screen: string) => Promise.resolve(`of ${screen}`) }));
vi.mock('./i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./base.js', () => ({
  InMeeting: class {
    static createProperty(): void {}
    app = { session: { state: { markers: [] } } };
    get room(): object {
      return this.app.session.state;
    }
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { StillAsk } = await import('./still-ask.js');

interface Ask {
  app: object;
  waiting: { marker: string; picture: string }[];
  lost: boolean;
  willUpdate: () => void;
  answer: (yes: boolean, always?: boolean) => void;
}

const room = { room: { id: 'rm_1' }, markers: [] as object[] };
const local = { state: { screen: '' } };
let ask: Ask;

function share(screen: string): void {
  local.state = { screen };
  ask.willUpdate();
}

async function note(id: string): Promise<void> {
  room.markers = [...room.markers, { id, text: id, recorded: false, still: false }];
  ask.willUpdate();
  await new Promise((done) => setTimeout(done));
}

beforeEach(() => {
  giveStill.mockReset().mockResolvedValue(undefined);
  room.markers = [];
  ask = new StillAsk() as unknown as Ask;
  ask.app = { local, session: { state: room, bearer: 't' } };
  share('one');
});

it('gives what was on the screen at the note, and only with a yes', async () => {
  await note('a');
  await note('b');
  expect(giveStill).not.toHaveBeenCalled();
  ask.answer(false);
  ask.answer(true);
  expect(giveStill.mock.calls).toEqual([['rm_1', 'b', 't', 'of one']]);
  expect(ask.waiting).toEqual([]);
});

it('does not change the question under the finger, however many notes come', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e']) await note(id);
  expect(ask.waiting.map((one) => one.marker)).toEqual(['a', 'b', 'c']);
});

it('takes a yes for every note as one for this screen alone', async () => {
  await note('a');
  ask.answer(true, true);
  await note('b');
  expect(giveStill).toHaveBeenCalledTimes(2);
  share('two');
  await note('c');
  expect(giveStill).toHaveBeenCalledTimes(2);
  expect(ask.waiting.map((one) => one.picture)).toEqual(['of two']);
});

it('says that a picture did not arrive', async () => {
  giveStill.mockRejectedValueOnce(new Error('too large'));
  await note('a');
  ask.answer(true);
  await vi.waitFor(() => expect(ask.lost).toBe(true));
});
