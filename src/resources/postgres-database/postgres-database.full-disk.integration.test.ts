import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { reasonAgainst } from '../../../testenv/src/capabilities.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { World } from '../../../tests/faults/world.ts';
import { everythingOn } from '../../../tests/harness/postgres-server.ts';

/** A file system of its own, which only root can have. */
function reasonAgainstMount(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'only root can mount a small file system';
}

/** Writes a file until there is no room. */
function fill(file: string): void {
  const megabyte = Buffer.alloc(1024 * 1024);
  try {
    for (;;) {
      appendFileSync(file, megabyte);
    }
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}

const reason = reasonAgainst(inject('testenv'), ['faults', 'audit']) ?? reasonAgainstMount();

describe.skipIf(reason)(`the disk of the database${reason ? ` [skipped: ${reason}]` : ''}`, () => {
  let world: World;
  let disk: string;
  beforeAll(async () => {
    disk = mkdtempSync(join(tmpdir(), 'hearth-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=1777', 'hearth-test', disk]);
    world = await World.start('full-disk', { postgresFolder: disk });
    await world.startOperator({ HEARTH_LEASE_SECONDS: '180' });
  });
  afterAll(async () => {
    await world?.stop();
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });

  test('is full, and has room again later', async () => {
    await world.withstands('Database disk full', async ({ server, suite }, disturb) => {
      const ballast = join(disk, 'ballast');
      fill(ballast);
      await disturb();
      const readiness = async () => {
        const { status } = await suite.get('postgresdatabase', 'pd-database-disk-full-new');
        return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      };
      await eventually('the new database cannot be made', readiness, { until: (ready) => ready === 'False' });
      rmSync(ballast);
      // A server that could not write its log has ended, and somebody starts it again.
      await everythingOn(server).catch(async () => await server.restart());
    });
  });
});
