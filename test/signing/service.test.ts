import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CertificateRequest } from '../../src-main/signing/request.ts';
import type { SigningService } from '../../src-main/signing/signing-service.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { profileDefaults } from '../../src-shared/certificates/index.ts';
import {
  device,
  type Factory,
  type FactoryOptions,
  madeStick,
  pairsOf,
  proofOf,
  readyFactory,
  requester,
  requestFor,
  rowsOf,
  thePassword,
} from './factory.ts';
import { now, password } from './rig.ts';

let open: Factory | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

const waiting = (): void => undefined;

async function ready(options: Partial<FactoryOptions> = {}): ReturnType<typeof readyFactory> {
  const made = await readyFactory(options);
  open = made.factory;
  return made;
}

async function issued(service: SigningService, request: CertificateRequest) {
  const answer = await service.issue(request, waiting);
  if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
  return answer.value;
}

async function refusedWith(service: SigningService, request: CertificateRequest): Promise<string> {
  const answer = await service.issue(request, waiting);
  return answer.ok ? 'issued' : answer.failure.code;
}

describe('issuing on real records with a stick', () => {
  it('issues a certificate that verifies, and the same one again without a second signature', async () => {
    const { factory, board, root } = await ready();
    const product = device(1);
    const before = pairsOf(board);
    const first = await issued(factory.service, requestFor(product, root));
    const signer = new X509Certificate(first.signerCertificate);
    expect(new X509Certificate(first.deviceCertificate).verify(signer.publicKey)).toBe(true);
    expect(new X509Certificate(first.deviceCertificate).checkIssued(signer)).toBe(true);
    expect(first.writes.map(({ slot, offset }) => `${slot}/${offset}`)).toEqual([
      '10/0',
      '10/32',
      '10/64',
      '12/0',
      '12/32',
      '12/64',
      '11/0',
      '11/32',
      '11/64',
    ]);
    const second = await issued(factory.service, requestFor(product, root));
    expect(second.reissued).toBe(true);
    expect(second.deviceCertificate).toEqual(first.deviceCertificate);
    expect(pairsOf(board) - before).toBe(1);
    expect(rowsOf(factory).map(({ result }) => result)).toEqual(['SIGNED', 'REISSUED']);
    expect(factory.records.intents.pending()).toEqual([]);
  });

  it('issues again while the signer is gone, from what was remembered of it', async () => {
    const { factory, board, root } = await ready();
    const product = device(1);
    const first = await issued(factory.service, requestFor(product, root));
    board.unplug();
    await factory.restart();
    expect(factory.manager.modules()).toEqual([]);
    const second = await issued(factory.service, requestFor(product, root));
    expect(second.deviceCertificate).toEqual(first.deviceCertificate);
    expect(second.signerName).toBe(first.signerName);
    expect(await refusedWith(factory.service, requestFor(device(2), root))).toBe('NO_MATCHING_SIGNER');
  });

  it('gives several requests of one chip at once one certificate', async () => {
    const { factory, board, root } = await ready();
    const before = pairsOf(board);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => issued(factory.service, requestFor(device(1), root))));
    expect(new Set(answers.map(({ deviceCertificate }) => toHex(deviceCertificate))).size).toBe(1);
    expect(pairsOf(board) - before).toBe(1);
    expect(
      rowsOf(factory)
        .map(({ result }) => result)
        .sort(),
    ).toEqual(['REISSUED', 'REISSUED', 'REISSUED', 'REISSUED', 'SIGNED']);
  });

  it('serves many chips at once, each with its own certificate and serial number', async () => {
    const { factory, board, root } = await ready();
    const before = pairsOf(board);
    const products = Array.from({ length: 24 }, (_, i) => device(i));
    const answers = await Promise.all(products.map((product) => issued(factory.service, requestFor(product, root))));
    expect(new Set(answers.map(({ certificateSerial }) => toHex(certificateSerial))).size).toBe(24);
    expect(pairsOf(board) - before).toBe(24);
    expect(rowsOf(factory).filter(({ result }) => result === 'SIGNED')).toHaveLength(24);
  });

  it('answers two keys of one chip that come at once with one certificate and one refusal', async () => {
    const { factory, root } = await ready();
    const codes = await Promise.all([
      refusedWith(factory.service, requestFor(device(1, 1), root)),
      refusedWith(factory.service, requestFor(device(1, 2), root)),
    ]);
    expect(codes.sort()).toEqual(['DUPLICATE_DEVICE', 'issued']);
  });
});

