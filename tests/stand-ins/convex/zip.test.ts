import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readZip, writeZip } from './zip.ts';

const entries = [
  { name: 'empty', content: Buffer.alloc(0) },
  { name: 'tables/ä.jsonl', content: Buffer.from('{"a":1}\n'.repeat(1000)) },
];
const python = '/usr/bin/python3';

test('an archive has what was put into it', () => {
  expect(readZip(writeZip(entries))).toEqual(entries);
  expect(readZip(writeZip([]))).toEqual([]);
});

test('a damaged archive is refused', () => {
  const archive = writeZip(entries);
  expect(() => readZip(archive.subarray(0, -30))).toThrow('cut off');
  const other = writeZip([
    { name: 'empty', content: Buffer.alloc(0) },
    { name: 'tables/ä.jsonl', content: Buffer.from('no') },
  ]);
  const sum = other.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 16;
  other.writeUInt32LE(1, sum);
  expect(() => readZip(other)).toThrow('tables/ä.jsonl is damaged');
});

test.skipIf(!existsSync(python))('another program reads it, and is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-zip-'));
  try {
    const path = join(folder, 'archive.zip');
    writeFileSync(path, writeZip(entries));
    const script =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; ' +
      'out = zipfile.ZipFile(sys.argv[1] + ".2", "w"); [out.writestr(n, z.read(n)) for n in z.namelist()]; out.close(); ' +
      'sys.stdout.buffer.write(open(sys.argv[1] + ".2", "rb").read())';
    expect(readZip(execFileSync(python, ['-c', script, path]))).toEqual(entries);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
