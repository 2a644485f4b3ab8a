/** What a viewer's page shows only now and then: it comes behind the picture. */
export { countdownCard, endedCard } from './live-before.js';
export { pinCard } from './live-pin.js';
export { pollView } from './live-poll.js';
export { productSheet, shelfList } from './live-shelf.js';
export { stageSheet } from './live-stage.js';
