// SPDX-License-Identifier: Apache-2.0
/** Acts of a viewer beside the stream, and how long they take until they are painted. */

/** Whether the control froze too, and he alone not: the window tells nothing. */
export const isRepeated = (row) => row.shared && !row.own.length && !row.bad.length;

/* From the pointer on, when what is waited for stands in a painted frame; one clock, the page's. Nothing here stands in a shadow root: whoever looks at each frame must not cost one. */
function watchPaint([name, gone]) {
  window.__paint = { ms: null };
  const begun = ({ timeStamp }) => {
    const look = () => {
      const seen = [...document.querySelectorAll(`[data-testid="${name}"]`)].some(window.__probe.visible);
      const calm = !gone || (!document.querySelector('[data-consult]') && [...document.querySelectorAll('parlor-picture video')].every((one) => one.volume > 0.5));
      if (gone ? calm : seen) requestAnimationFrame((now) => (window.__paint.ms = Math.max(now, performance.now()) - timeStamp));
      else requestAnimationFrame(look);
    };
    look();
  };
  window.addEventListener('pointerdown', begun, { capture: true, once: true });
}

/** Clicks, and how long it took until `name` was painted (or, `gone`, until the stream was as before). */
export async function clicked(viewer, key, name, gone = false) {
  await viewer.evaluate(watchPaint, [name, gone]);
  await viewer.click(key);
  return viewer.until(`${name} after ${key}`, () => window.__paint.ms, undefined, 30000);
}

/** The page with its picture, its line and the button. */
export async function openStream(viewer, room) {
  await viewer.goto(room.link);
  await viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]), undefined, 30000);
  await viewer.until('a line', () => window.__probe.all('parlor-service')[0]?.desk.state.up, undefined, 30000);
  await viewer.sees('service-button');
}

/** The tap, and the consent on the card; `took` is told how long each was. */
export const tapOf = (viewer, took) => async () => {
  took.card = await clicked(viewer, 'service-button', 'service-add');
  took.bound = await clicked(viewer, 'service-add', 'say');
};
