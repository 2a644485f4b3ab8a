// SPDX-License-Identifier: Apache-2.0
/**
 * `noDisturb`: something that a viewer does beside the stream leaves the stream alone. The same <video> element and track, never
 * paused, the page's address unchanged, the connection up and without a new offer, and the counters burned into the picture go on
 * without a freeze. A freeze counts when a *control viewer* in the same room, who does nothing, had none within ±1 s: that is a
 * disturbance, whatever a further play would say. A window in which he froze too is played again, never passed; more than one in
 * ten played again (one, where fewer than ten are played) fails the run.
 * An act is told how often it was played already: it undoes first what it did, or does the like of what can be done only once.
 */
import assert from 'node:assert/strict';

/* Begins to watch in the page. A freeze is a gap of at least max (3 × average, average + 150 ms). */
function begin() {
  const video = window.__probe.byTestId('live-video')[0];
  const watch = { video, track: video?.srcObject?.getVideoTracks()[0], url: location.href, bad: [], marks: [], origin: performance.timeOrigin };
  const pc = window.parlorLive?.audience?.pc;
  const offer = pc?.localDescription?.sdp;
  const paused = () => watch.bad.push('the video was paused');
  const negotiated = () => pc.signalingState !== 'stable' && watch.bad.push(`the connection negotiated (${pc.signalingState})`);
  /* How many frames the browser has shown: it goes on while the page's own thread, which reads the marks, has no turn. */
  let [presented, next] = [0, 0];
  const counts = (now, { presentedFrames }) => {
    presented = presentedFrames;
    next = video.requestVideoFrameCallback(counts);
  };
  next = video?.requestVideoFrameCallback?.(counts);
  const shown = () => video.getVideoPlaybackQuality?.().totalVideoFrames || presented;
  video?.addEventListener('pause', paused);
  video?.addEventListener('emptied', paused);
  pc?.addEventListener('signalingstatechange', negotiated);
  let [seen, looks] = [-1, 0];
  const timer = setInterval(() => {
    /* To look through the whole page takes milliseconds of the thread that is watched: only when this one is not it any more. */
    const same = video?.isConnected && video.dataset.testid === 'live-video';
    if (!same && window.__probe.byTestId('live-video')[0] !== video) watch.bad.push('another <video> element');
    else if (video?.srcObject?.getVideoTracks()[0] !== watch.track) watch.bad.push('another track');
    if (video?.paused) watch.bad.push('the video is paused');
    if (location.href !== watch.url) watch.bad.push('the page went elsewhere');
    /* Reading a picture takes milliseconds of the page's own thread: it is read when there is a new one, and once more. */
    if (shown() !== seen) [seen, looks] = [shown(), 2];
    const found = looks-- > 0 ? window.__probe.readMark(video) : null;
    if (found && watch.marks.at(-1)?.counter !== found.counter) watch.marks.push({ counter: found.counter, at: Date.now(), shown: shown() });
  }, 15);
  window.__calm = () => {
    clearInterval(timer);
    video?.cancelVideoFrameCallback?.(next);
    video?.removeEventListener('pause', paused);
    video?.removeEventListener('emptied', paused);
    pc?.removeEventListener('signalingstatechange', negotiated);
    if (window.parlorLive?.audience?.pc !== pc) watch.bad.push('another peer connection');
    if (pc?.connectionState !== 'connected') watch.bad.push(`the connection is ${pc?.connectionState}`);
    if (pc?.localDescription?.sdp !== offer) watch.bad.push('a new offer');
    return { bad: [...new Set(watch.bad)], marks: watch.marks };
  };
}

/* What the source does to both is not as long in both to the millisecond: so much of a freeze is the same one. */
const SAME = 0.75;

/* The picture went on where the page could not look: as many frames were shown as the gap is long, or half of them. */
const unseen = (gap, average) => gap.shown >= Math.max(2, gap.ms / average / 2);

