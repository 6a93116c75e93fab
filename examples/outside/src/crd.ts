import { createCrdManifest } from 'hearth/framework';
import { greetingDefinition } from './greeting.ts';

/** Prints the CRD: JSON is YAML, so `npm run --silent crd | kubectl apply -f -`. */
process.stdout.write(`${JSON.stringify(createCrdManifest(greetingDefinition), null, 2)}\n`);
