import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reserveBytes } from '../../src-main/records/storage-guard.ts';
import type { CertificateRequest } from '../../src-main/signing/request.ts';
import type { IssueStep } from '../../src-main/signing/signing-service.ts';
import { openServerSide, type ServerSide } from '../provisioning/server-side.ts';
import { type SoftwareSigner, softwareSigner } from '../provisioning/software-signer.ts';
import { testNow } from '../provisioning/world.ts';
import { device, requester } from '../signing/factory.ts';
import { auditBooks } from '../sweep/audit.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** A disk that is full: noticed at the intent, what was signed by then is kept, and it goes on by itself when there is room. */
let disk: SmallDisk;
let signer: SoftwareSigner;
let side: ServerSide;
let step: (name: IssueStep) => void;

beforeEach(async () => {
  disk = smallDisk(reserveBytes + (24 << 20));
  signer = softwareSigner();
  step = () => undefined;
  side = await openServerSide({
    folder: disk.path,
    modules: [signer.module],
    now: testNow,
    files: disk.files,
    step: (name) => step(name),
  });
});
afterEach(async () => {
  await side.close();
  disk.close();
});

function request(n: number): CertificateRequest {
  const product = device(n);
  return {
    configZone: product.configZone,
    publicKey: product.publicKey,
    selection: { caPublicKey: signer.identity.rootPublicKey },
    requester,
  };
}

async function issue(n: number): Promise<string> {
  const answer = await side.service.issue(request(n), () => undefined);
  return answer.ok ? (answer.value.reissued ? 'reissued' : 'issued') : answer.failure.code;
}

function complaints(): readonly string[] {
  return auditBooks(disk.path, {
    rootPublicKey: signer.identity.rootPublicKey,
    signatures: signer.signatures,
    mayHavePending: true,
  }).complaints;
}

describe('a full disk', () => {
  it('stops issuing before any signature and goes on by itself', async () => {
    expect(await issue(1)).toBe('issued');
    disk.fill();
    // The first may still live on pages that the store has already; from the moment one is refused none is signed.
    let signed = 1;
    const answers: string[] = [];
    for (let n = 2; n <= 60; n += 1) {
      const answer = await issue(n);
      answers.push(answer);
      if (answer === 'issued') signed += 1;
    }
    expect(answers.pop()).toBe('STORAGE_FAILED');
    expect(new Set(answers).size).toBeLessThanOrEqual(2);
    expect(signer.signatures).toBe(signed);
    disk.empty();
    for (let n = 2; n <= 60; n += 1) expect(['issued', 'reissued']).toContain(await issue(n));
    expect(signer.signatures).toBe(60);
    expect(complaints()).toEqual([]);
  });

  it('that fills between signature and archive: what is signed is kept', async () => {
    expect(await issue(1)).toBe('issued');
    if (!disk.real) return expect(disk.files.operations.length).toBeGreaterThan(0);
    let filled = false;
    step = (name) => {
      if (name !== 'signed' || filled) return;
      filled = true;
      disk.fill();
    };
    const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => issue(100 + i)));
    expect(filled).toBe(true);
    expect(answers[0]).toBe('issued');
    expect(new Set(answers)).toEqual(
      new Set(answers.includes('STORAGE_FAILED') ? ['issued', 'STORAGE_FAILED'] : ['issued']),
    );
    expect(signer.signatures).toBe(1 + answers.filter((answer) => answer === 'issued').length);
    expect(await issue(200)).toBe('STORAGE_FAILED');
    expect(complaints()).toEqual([]);
    disk.empty();
    expect(await issue(200)).toBe('issued');
    expect(complaints()).toEqual([]);
  });

  it('with any little room left never leaves a signature without its records', async () => {
    for (let i = 0; i < 12; i += 1) {
      disk.fill(i * 9000);
      const before = signer.signatures;
      const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => issue(1000 + 10 * i + n)));
      const issued = answers.filter((answer) => answer === 'issued').length;
      expect(signer.signatures - before).toBe(issued);
      expect(complaints()).toEqual([]);
      disk.empty();
      for (let n = 0; n < 8; n += 1) expect(['issued', 'reissued']).toContain(await issue(1000 + 10 * i + n));
    }
    await side.close();
    side = await openServerSide({ folder: disk.path, modules: [signer.module], now: testNow });
    expect(complaints()).toEqual([]);
  });

  it('lets a server start neither half nor silently', async () => {
    await side.close();
    disk.fill();
    const starting = openServerSide({ folder: disk.path, modules: [signer.module], now: testNow, files: disk.files });
    await expect(starting).rejects.toMatchObject({ code: expect.stringMatching(/^(STORAGE_FAILED|DATA_DIR)$/) });
    disk.empty();
    side = await openServerSide({ folder: disk.path, modules: [signer.module], now: testNow, files: disk.files });
    expect(await issue(1)).toBe('issued');
    expect(complaints()).toEqual([]);
  });
});
