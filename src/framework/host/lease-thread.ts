import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../api/errors.ts';
import { AccessReceiver } from './access-receiver.ts';
import { LeaseClient } from './lease-client.ts';
import { LeaseClock } from './lease-clock.ts';
import { LeaseCompetition } from './lease-competition.ts';
import type { LeaseTask, ToRenewer, ToWorker } from './lease-messages.ts';

// The program of the thread that competes for the lease and renews it. It shares nothing with the thread that works but
// a clock, so that a long computation there costs no renewal.

/** A thread's own `process.stderr` goes through the main thread, which does not listen. */
const STANDARD_ERROR = 2;

const task = workerData as LeaseTask; // only LeaderElection starts this program
const say = (message: ToWorker) => parentPort?.postMessage(message);
const clock = new LeaseClock(task.memory);
const receiver = new AccessReceiver({
  ask: (refused) => say({ type: 'access wanted', refused }),
  patienceMs: task.durationMs / 20,
});
const competition = new LeaseCompetition({
  ...task,
  clock,
  client: new LeaseClient(task.lease, receiver),
  warn: (message, error) => say({ type: 'warning', message, error }),
});

parentPort?.on('message', (message: ToRenewer) => {
  if (message.type === 'access') {
    receiver.take(message.access);
  } else {
    void competition.release().then(
      () => say({ type: 'released' }),
      (error: unknown) => say({ type: 'released', error: messageOf(error) }),
    );
  }
});

/** Competes, and renews what was won, until that is lost or released. */
async function lead(): Promise<void> {
  if (await competition.acquire()) {
    say({ type: 'leading' });
    const loss = await competition.keep();
    if (loss) {
      say({ type: 'lost', loss });
      await endProcess(loss);
    }
  }
}

/**
 * The thread that works ends the process as soon as it hears that the lease is lost, and this thread with it. When it
 * cannot hear, the process is ended from here, before anybody else can have the lease.
 */
async function endProcess(loss: string): Promise<void> {
  await delay(task.durationMs / 6);
  try {
    writeSync(STANDARD_ERROR, `hearth: the lease is lost (${loss}) and the main thread does not answer: killed\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

void lead();