describe('the rules before anything is signed', () => {
  it('refuses another key of a chip, unless a supervisor recorded a rework, and then once', async () => {
    const { factory, root } = await ready();
    await issued(factory.service, requestFor(device(1, 0), root));
    expect(await refusedWith(factory.service, requestFor(device(1, 1), root))).toBe('DUPLICATE_DEVICE');
    await factory.records.policy.recordRework({
      id: 'r1',
      serialNumber: device(1).serialNumber,
      reason: 'chip was reset',
      who: 'supervisor',
      at: now().toISOString(),
    });
    await issued(factory.service, requestFor(device(1, 1), root));
    expect(await refusedWith(factory.service, requestFor(device(1, 2), root))).toBe('DUPLICATE_DEVICE');
    // Both keys still get their own certificate again.
    expect((await issued(factory.service, requestFor(device(1, 0), root))).reissued).toBe(true);
    expect((await issued(factory.service, requestFor(device(1, 1), root))).reissued).toBe(true);
    expect(factory.service.lookUp(device(1).configZone, device(1, 1).publicKey).state).toBe('same');
    expect(factory.service.lookUp(device(1).configZone, device(1, 7).publicKey).state).toBe('several');
    expect(factory.service.lookUp(device(2).configZone, device(2).publicKey).state).toBe('none');
  });

  it('refuses the same key under another definition of the same root, unless policy allows it', async () => {
    const { factory, root } = await ready();
    const other = await madeStick('zero-touch', {
      signerId: 0x1234,
      parameters: { ...profileDefaults('zero-touch'), signerExpireYears: 0, deviceExpireYears: 0, deviceTemplateId: 3 },
      definitions: { profile: 'zero-touch' },
    });
    await factory.plug(createSignerStick(other.state));
    const unlocked = await factory.manager.unlock(toHex(other.made.identity.serialNumber), [password(thePassword)]);
    expect(unlocked.ok).toBe(true);
    await issued(factory.service, requestFor(device(1), root, { select: { deviceTemplateId: 2 } }));
    const asOther = requestFor(device(1), root, { select: { deviceTemplateId: 3 } });
    expect(await refusedWith(factory.service, asOther)).toBe('DUPLICATE_DEVICE_DEFINITION');
    await factory.restart({ policy: { allowOtherDefinition: true } });
    const second = await issued(factory.service, asOther);
    expect(second.reissued).toBe(false);
    expect(toHex(second.signerId)).toBe('1234');
    // Either is now handed out again by what the request asks for.
    expect(
      (await issued(factory.service, requestFor(device(1), root, { select: { deviceTemplateId: 2 } }))).reissued,
    ).toBe(true);
    expect((await issued(factory.service, asOther)).reissued).toBe(true);
  });

  it('refuses to repeat a serial number under another key even with a rework', async () => {
    const { root } = await madeStick();
    const other = await madeStick('device-sn', {
      signerId: 0x2222,
      parameters: { ...profileDefaults('atmel-2015'), deviceSnSource: 8, deviceTemplateId: 4 },
    });
    const { factory } = await ready();
    await factory.plug(createSignerStick(other.state));
    await factory.manager.unlock(toHex(other.made.identity.serialNumber), [password(thePassword)]);
    const select = { deviceTemplateId: 4 };
    await issued(factory.service, requestFor(device(1, 0), root, { select }));
    await factory.records.policy.recordRework({
      id: 'r1',
      serialNumber: device(1).serialNumber,
      reason: 'x',
      who: 's',
      at: now().toISOString(),
    });
    expect(await refusedWith(factory.service, requestFor(device(1, 1), root, { select }))).toBe('DUPLICATE_DEVICE');
  });

  it('keeps to batches and their quotas, also when requests come at once', async () => {
    const { factory, root } = await ready();
    const { policy } = factory.records;
    await policy.setBatch({ name: 'B1', open: true, quota: 2 });
    await policy.setBatch({ name: 'B2', open: false, quota: undefined });
    const inBatch = (n: number, batch: string): CertificateRequest =>
      requestFor(device(n), root, { requester: { ...requester, batch } });
    const codes = await Promise.all([1, 2, 3, 4].map((n) => refusedWith(factory.service, inBatch(n, 'B1'))));
    expect(codes.filter((code) => code === 'issued')).toHaveLength(2);
    expect(codes.filter((code) => code === 'QUOTA_EXCEEDED')).toHaveLength(2);
    expect(policy.remaining('B1')).toBe(0);
    expect(await refusedWith(factory.service, inBatch(9, 'B2'))).toBe('BATCH_CLOSED');
    // What was issued is handed out again, quota or not.
    const first = codes.indexOf('issued') + 1;
    await policy.setBatch({ name: 'B1', open: false, quota: 0 });
    expect((await issued(factory.service, inBatch(first, 'B1'))).reissued).toBe(true);
  });

  it('looks at the chip: serial number, lock, key slot, key, proof', async () => {
    const { factory, root } = await ready();
    const spoil = (edit: (zone: Uint8Array) => void): CertificateRequest => {
      const product = device(1);
      edit(product.configZone);
      return requestFor(product, root);
    };
    const { service } = factory;
    expect(
      await refusedWith(
        service,
        spoil((zone) => zone.fill(0, 2, 13)),
      ),
    ).toBe('DEVICE_SN_INVALID');
    expect(
      await refusedWith(
        service,
        spoil((zone) => zone.set([0x55], 87)),
      ),
    ).toBe('CONFIG_NOT_LOCKED');
    expect(
      await refusedWith(
        service,
        spoil((zone) => zone.set([0x32], 96)),
      ),
    ).toBe('CONFIG_UNSAFE');
    expect(
      await refusedWith(
        service,
        spoil((zone) => zone.set([0x0f], 20)),
      ),
    ).toBe('CONFIG_UNSAFE');
    expect(
      await refusedWith(
        service,
        spoil((zone) => zone.set([0x60], 21)),
      ),
    ).toBe('CONFIG_UNSAFE');
    const [, signer] = [root, factory.manager.modules()[0]?.identity];
    const withKey = (publicKey: Uint8Array): CertificateRequest => ({ ...requestFor(device(1), root), publicKey });
    expect(await refusedWith(service, withKey(new Uint8Array(64).fill(1)))).toBe('PUBLIC_KEY_INVALID');
    expect(await refusedWith(service, withKey(root.facts.publicKey))).toBe('PUBLIC_KEY_INVALID');
    expect(await refusedWith(service, withKey(signer?.publicKey ?? new Uint8Array(0)))).toBe('PUBLIC_KEY_INVALID');
    const { selection: _, ...withoutCa } = requestFor(device(1), root);
    expect(await refusedWith(service, { ...withoutCa, selection: {} })).toBe('MISSING_FIELD');
    const digest = new Uint8Array(32).fill(7);
    const wrongProof = proofOf(device(2), digest);
    expect(await refusedWith(service, requestFor(device(1), root, { proof: wrongProof }))).toBe('POP_INVALID');
    await factory.restart({ policy: { proof: 'required' } });
    expect(await refusedWith(factory.service, requestFor(device(1), root))).toBe('POP_INVALID');
    expect(await refusedWith(factory.service, requestFor(device(1), root, { proof: proofOf(device(1), digest) }))).toBe(
      'issued',
    );
    await factory.restart({ policy: { proof: 'off' } });
    expect(await refusedWith(factory.service, requestFor(device(2), root, { proof: wrongProof }))).toBe('issued');
    // Every refusal has its row.
    expect(rowsOf(factory).filter(({ result }) => result === 'REFUSED')).toHaveLength(11);
  });

  it('refuses a reply that is too large before anything is signed', async () => {
    const { factory, board, root } = await ready();
    const before = pairsOf(board);
    const answer = await refusedWith(factory.service, requestFor(device(1), root, { sizeOfReply: () => false }));
    expect(answer).toBe('TOO_LARGE');
    expect(pairsOf(board)).toBe(before);
    expect(factory.records.intents.pending()).toEqual([]);
  });

  it('signs nothing when the signing log is not whole', async () => {
    const { factory, root } = await ready();
    Object.defineProperty(factory.records.signingLog, 'alarm', { value: 'row 3 is missing' });
    expect(await refusedWith(factory.service, requestFor(device(1), root))).toBe('LOG_BROKEN');
  });
});

