import { issueAdminKey } from './admin-key.ts';
import { readConfiguration } from './configuration.ts';

/** Prints a new admin key of the instance whose volume or variables are here. */
process.stdout.write(`${issueAdminKey(readConfiguration(process.env).instance)}\n`);
