import { describe, expect, it } from 'vitest';
import type { PersonQuality } from '../protocol/messages.js';
import { others } from './publishers.js';

const person = (participant: string, height_up: number): PersonQuality => ({
  participant,
  level: 3,
  loss_up: 0,
  loss_down: 0,
  rtt_ms: 5,
  jitter_up_ms: -1,
  jitter_down_ms: -1,
  up_bps: 0,
  fps_up: 0,
  b_frames: false,
  height_up,
  height_down: 0,
  freezes: 0,
  freeze_ms: 0,
});

describe('who sends pictures beside the host', () => {
  it('is neither the page itself nor who only watches', () => {
    const people = [person('pt_me', 720), person('pt_obs', 1080), person('pt_viewer', 0)];
    expect(others(people, 'pt_me').map((one) => one.participant)).toEqual(['pt_obs']);
  });

  it('is everybody who sends while the page is not inside', () => {
    expect(others([person('pt_obs', 1080)], null)).toHaveLength(1);
  });
});
