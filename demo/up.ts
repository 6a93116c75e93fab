import { mkdirSync } from 'node:fs';
import { reasonAgainstNode } from '../testenv/src/node-machine.ts';
import { showOnNode } from './node.ts';
import { showSimulated } from './simulated.ts';
import { FOLDER } from './state.ts';

/** Shows Hearth at work: with pods that run where this machine can have a node, else beside a simulated one. */
mkdirSync(FOLDER, { recursive: true });
const reason = reasonAgainstNode();
await (reason === undefined ? showOnNode() : showSimulated(reason));
