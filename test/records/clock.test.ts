import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifySigningLog } from '../../src-main/records/index.ts';
import { openServerSide, type ServerSide } from '../provisioning/server-side.ts';
import { type SoftwareSigner, softwareSigner } from '../provisioning/software-signer.ts';
import { device, requester } from '../signing/factory.ts';
import { auditBooks } from '../sweep/audit.ts';

/** Clocks that jump, leap days, other time zones, over restarts: no certificate with a wrong date, and the log stays one chain. */
let folder: string;
let signer: SoftwareSigner;
let side: ServerSide | undefined;
let clock: number;
let uptime: number;
const zone = process.env['TZ'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-clock-'));
  signer = softwareSigner();
  clock = Date.UTC(2026, 10, 22, 12);
  uptime = 0;
});
afterEach(async () => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  await side?.close();
  side = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<ServerSide> {
  await side?.close();
  uptime = 0;
  side = await openServerSide({
    folder,
    modules: [signer.module],
    now: () => new Date(clock),
    monotonic: () => uptime,
  });
  return side;
}

function pass(ms: number): void {
  clock += ms;
  uptime += ms;
}

interface Answer {
  readonly code: string;
  readonly certificate: X509Certificate | undefined;
}

async function issue(n: number): Promise<Answer> {
  const product = device(n);
  if (side === undefined) throw new Error('not started');
  const answer = await side.service.issue(
    {
      configZone: product.configZone,
      publicKey: product.publicKey,
      selection: { caPublicKey: signer.identity.rootPublicKey },
      requester,
    },
    () => undefined,
  );
  if (!answer.ok) return { code: answer.failure.code, certificate: undefined };
  return { code: 'OK', certificate: new X509Certificate(answer.value.deviceCertificate) };
}

function booksBalance(): void {
  const books = auditBooks(folder, { rootPublicKey: signer.identity.rootPublicKey, signatures: signer.signatures });
  expect(books.complaints).toEqual([]);
  expect(verifySigningLog(join(folder, 'logs')).complaints).toEqual([]);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('a clock that jumps', () => {
  it.each([
    ['forth', 6 * minute],
    ['back', -6 * minute],
    ['a day forth', day],
    ['a year back', -365 * day],
  ])('%s while the server runs: nothing is signed until it is confirmed', async (_, jump) => {
    await start();
    expect((await issue(1)).code).toBe('OK');
    clock += jump;
    pass(minute);
    for (let n = 2; n < 6; n += 1) expect((await issue(n)).code).toBe('CLOCK_SUSPECT');
    expect((await issue(1)).code).toBe('OK');
    expect(signer.signatures).toBe(1);
    await side?.service.acceptClock();
    // Before its signer's own certificate began nothing is valid, whoever confirms.
    const expected = jump < -300 * day ? 'CLOCK_SUSPECT' : 'OK';
    expect((await issue(2)).code).toBe(expected);
    booksBalance();
  });

  it('back over a restart: asked once or ten times, no certificate; the right time again, and it goes on', async () => {
    await start();
    expect((await issue(1)).code).toBe('OK');
    clock -= 3 * hour;
    await start();
    for (let n = 2; n < 12; n += 1) expect((await issue(n)).code).toBe('CLOCK_SUSPECT');
    await start();
    expect((await issue(2)).code).toBe('CLOCK_SUSPECT');
    clock += 3 * hour;
    await start();
    expect((await issue(2)).code).toBe('OK');
    booksBalance();
  });

  it('to and fro over many starts, 1970 and 1999 included: one chain, and no certificate with a wrong date', async () => {
    const right = clock;
    await start();
    expect((await issue(1)).code).toBe('OK');
    let n = 1;
    for (const wrong of [0, Date.UTC(1999, 11, 31), Date.UTC(2020, 1, 1), Date.UTC(2026, 10, 22, 10)]) {
      clock = wrong;
      await start();
      n += 1;
      expect((await issue(n)).code).toBe('CLOCK_SUSPECT');
      clock = right + n * minute;
      await start();
      expect((await issue(n)).code, new Date(wrong).toISOString()).toBe('OK');
    }
    booksBalance();
    for (const { serialNumber } of auditBooks(folder, { rootPublicKey: signer.identity.rootPublicKey }).certificates) {
      const issued = side?.records.archive.bySerialNumber(serialNumber)[0]?.notBefore ?? '';
      expect(issued.startsWith('2026-11-22')).toBe(true);
    }
  });
});

describe('days that are not like others', () => {
  it.each([
    ['leap day', Date.UTC(2028, 1, 29, 12, 30), '2028-02-29'],
    ['last hour of a leap day', Date.UTC(2028, 1, 29, 23, 59, 59, 999), '2028-02-29'],
    ['last second of a year', Date.UTC(2027, 11, 31, 23, 59, 59, 999), '2027-12-31'],
    ['a year that compressed dates cannot hold', Date.UTC(2064, 1, 29, 23, 59), ''],
  ])('%s', async (_, at, date) => {
    clock = at;
    await start();
    const { code, certificate } = await issue(1);
    expect(code === 'OK' || code === 'CLOCK_SUSPECT').toBe(true);
    if (certificate !== undefined) {
      const from = certificate.validFromDate;
      expect(from.toISOString().slice(0, 10)).toBe(date);
      expect(from.getTime()).toBeLessThanOrEqual(at);
      expect(at - from.getTime()).toBeLessThan(hour);
    } else {
      // Five bits count the years from 2000.
      expect(new Date(at).getUTCFullYear()).toBeGreaterThan(2031);
    }
    booksBalance();
  });

  it('a change of time zone or to summer time changes nothing but the activity log', async () => {
    await start();
    const dates: string[] = [];
    for (const [n, name] of ['Pacific/Kiritimati', 'America/Los_Angeles', 'UTC', 'Asia/Kolkata'].entries()) {
      process.env['TZ'] = name;
      const { code, certificate } = await issue(n + 1);
      expect(code).toBe('OK');
      dates.push(certificate?.validFromDate.toISOString() ?? '');
    }
    expect(new Set(dates).size).toBe(1);
    process.env['TZ'] = 'America/Los_Angeles';
    clock = Date.UTC(2027, 2, 14, 9, 59);
    await start();
    expect((await issue(10)).code).toBe('OK');
    pass(2 * minute);
    expect((await issue(11)).code).toBe('OK');
    booksBalance();
  });
});
