import { z } from 'zod';
import { immutable } from '../../src/framework/framework.ts';

export const externalThingSpecSchema = z.object({
  server: immutable(z.string().min(1).max(253)).describe(
    'The Secret of this namespace with the login: host, port, user, password and database.',
  ),
  key: immutable(z.string().min(1).max(100)).describe('What the row is found by.'),
  value: z.string().max(1000).describe('What it says.'),
});

export const externalThingStatusSchema = z.object({
  row: z.string().optional().describe('Where the row is.'),
});