/** Gaps that are freezes, or `part` of one: [{from, to}] in the page's wall clock; `loop`: after so many frames the counter begins again. */
export function freezes(marks, loop, part = 1) {
  const gaps = marks.slice(1).map((mark, n) => ({ from: marks[n].at, to: mark.at, ms: mark.at - marks[n].at, step: mark.counter - marks[n].counter, shown: mark.shown - marks[n].shown }));
  const average = gaps.reduce((sum, gap) => sum + gap.ms, 0) / Math.max(gaps.length, 1);
  const back = gaps.filter((gap) => gap.step <= 0 && gap.step > -loop / 2).map((gap) => ({ ...gap, why: 'the counter went back' }));
  return [...back, ...gaps.filter((gap) => gap.ms >= part * Math.max(3 * average, average + 150) && !unseen(gap, average))];
}

async function play(viewer, control, act, ms, again) {
  await Promise.all([viewer.evaluate(begin), control.evaluate(begin)]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await act(again);
  await new Promise((resolve) => setTimeout(resolve, ms));
  return Promise.all([viewer, control].map((one) => one.evaluate(() => window.__calm())));
}

/** One window with the act in it: {bad: [what negotiates, pauses or navigates], own: [freezes that the control had not], shared: whether he froze too, or too few frames tell nothing, gaps: all freezes}. */
export async function oneWindow(viewer, control, act, { ms = 2500, loop = 1 << 24, again = 0 } = {}) {
  const [his, other] = await play(viewer, control, act, ms, again);
  const frozen = freezes(his.marks, loop);
  const others = freezes(other.marks, loop, SAME);
  const shared = frozen.filter((gap) => others.some((one) => one.ms >= SAME * gap.ms && one.from < gap.to + 1000 && one.to > gap.from - 1000));
  if (his.marks.length < 10 && other.marks.length >= 10) his.bad.push(`only ${his.marks.length} frames were seen`);
  const own = frozen.filter((gap) => !shared.includes(gap)).map((gap) => gap.why ?? `a freeze of ${gap.ms} ms`);
  return { bad: his.bad, own, shared: shared.length > 0 || his.marks.length < 10, gaps: frozen };
}

/** What the act did to the viewer's stream: {bad: [why], again: how often the window was played again}. */
export async function disturbance(viewer, control, act, { tries = 10, ...options } = {}) {
  for (let again = 0; again < tries; again++) {
    const { bad, own, shared } = await oneWindow(viewer, control, act, { ...options, again });
    if (bad.length || own.length) return { bad: [...bad, ...own], again };
    if (!shared) return { bad: [], again };
  }
  return { bad: ['no window without a freeze of the control viewer'], again: tries };
}

/** How many of so many windows may have been played again: one in ten, and the one that cannot be divided. */
export const mayRepeat = (windows) => Math.max(Math.floor(windows / 10), 1);

/** Asserts that none of `acts` (functions) disturbs the stream of `viewer`; windows played again are counted over the whole run. */
export async function noDisturb(world, viewer, control, acts, options) {
  const told = world.measured;
  for (const act of acts) {
    const { bad, again } = await disturbance(viewer, control, act, options);
    assert.deepEqual(bad, [], `${viewer.name} (${viewer.kind}): the stream was disturbed`);
    told.windows = (told.windows ?? 0) + 1 + again;
    told['windows again'] = (told['windows again'] ?? 0) + again;
  }
  assert.ok(told['windows again'] <= mayRepeat(told.windows), `${told['windows again']} of ${told.windows} windows had to be played again`);
}

/** The mutant: whatever is clicked makes the live connection negotiate anew. The proof above must catch it. */
export function renegotiateOnClick(viewer) {
  return viewer.evaluate(() => {
    window.addEventListener('click', () => {
      const { pc } = window.parlorLive.audience;
      pc.restartIce();
      void pc.setLocalDescription().catch(() => undefined);
    }, { capture: true });
  });
}
