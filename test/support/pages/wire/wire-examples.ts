/** Every message of docs/wire.md as a worked example. */
import { example, type Example } from '../example.ts';
import { gossipParameters } from '../gossip-parameters.ts';
import { gossipExamples, pushExamples, shortIdFields } from './blocks.ts';
import { helloExamples, syncExamples } from './hello-and-sync.ts';
import { type MessageExample, shownMessage } from './message-example.ts';
import { joinExamples, joinLinkRows, reachExamples, snapshotExamples } from './others.ts';
import { recordExamples, relayExamples } from './relay.ts';

export function messageExamples(): MessageExample[] {
  return [
    ...helloExamples(),
    ...syncExamples(),
    ...relayExamples(),
    ...recordExamples(),
    ...gossipExamples(),
    ...pushExamples(),
    ...joinExamples(),
    ...snapshotExamples(),
    ...reachExamples(),
  ];
}

/** As the page has them. */
export function wireExamples(): Example[] {
  const shortId = {
    name: 'short-id',
    on: '',
    fields: shortIdFields(),
    encode: () => new Uint8Array(0),
    decode: null,
  };
  return [
    ...messageExamples().map(shownMessage),
    shownMessage(shortId),
    example('join-link', joinLinkRows()),
    gossipParameters(),
  ];
}
