import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An image of one layer. */
export interface SmallImage {
  /** For example `hearth.dev/pause:1`. */
  readonly name: string;
  /** What `org.opencontainers.image.description` says. */
  readonly description: string;
  /** The folder that becomes the root of the image. */
  readonly root: string;
  readonly entrypoint: readonly string[];
}

/** The architecture's name in images. */
export const imageArchitecture: string = process.arch === 'x64' ? 'amd64' : process.arch;

/** Writes an image in the format of `docker save`; the file is there whole or not at all. */
export function writeImageArchive(image: SmallImage, archive: string): void {
  mkdirSync(dirname(archive), { recursive: true });
  const work = mkdtempSync(`${archive}.`);
  try {
    pack(image.root, join(work, 'layer.tar'));
    const config = JSON.stringify({
      architecture: imageArchitecture,
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: {
        Entrypoint: image.entrypoint,
        WorkingDir: '/',
        Labels: { 'org.opencontainers.image.description': image.description },
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(readFileSync(join(work, 'layer.tar')))}`] },
      history: [{ created: '2026-01-01T00:00:00Z', created_by: 'testenv' }],
    });
    const configName = `${sha256(config)}.json`;
    writeFileSync(join(work, configName), config);
    const manifest = [{ Config: configName, RepoTags: [image.name], Layers: ['layer.tar'] }];
    writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
    const whole = `${archive}.${process.pid}`;
    execFileSync('tar', ['-C', work, '-cf', whole, 'manifest.json', configName, 'layer.tar']);
    renameSync(whole, archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Packs a folder so that the same content gives the same bytes. */
function pack(root: string, target: string): void {
  const stable = ['--sort=name', '--mtime=2026-01-01T00:00:00Z', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', ['-C', root, ...stable, '-cf', target, '.']);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
