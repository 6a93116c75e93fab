import { clusterRoleOf } from 'hearth/framework';
import { greetingDefinition } from './greeting.ts';

/** Prints all that the operator may do, to be bound to its ServiceAccount: `npm run --silent role | kubectl apply -f -`. */
process.stdout.write(`${JSON.stringify(clusterRoleOf('greetings', [greetingDefinition]), null, 2)}\n`);
