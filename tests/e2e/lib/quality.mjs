// SPDX-License-Identifier: Apache-2.0
/**
 * Three people, one behind a bad line: Ann's line is bad, Ben and Cleo have good ones. What Ann gets of Ben shows her way down, what
 * Ben gets of Ann her way up; what Cleo gets of Ben at the same time is the control: a machine that is too busy shows there too.
 */
import { meetingOf, seesPicture } from './meeting.mjs';
import { steps } from './checks.mjs';
import { me } from './state.mjs';
import { sleep } from './world.mjs';

/** Makes the meeting; the line is good but for its delay (ms, one way). options: {impaired, seed, delayMs, busy}. */
export async function gather(world, { impaired = world.impaired ?? 'chromium', seed = world.seed ?? 1, delayMs = 25, busy = false } = {}) {
  // A page that is painted without a graphics card costs more than its calls do.
  const viewport = busy ? undefined : { width: 720, height: 420 };
  await world.startServer();
  const line = await world.line({ seed });
  await line.become({ up: { delay_ms: delayMs }, down: { delay_ms: delayMs } });
  const [ann, ben, cleo] = await world.persons(
    { browser: impaired, name: 'Ann', line, viewport, busy },
    { browser: 'chromium', name: 'Ben', viewport, busy },
    { browser: 'chromium', name: 'Cleo', noDevices: true, viewport },
  );
  await meetingOf(world, ben, ann, cleo);
  for (const [viewer, shown] of [[ann, ben], [ben, ann], [cleo, ben]]) await seesPicture(viewer, shown, { ms: 500, least: 5, wait: 20000 });
  return { world, line, ann, ben, cleo, delayMs };
}

/* The browser's rows of the slots in which somebody is heard; who that is, the page was told. */
const soundRows = (viewer, shown) =>
  viewer.evaluate(async (name) => {
    const { slots, participants } = window.parlor.state;
    const mids = Object.keys(slots).filter((mid) => slots[mid].source === 'microphone' && participants[slots[mid].participant]?.name === name);
    return (await window.__probe.stats('inbound-rtp')).filter((one) => one.kind === 'audio' && mids.includes(one.mid));
  }, shown.name);

const soundOf = async (viewer, shown) =>
  (await soundRows(viewer, shown)).map(({ id, ssrc, concealedSamples = 0, silentConcealedSamples = 0, totalSamplesReceived = 0, packetsLost = 0, packetsDiscarded = 0, packetsReceived = 0 }) => ({
    id: `${id}/${ssrc}`,
    concealed: concealedSamples - silentConcealedSamples,
    all: totalSamplesReceived,
    lost: packetsLost + packetsDiscarded,
    packets: packetsReceived + packetsLost,
  }));

/**
 * By how many ms the picture that a Chromium plays is later (> 0: older) than the sound it plays of the same person, on the publisher's
 * clock as the sender reports give it; null where the browser does not say (Firefox), or hears nothing.
 */
export async function offsetOf(viewer, shown) {
  const picture = await viewer.evaluate((who) => window.__probe.inboundOf(who), shown.name);
  const sounds = (await soundRows(viewer, shown)).filter((one) => one.estimatedPlayoutTimestamp > 0);
  if (!(picture?.estimatedPlayoutTimestamp > 0) || !sounds.length) return null;
  const sound = sounds.reduce((newest, one) => (one.estimatedPlayoutTimestamp > newest.estimatedPlayoutTimestamp ? one : newest));
  return sound.estimatedPlayoutTimestamp - picture.estimatedPlayoutTimestamp - (sound.timestamp - picture.timestamp);
}

/* How much of one count is the other (percent), of the streams that are there at the end. */
function share(before, after, part, whole) {
  let [bad, all] = [0, 0];
  for (const one of after) {
    const old = before.find((other) => other.id === one.id && other[whole] <= one[whole]) ?? { [part]: 0, [whole]: 0 };
    bad += Math.max(one[part] - old[part], 0);
    all += one[whole] - old[whole];
  }
  return all > 0 ? (100 * bad) / all : 0;
}

/** W3C's freezes of a list of times: a gap of at least max(3 × average, average + 150 ms), average over the last 30 durations. */
export function freezes(times) {
  const last = [];
  let [count, ms, longest] = [0, 0, 0];
  for (let n = 1; n < times.length; n++) {
    const gap = times[n] - times[n - 1];
    const average = last.length ? last.reduce((sum, one) => sum + one, 0) / last.length : Infinity;
    if (gap >= Math.max(3 * average, average + 150)) {
      count++;
      ms += gap;
    }
    longest = Math.max(longest, gap);
    last.push(gap);
    if (last.length > 30) last.shift();
  }
  return { count, ms, longest };
}

/* How a counter of the browser's grew; a new stream began at 0. */
const grown = (before, after, field) => ((after?.[field] ?? 0) - (before?.id === after?.id && before?.ssrc === after?.ssrc ? (before?.[field] ?? 0) : 0));

/* Frames that a person's camera has sent, by layer. */
const sentBy = (person) =>
  person.evaluate(async () => {
    const rows = (await window.__probe.stats('outbound-rtp')).filter((one) => one.kind === 'video');
    return rows.map(({ id, ssrc, timestamp, framesSent = 0 }) => ({ id, ssrc, timestamp, framesSent }));
  });

