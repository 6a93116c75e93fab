import { z } from 'zod';
import {
  CustomResource,
  type CustomResourceOptions,
  createCustomResourceDefinition,
  InvalidSpecError,
  olderVersion,
} from '../../src/framework/framework.ts';

/** What is stored and reconciled. */
export const letterSchema = z.object({
  recipients: z.array(z.string().min(1).max(63)).min(1).max(16).describe('Who gets it.'),
  subject: z.string().max(256).optional().describe('By default it names the first recipient.'),
  text: z.string().default('').describe('What it says.'),
});

/** As it was before a letter had several recipients: one line of them. */
export const firstLetterSchema = z.object({
  to: z
    .string()
    .regex(/^[^,]{1,63}(,[^,]{1,63}){0,15}$/)
    .describe('Who gets it, separated by commas.'),
  subject: z.string().max(256).optional().describe('By default it names the first recipient.'),
  text: z.string().default('').describe('What it says.'),
});

/** More are not refused, but warned of. */
const CROWD = 8;

class LetterResource extends CustomResource<typeof letterSchema> {
  constructor(options: CustomResourceOptions<typeof letterSchema>) {
    super(options);
  }

  reconcile = async (): Promise<void> => {
    this.report({ sent: `${this.spec.subject} to ${this.spec.recipients.join(' and ')}` });
  };
}

/** Letter: a kind with everything that only a webhook can tell early: checks in code, computed defaults, two versions. */
export const letterDefinition = createCustomResourceDefinition({
  group: 'homelab.mortenolsen.pro',
  version: 'v2',
  kind: 'Letter',
  names: { plural: 'letters', singular: 'letter' },
  description: 'For tests of the webhook.',
  spec: letterSchema,
  status: z.object({ sent: z.string().optional().describe('What was sent to whom.') }),
  validate: ({ recipients, text }, old) => {
    const doubles = recipients.filter((name, index) => recipients.indexOf(name) !== index);
    if (text === 'explode') {
      throw new Error('the check itself is wrong');
    }
    return [
      ...doubles.map((name) => new InvalidSpecError('Double', `spec.recipients names ${name} twice: name it once`)),
      ...(old && text.length < old.text.length
        ? [new InvalidSpecError('Shortened', 'spec.text cannot become shorter: write another letter')]
        : []),
      ...(recipients.length > CROWD
        ? [new InvalidSpecError('Crowded', `spec.recipients has more than ${CROWD} names: write two letters`)]
        : []),
    ];
  },
  admittedReasons: ['Crowded'],
  defaults: (spec) => ({ ...spec, subject: spec.subject ?? `For ${spec.recipients[0]}` }),
  olderVersions: [
    olderVersion({
      version: 'v1',
      spec: firstLetterSchema,
      current: letterSchema,
      deprecationWarning: 'Letter v1 is deprecated: use v2, in which recipients are a list',
      toCurrent: ({ to, ...rest }) => ({ recipients: to.split(','), ...rest }),
      fromCurrent: ({ recipients, ...rest }) => ({ to: recipients.join(','), ...rest }),
    }),
  ],
  create: (options) => new LetterResource(options),
});
