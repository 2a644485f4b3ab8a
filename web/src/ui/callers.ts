/** Who this browser is at the front door, fetched after it is drawn: a partner's link is taken, and whoever is
 *  signed in is rung when he is invited. */
import { loadPass, savePass } from '../client/pass.js';
import { loadCsrf } from '../client/storage.js';
import { lang } from './i18n/lang.js';

const PARTNER = [
  'Meetings show you as external, with your company.',
  '您在会议中显示为外部伙伴及公司名。',
] as const;

/* A partner's link: from now on this browser comes as he. */
const pass = /^#(prt_[^#]+)$/.exec(location.hash)?.[1];
if (pass) {
  savePass('', pass);
  history.replaceState(null, '', '/');
}

if (loadPass('')) {
  const line = document.createElement('p');
  line.className = 'foot';
  line.dataset['testid'] = 'partner';
  line.setAttribute('role', 'status');
  line.textContent = PARTNER[lang() === 'en' ? 0 : 1];
  document.querySelector('.foot')?.before(line);
}

/* Whoever is signed in is rung. */
if (loadCsrf()) void import('./rings.js').then(({ listenForRings }) => listenForRings());
