import { describe, expect, it } from 'vitest';
import { Patience } from './patience.js';

describe('patience', () => {
  it('is the browser’s own where nothing is lost', () => {
    const patience = new Patience();
    expect(patience.look(0, 50, { packets: 100, requests: 90 })).toBeNull();
    expect(patience.look(2000, 50, { packets: 300, requests: 91 })).toBeNull();
    expect(patience.look(4000, 50, { packets: 300, requests: 91 })).toBeNull();
  });

  it('covers a round trip and more under loss, and for a while after it', () => {
    const patience = new Patience();
    patience.look(0, 70, { packets: 0, requests: 0 });
    expect(patience.look(2000, 70, { packets: 200, requests: 4 })).toBe(175);
    expect(patience.look(20_000, 74, { packets: 2000, requests: 4 })).toBe(175);
    expect(patience.look(23_000, 70, { packets: 2200, requests: 4 })).toBeNull();
  });

  it('leaves time to ask twice where requests are lost too', () => {
    const patience = new Patience();
    patience.look(0, 3, { packets: 0, requests: 0 });
    expect(patience.look(2000, 3, { packets: 200, requests: 20 })).toBe(200);
    expect(patience.look(4000, 3, { packets: 400, requests: 22 })).toBe(200);
  });

  it('leaves time to ask three times where a fifth is lost', () => {
    const patience = new Patience();
    patience.look(0, 3, { packets: 0, requests: 0 });
    expect(patience.look(2000, 3, { packets: 200, requests: 40 })).toBe(250);
  });

  it('has an end', () => {
    const patience = new Patience();
    patience.look(0, 900, { packets: 0, requests: 0 });
    expect(patience.look(2000, 900, { packets: 200, requests: 100 })).toBe(500);
  });
});
