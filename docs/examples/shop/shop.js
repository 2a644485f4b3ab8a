// SPDX-License-Identifier: Apache-2.0
/* The shop's own pages, drawn without a reload. It knows of the live room three things: the element, `product-open`, `floating`. */
const main = document.querySelector('main');
const room = document.querySelector('live-room');

function show() {
  const sku = /^\/p\/([\w-]+)/.exec(location.pathname)?.[1];
  main.dataset.sku = sku ?? '';
  main.textContent = sku ? `Everything about ${sku}.` : 'Welcome.';
}

function go(path) {
  history.pushState(null, '', path);
  show();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-page]');
  if (!link) return;
  event.preventDefault();
  room.floating = true;
  go(link.getAttribute('href'));
});

/* "I show it myself": the player floats beside. `url` has the handoff code for the shop's server. */
room.addEventListener('product-open', (event) => {
  event.preventDefault();
  main.dataset.handoff = new URL(event.detail.url).searchParams.get('handoff');
  go(`/p/${event.detail.sku}`);
});

window.addEventListener('popstate', show);
show();
