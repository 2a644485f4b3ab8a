// SPDX-License-Identifier: Apache-2.0
/** The chat panel, used as a person does. */

export async function openChat(person) {
  const there = await person.evaluate(() => window.__probe.byTestId('chat-input').some(window.__probe.visible));
  if (!there) await person.click('chat-toggle');
  await person.sees('chat-input');
}

/** Waits for a line in the chat list. */
export async function readsLine(person, text) {
  await openChat(person);
  await person.until(`the line "${text}"`, (line) => window.__probe.byTestId('chat-list')[0]?.textContent.includes(line), text);
}

export async function say(person, text) {
  await openChat(person);
  await person.fill('chat-input', text);
  await person.press('Enter');
  await readsLine(person, text);
}
