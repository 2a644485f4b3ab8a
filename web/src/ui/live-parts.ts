/** What a viewer's page shows only now and then: it comes behind the picture. */
export { pollView } from './live-poll.js';
export { productSheet, shelfList } from './live-shelf.js';
export { stageSheet } from './live-stage.js';
