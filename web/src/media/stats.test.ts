import { describe, expect, it } from 'vitest';
import { summarise } from './stats.js';

function report(bytes: number, packets: number, lost: number) {
  return [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P', srtpCipher: 'AEAD_AES_128_GCM' },
    { id: 'P', type: 'candidate-pair', currentRoundTripTime: 0.042, localCandidateId: 'L' },
    { id: 'L', type: 'local-candidate', candidateType: 'host' },
    { id: 'C', type: 'codec', mimeType: 'video/VP8' },
    {
      id: 'O',
      type: 'outbound-rtp',
      kind: 'video',
      mid: '1',
      rid: 'h',
      bytesSent: bytes,
      frameWidth: 640,
      qualityLimitationReason: 'cpu',
    },
    {
      id: 'I',
      type: 'inbound-rtp',
      kind: 'video',
      mid: '7',
      codecId: 'C',
      bytesReceived: bytes,
      packetsReceived: packets,
      packetsLost: lost,
      nackCount: lost,
      framesDecoded: 10,
      freezeCount: 1,
      totalFreezesDuration: 0.25,
    },
    { id: 'R', type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.04 },
    { id: 'A', type: 'inbound-rtp', kind: 'audio', mid: '4', concealedSamples: 7 },
  ];
}

describe('the summary of getStats', () => {
  const first = summarise(report(0, 0, 0), 1000, null);
  const second = summarise(report(125_000, 90, 10), 2000, first);

  it('makes rates and losses from two looks', () => {
    expect(second.received[0]).toMatchObject({ mid: '7', bps: 1_000_000, loss: 0.1, codec: 'VP8' });
    expect(second.sent[0]).toMatchObject({ rid: 'h', bps: 1_000_000, limited: 'cpu' });
    expect(first.sent).toEqual([]);
  });

  it('tells round trip, way and cipher', () => {
    expect(second).toMatchObject({ rttMs: 42, relayed: false, srtp: 'AEAD_AES_128_GCM' });
  });

  it('adds up what the page reports to the server', () => {
    expect(second.totals).toEqual({ frames: 10, freezes: 1, freeze_ms: 250, concealed: 7 });
  });

  it('tells what is lost of our own sound', () => {
    expect(second.soundLost).toBe(0.04);
  });

  it('counts how often repeats were asked for', () => {
    expect(second.repairs).toEqual({ packets: 90, requests: 10 });
  });

  it('is empty, not wrong, for an empty report', () => {
    expect(summarise([], 5, null)).toMatchObject({ rttMs: 0, sent: [], received: [] });
  });
});
