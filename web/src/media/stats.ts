/** What getStats says, boiled down to what a person can use. */

/** One simulcast layer or the screen, as sent. */
export interface SentLayer {
  mid: string;
  rid: string;
  width: number;
  height: number;
  fps: number;
  bps: number;
  limited: string;
}

/** One receive slot that carries pictures. */
export interface ReceivedPicture {
  mid: string;
  width: number;
  height: number;
  fps: number;
  bps: number;
  loss: number;
  codec: string;
}

export interface MediaStats {
  at: number;
  rttMs: number;
  relayed: boolean;
  srtp: string;
  sent: SentLayer[];
  received: ReceivedPicture[];
  totals: { frames: number; freezes: number; freeze_ms: number; concealed: number };
  /** Share of our own sound that the server says is lost on the way. */
  soundLost: number;
  /** Of all received video: packets, and how often a repeat was asked for. */
  repairs: { packets: number; requests: number };
  /** Byte and packet counters, to make rates from at the next look. */
  counters: Record<string, [bytes: number, packets: number, lost: number]>;
}

type Row = Record<string, unknown> & { id: string; type: string };

function n(row: Row | undefined, field: string): number {
  const value = row?.[field];
  return typeof value === 'number' ? value : 0;
}

function s(row: Row | undefined, field: string): string {
  const value = row?.[field];
  return typeof value === 'string' ? value : '';
}

/** Bits a second since the last look. */
function rate(now: number, id: string, bytes: number, before: MediaStats | null): number {
  const old = before?.counters[id];
  if (!old || !before || now <= before.at) return 0;
  return Math.max(((bytes - old[0]) * 8000) / (now - before.at), 0);
}

function lossSince(id: string, packets: number, lost: number, before: MediaStats | null): number {
  const old = before?.counters[id] ?? [0, 0, 0];
  const gone = Math.max(lost - old[2], 0);
  const all = packets - old[1] + gone;
  return all > 0 ? gone / all : 0;
}

/** Pure: rows of a stats report, the time in ms, and the last summary (null at first). */
export function summarise(rows: Row[], now: number, before: MediaStats | null): MediaStats {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const transport = rows.find((row) => row.type === 'transport');
  const pair = byId.get(s(transport, 'selectedCandidatePairId')) ?? nominated(rows);
  const out: MediaStats = {
    at: now,
    rttMs: Math.round(n(pair, 'currentRoundTripTime') * 1000),
    relayed: s(byId.get(s(pair, 'localCandidateId')), 'candidateType') === 'relay',
    srtp: s(transport, 'srtpCipher'),
    sent: [],
    received: [],
    totals: { frames: 0, freezes: 0, freeze_ms: 0, concealed: 0 },
    soundLost: 0,
    repairs: { packets: 0, requests: 0 },
    counters: {},
  };
  for (const row of rows) {
    if (row.type === 'outbound-rtp' && s(row, 'kind') === 'video') addSent(out, row, before);
    if (row.type === 'remote-inbound-rtp' && s(row, 'kind') === 'audio')
      out.soundLost = Math.max(out.soundLost, n(row, 'fractionLost'));
    if (row.type === 'inbound-rtp') addReceived(out, row, byId, before);
  }
  return out;
}

function nominated(rows: Row[]): Row | undefined {
  return rows.find((row) => row.type === 'candidate-pair' && row['nominated'] === true);
}

function addSent(out: MediaStats, row: Row, before: MediaStats | null): void {
  const bytes = n(row, 'bytesSent');
  out.counters[row.id] = [bytes, n(row, 'packetsSent'), 0];
  const bps = rate(out.at, row.id, bytes, before);
  if (!bps) return;
  out.sent.push({
    mid: s(row, 'mid'),
    rid: s(row, 'rid'),
    width: n(row, 'frameWidth'),
    height: n(row, 'frameHeight'),
    fps: Math.round(n(row, 'framesPerSecond')),
    bps,
    limited: s(row, 'qualityLimitationReason') || 'none',
  });
}

function addReceived(
  out: MediaStats,
  row: Row,
  byId: Map<string, Row>,
  before: MediaStats | null,
): void {
  out.totals.concealed += n(row, 'concealedSamples');
  if (s(row, 'kind') !== 'video') return;
  out.totals.frames += n(row, 'framesDecoded');
  out.totals.freezes += n(row, 'freezeCount');
  out.totals.freeze_ms += Math.round(n(row, 'totalFreezesDuration') * 1000);
  const [bytes, packets, lost] = [
    n(row, 'bytesReceived'),
    n(row, 'packetsReceived'),
    n(row, 'packetsLost'),
  ];
  out.counters[row.id] = [bytes, packets, lost];
  out.repairs.packets += packets;
  out.repairs.requests += n(row, 'nackCount');
  out.received.push({
    mid: s(row, 'mid'),
    width: n(row, 'frameWidth'),
    height: n(row, 'frameHeight'),
    fps: Math.round(n(row, 'framesPerSecond')),
    bps: rate(out.at, row.id, bytes, before),
    loss: lossSince(row.id, packets, lost, before),
    codec: s(byId.get(s(row, 'codecId')), 'mimeType').replace(/^video\//, ''),
  });
}

/** Looks at a peer connection. */
export async function lookAt(
  pc: RTCPeerConnection,
  before: MediaStats | null,
): Promise<MediaStats> {
  const report = await pc.getStats();
  const rows: Row[] = [];
  report.forEach((row: Row) => rows.push(row));
  return summarise(rows, performance.now(), before);
}
