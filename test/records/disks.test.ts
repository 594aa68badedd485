import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySigningLog } from '../../src-main/records/index.ts';
import type { CertificateRequest } from '../../src-main/signing/request.ts';
import { openServerSide, type ServerSide } from '../provisioning/server-side.ts';
import { type SoftwareSigner, softwareSigner } from '../provisioning/software-signer.ts';
import { testNow } from '../provisioning/world.ts';
import { device, requester } from '../signing/factory.ts';
import { auditBooks } from '../sweep/audit.ts';
import { diskFaults, FaultyFiles } from './faulty-files.ts';

/** Disks that break, by a layer of faults under the records: nothing is signed that cannot be kept, and it mends by itself. */
let folder: string;
let signer: SoftwareSigner;
const open: ServerSide[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-disk-'));
  signer = softwareSigner();
});
afterEach(async () => {
  for (const side of open.splice(0)) await side.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(files = new FaultyFiles()): Promise<{ readonly side: ServerSide; readonly files: FaultyFiles }> {
  const side = await openServerSide({ folder, modules: [signer.module], now: testNow, files });
  open.push(side);
  return { side, files };
}

async function stop(): Promise<void> {
  for (const side of open.splice(0)) await side.close();
}

function request(n: number): CertificateRequest {
  const product = device(n);
  return {
    configZone: product.configZone,
    publicKey: product.publicKey,
    selection: { caPublicKey: signer.identity.rootPublicKey },
    requester,
  };
}

async function issue(side: ServerSide, n: number): Promise<string> {
  const answer = await side.service.issue(request(n), () => undefined);
  return answer.ok ? (answer.value.reissued ? 'reissued' : 'issued') : answer.failure.code;
}

function complaints(): readonly string[] {
  return auditBooks(folder, {
    rootPublicKey: signer.identity.rootPublicKey,
    signatures: signer.signatures,
    mayHavePending: true,
  }).complaints;
}

/** Operations of one issue on a warm server. */
async function operationsOfAnIssue(): Promise<number> {
  const { side, files } = await start();
  expect(await issue(side, 1)).toBe('issued');
  const before = files.operations.length;
  expect(await issue(side, 2)).toBe('issued');
  const count = files.operations.length - before;
  await stop();
  return count;
}

describe('a disk that refuses one operation of an issue', () => {
  it.each(diskFaults)(
    '%s: answered STORAGE_FAILED or issued, never twice, and the next request is served',
    async (fault) => {
      const operations = await operationsOfAnIssue();
      expect(operations).toBeGreaterThanOrEqual(4);
      const { side, files } = await start();
      const seen = new Set<string>();
      for (let n = 1; n <= operations; n += 1) {
        const product = 10 + n;
        const at = files.operations.length + n;
        const signedBefore = signer.signatures;
        files.plan = (i) => (i === at ? fault : undefined);
        const first = await issue(side, product);
        const operation = files.operations[at - 1]?.split(' ')[0] ?? '';
        seen.add(`${operation} ${first}`);
        expect(['issued', 'STORAGE_FAILED'], `${fault} at ${operation}`).toContain(first);
        // A folder is made before anything is signed.
        if (operation === 'folder') expect(signer.signatures - signedBefore).toBe(0);
        files.plan = () => undefined;
        const second = await issue(side, product);
        expect(['issued', 'reissued']).toContain(second);
        if (first === 'issued') expect(second).toBe('reissued');
        expect(await issue(side, 100 + n)).toBe('issued');
      }
      expect(complaints()).toEqual([]);
      expect([...seen].some((way) => way.endsWith('STORAGE_FAILED'))).toBe(true);
      await stop();
      await start();
      expect(complaints()).toEqual([]);
      expect(verifySigningLog(join(folder, 'logs')).complaints).toEqual([]);
    },
  );
});

describe('a disk that stays bad', () => {
  it.each(diskFaults)('%s: after the first failure nothing is signed until it works again', async (fault) => {
    const operations = await operationsOfAnIssue();
    const { side, files } = await start();
    for (let n = 1; n <= operations; n += 1) {
      const from = files.operations.length + n;
      const before = signer.signatures;
      files.plan = (i) => (i >= from ? fault : undefined);
      for (let i = 0; i < 5; i += 1) expect(await issue(side, 1000 + 20 * n + i)).toBe('STORAGE_FAILED');
      // At most the one whose records were cut off.
      expect(signer.signatures - before).toBeLessThanOrEqual(1);
      files.plan = () => undefined;
      for (let i = 0; i < 5; i += 1) expect(['issued', 'reissued']).toContain(await issue(side, 1000 + 20 * n + i));
    }
    expect(complaints()).toEqual([]);
    await stop();
    await start();
    expect(complaints()).toEqual([]);
  });
});

describe('a disk that is bad in one place only', () => {
  it.each(['append', 'replace', 'folder'])(
    '%s: after the first failure nothing is signed until a trial has shown that it works',
    async (place) => {
      const { side, files } = await start();
      expect(await issue(side, 1)).toBe('issued');
      files.plan = (_, operation) => (operation.startsWith(place) ? 'broken' : undefined);
      const before = signer.signatures;
      for (let n = 10; n < 20; n += 1) expect(await issue(side, n)).toBe('STORAGE_FAILED');
      expect(signer.signatures - before).toBeLessThanOrEqual(1);
      files.plan = () => undefined;
      for (let n = 10; n < 20; n += 1) expect(['issued', 'reissued']).toContain(await issue(side, n));
      expect(complaints()).toEqual([]);
    },
  );
});

describe('a disk that fails while the server starts', () => {
  it('says so, lets the folder go, and the next start mends what was left', async () => {
    const { files: counted } = await start();
    const operations = counted.operations.length;
    await stop();
    expect(operations).toBeGreaterThan(4);
    for (const fault of diskFaults) {
      for (let n = 1; n <= operations; n += 1) {
        const files = new FaultyFiles();
        files.plan = (i) => (i === n ? fault : undefined);
        await expect(start(files), `${fault} at operation ${n}`).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
        const { side } = await start();
        expect(await issue(side, n)).not.toBe('STORAGE_FAILED');
        await stop();
      }
    }
    expect(verifySigningLog(join(folder, 'logs')).complaints).toEqual([]);
    expect(complaints()).toEqual([]);
  });
});

describe('what a crash leaves in the archive', () => {
  it('half-written files are gone after the next start, and missing ones are back', async () => {
    const { side, files } = await start();
    expect(await issue(side, 1)).toBe('issued');
    files.plan = (_, operation) =>
      operation.startsWith('replace') && operation.includes('.der') ? 'full after half' : undefined;
    expect(await issue(side, 2)).toBe('STORAGE_FAILED');
    await stop();
    const device1 = join(folder, 'certs', device(1).serialNumber);
    const names = readdirSync(device1);
    rmSync(device1, { recursive: true });
    const again = await start();
    expect(readdirSync(device1).sort()).toEqual(names.sort());
    expect(await issue(again.side, 2)).toBe('issued');
    expect(readdirSync(join(folder, 'certs', device(2).serialNumber)).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    );
    expect(complaints()).toEqual([]);
  });
});