describe('the clock', () => {
  it('refuses after a jump until somebody vouches for it', async () => {
    let offset = 0;
    const monotonicBase = now().getTime();
    const { factory, root } = await ready({
      now: () => new Date(now().getTime() + offset),
      monotonic: () => monotonicBase,
    });
    await issued(factory.service, requestFor(device(1), root));
    offset = 4 * 60_000;
    await issued(factory.service, requestFor(device(2), root));
    offset += 6 * 60_000;
    expect(await refusedWith(factory.service, requestFor(device(3), root))).toBe('CLOCK_SUSPECT');
    await factory.service.acceptClock();
    await issued(factory.service, requestFor(device(3), root));
  });

  it('refuses a clock that is behind the newest certificate, also when the server was started with it', async () => {
    const noon = now().getTime() + 86_400_000;
    const { factory, root } = await ready({ now: () => new Date(noon) });
    await issued(factory.service, requestFor(device(1), root));
    const early = (): Date => new Date(noon - 2 * 3_600_000);
    await factory.restart({ now: early });
    expect(await refusedWith(factory.service, requestFor(device(2), root))).toBe('CLOCK_SUSPECT');
    await factory.restart({ now: early });
    expect(await refusedWith(factory.service, requestFor(device(2), root))).toBe('CLOCK_SUSPECT');
    // Re-issue needs no clock.
    expect((await issued(factory.service, requestFor(device(1), root))).reissued).toBe(true);
    await factory.restart({ now: () => new Date(noon - 50 * 60_000) });
    await issued(factory.service, requestFor(device(2), root));
  });

  it('comes back from a clock that was far ahead, once somebody vouches for the right one', async () => {
    const ahead = (): Date => new Date(now().getTime() + 3 * 365 * 86_400_000);
    const { factory, root } = await ready({ now: ahead });
    await issued(factory.service, requestFor(device(1), root));
    await factory.restart({ now });
    expect(await refusedWith(factory.service, requestFor(device(2), root))).toBe('CLOCK_SUSPECT');
    await factory.service.acceptClock();
    await issued(factory.service, requestFor(device(2), root));
    await factory.restart({ now });
    await issued(factory.service, requestFor(device(3), root));
  });

  it('does not certify outside the validity of the signer', async () => {
    const { factory, root } = await ready();
    await factory.restart({ now: () => new Date('2026-03-04T09:59:00Z') });
    expect(await refusedWith(factory.service, requestFor(device(1), root))).toBe('CLOCK_SUSPECT');
  });
});