/* Of the layer that sent most, with the time (ms) that it took: all layers have the same frames unless the encoder leaves one out. */
function mostSent(before, after) {
  const layers = after.map((row) => {
    const old = before.find((one) => one.id === row.id);
    return { frames: grown(old, row, 'framesSent'), ms: row.timestamp - (old?.timestamp ?? row.timestamp) };
  });
  return layers.reduce((most, one) => (one.frames > most.frames ? one : most), { frames: 0, ms: 0 });
}

/**
 * Rates, not numbers, are compared: the two ends are looked at some hundredths of a second apart, and at the other end a moment later.
 * A count of frames in a time may be one less at each end than another of the same stream: of 180 frames in 6 s these two are 1.1 %.
 * One of them is not called missing, on any line.
 */
export function percentOf(frames, ms, sent) {
  return sent.frames > 0 && ms > 0 && sent.ms > 0 ? Math.min((100 * (frames + 1) * sent.ms) / (ms * sent.frames), 100) : 0;
}

/**
 * What one person saw of another. Frames and freezes are the browser's own account (decoded frames, the W3C's freezes); a busy machine
 * that presents late does not spoil them. Not framesReceived: libwebrtc adds one to it for each frame that makes others whole, so that those
 * which waited behind a repeat are left out. `presented` is beside it: the marks that were read.
 */
function judge(seen, before, after) {
  const marks = seen.frames.filter(([, counter]) => Number.isInteger(counter)).map(([at, counter]) => ({ at, counter }));
  const times = seen.frames.map(([at]) => at);
  // Chromium calls 5 s and more without a frame a pause.
  const freezeMs = (grown(before, after, 'totalFreezesDuration') + grown(before, after, 'totalPausesDuration')) * 1000;
  return {
    frames: grown(before, after, 'framesDecoded'),
    skipped: grown(before, after, 'framesDropped'),
    freezes: grown(before, after, 'freezeCount'),
    freezeMs,
    freezePercent: (100 * freezeMs) / (seen.until - seen.from),
    keyFrames: grown(before, after, 'keyFramesDecoded'),
    retransmitted: grown(before, after, 'retransmittedPacketsReceived'),
    nacks: grown(before, after, 'nackCount'),
    plis: grown(before, after, 'pliCount'),
    back: steps(marks).filter((step) => step < 0).length,
    presented: { ...freezes(times), frames: times.length, times },
    height: seen.height,
  };
}

/**
 * Watches for as long as `during` takes: {down, up, control}, each as judge () gives it, with concealed (percent of samples that were made
 * up), soundLost (percent of packets that never came or were thrown away) and framesPercent (decoded frames, of those that were sent). */
export async function observed(cast, during) {
  const views = Object.entries({ down: [cast.ann, cast.ben], up: [cast.ben, cast.ann], control: [cast.cleo, cast.ben] });
  const inbound = (viewer, shown) => viewer.evaluate((who) => window.__probe.inboundOf(who), shown.name);
  const before = {};
  for (const [name, [viewer, shown]] of views) {
    before[name] = { sound: await soundOf(viewer, shown), picture: await inbound(viewer, shown), sent: await sentBy(shown) };
    await viewer.evaluate((who) => window.__probe.observe(who), shown.name);
  }
  const began = Date.now();
  await during();
  cast.world.measured['the line itself late by ms'] = cast.line.lateMs(began);
  const result = {};
  for (const [name, [viewer, shown]] of views) {
    const [seen, after] = [await viewer.evaluate((who) => window.__probe.observedOf(who), shown.name), await inbound(viewer, shown)];
    const sent = mostSent(before[name].sent, await sentBy(shown));
    const sound = [before[name].sound, await soundOf(viewer, shown)];
    result[name] = { ...judge(seen, before[name].picture, after), sent: sent.frames, concealed: share(...sound, 'concealed', 'all'), soundLost: share(...sound, 'lost', 'packets') };
    result[name].framesPercent = percentOf(result[name].frames, (after?.timestamp ?? 0) - (before[name].picture?.timestamp ?? 0), sent);
  }
  cast.world.detail = result;
  return result;
}

export const forSeconds = (seconds) => () => sleep(seconds * 1000);

/** When the picture went on after a time: ms until the first frame that was presented after it. */
export function backAfter(seen, since) {
  const first = seen.presented.times.find((at) => at > since);
  return first === undefined ? Infinity : first - since;
}

/** How long the picture stood after a cut at that time: to the end of the longest gap that began within 3 s of it (what was under way still comes). */
export function cutShort(seen, since) {
  const { times } = seen.presented;
  let [longest, end] = [0, Infinity];
  for (let n = 1; n < times.length; n++) {
    if (times[n - 1] < since - 500 || times[n - 1] > since + 3000 || times[n] - times[n - 1] <= longest) continue;
    longest = times[n] - times[n - 1];
    end = times[n] - since;
  }
  return times.at(-1) > since + 3000 ? end : Infinity;
}

/** The seats of all three, to see that nobody was given a new one. */
export const seats = (cast) => Promise.all([cast.ann, cast.ben, cast.cleo].map(me));

/** Counts join and leave events that Cleo is told of, from now on; the function it gives tells them. */
export async function watchComings(cast) {
  await cast.cleo.evaluate(() => {
    const people = () => Object.keys(window.parlor.state.participants).sort().join();
    window.comings = { first: people(), others: [] };
    window.comings.timer = setInterval(() => people() !== window.comings.first && window.comings.others.push(people()), 50);
  });
  return () => cast.cleo.evaluate(() => window.comings.others);
}
