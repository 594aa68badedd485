import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleKeys, wipeKeys } from '../../src-main/signing/asd1/password.ts';
import { decodeRecord } from '../../src-main/signing/asd1/record.ts';
import { tbsOfCertificate } from '../../src-main/signing/issuer.ts';
import { verifyP256Message } from '../../src-main/signing/verify.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { ChipEvent } from '../../src-main/simulator/chip/index.ts';
import type { FaultScript } from '../../src-main/simulator/faults/fault.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { decodeCertificate } from '../../src-shared/certificates/index.ts';
import {
  countPairs,
  device,
  type Factory,
  madeStick,
  openFactory,
  requestFor,
  rowsOf,
  thePassword,
} from './factory.ts';
import { password } from './rig.ts';

/**
 * Many signatures on a stick that has bad moments at random: what must hold however it goes. No signature leaves unverified,
 * unlogged or unauthorised; every pair of authorisation and signature has one row.
 */
export interface SoakResult {
  readonly issued: number;
  readonly refused: number;
  readonly pairs: number;
  readonly attempts: number;
  readonly complaints: readonly string[];
}

const SIGN = 0x41;

function badDays(seed: number): FaultScript {
  const chance = (
    probability: number,
    action: FaultScript['faults'][number]['action'],
    opcode?: number,
  ): FaultScript['faults'][number] => ({
    at: { on: 'packet-chance', filter: opcode === undefined ? {} : { opcode }, probability },
    times: Number.POSITIVE_INFINITY,
    action,
  });
  return {
    seed,
    faults: [
      chance(0.01, { do: 'drop-answer' }),
      chance(0.01, { do: 'drop-command' }),
      chance(0.01, { do: 'corrupt-answer', byte: undefined, xor: 0x10, reads: 1 }),
      chance(0.01, { do: 'corrupt-command', byte: undefined, xor: 0x10 }),
      chance(0.01, { do: 'nack' }),
      chance(0.005, { do: 'watchdog', side: 'before' }),
      chance(0.005, { do: 'watchdog', side: 'after' }),
      chance(0.005, { do: 'duplicate' }),
      chance(0.005, { do: 'wrong-key' }, SIGN),
      chance(0.002, { do: 'unplug', side: 'before', back: { kind: 'at-once' } }, SIGN),
      chance(0.002, { do: 'unplug', side: 'after', back: { kind: 'at-once' } }, SIGN),
    ],
  };
}

export async function soak(count: number, seed: number): Promise<SoakResult> {
  const { state, root, made } = await madeStick();
  const serialNumber = toHex(made.identity.serialNumber);
  const factory = await openFactory({ root });
  const complaints: string[] = [];
  let unauthorised = 0;
  const onEvent = (event: ChipEvent): void => {
    if (event.kind === 'signature' && !event.authorised) unauthorised += 1;
  };
  const board = createSignerStick(state, { faults: badDays(seed), onEvent });
  const pairs = countPairs(board);
  let issued = 0;
  let refused = 0;
  const certificates = new Set<string>();

  const ready = async (): Promise<void> => {
    for (let i = 0; i < 20; i += 1) {
      const [module] = factory.manager.modules();
      if (module?.state === 'READY') return;
      if (module?.state !== 'PASSWORD_REQUIRED') {
        board.unplug();
        board.plug();
        await factory.plug(board).catch(() => undefined);
      }
      await factory.manager.unlock(serialNumber, [password(thePassword)]);
    }
  };

  try {
    for (let n = 0; n < count; n += 1) {
      await ready();
      const request = requestFor(device(n), root);
      for (let tries = 0; ; tries += 1) {
        const answer = await factory.service.issue(request, () => undefined);
        if (answer.ok) {
          issued += 1;
          const decoded = decodeCertificate(answer.value.deviceCertificate);
          const tbs = tbsOfCertificate(answer.value.deviceCertificate);
          const signature = decoded.ok ? decoded.value.signature : undefined;
          if (
            tbs === undefined ||
            signature === undefined ||
            !verifyP256Message(made.identity.publicKey, tbs, signature)
          ) {
            complaints.push(`device ${n}: a certificate that does not verify`);
          }
          certificates.add(toHex(answer.value.certificateSerial));
          break;
        }
        refused += 1;
        if (tries === 30) {
          complaints.push(`device ${n}: never issued, last ${answer.failure.code}`);
          break;
        }
        await ready();
      }
    }
    const rows = rowsOf(factory);
    const attempts = rows.filter(({ result }) => result === 'SIGNED' || result === 'FAILED');
    const signed = rows.filter(({ result }) => result === 'SIGNED');
    if (unauthorised > 0) complaints.push(`${unauthorised} signatures without authorisation`);
    if (new Set(attempts.map(({ note }) => note)).size !== attempts.length) complaints.push('an attempt has two rows');
    if (pairs() > attempts.length) complaints.push(`${pairs()} pairs, ${attempts.length} rows`);
    if (signed.length !== issued || certificates.size !== issued)
      complaints.push(`${issued} issued, ${signed.length} SIGNED`);
    if (factory.records.intents.pending().length > 0) complaints.push('intents are left');
    complaints.push(...(await secretsIn(factory, board)));
    return { issued, refused, pairs: pairs(), attempts: attempts.length, complaints };
  } finally {
    await factory.close();
  }
}

/** The password and the keys made of it, looked for in everything that lies in the data folder and was said. */
async function secretsIn(factory: Factory, board: Board): Promise<readonly string[]> {
  const [chip] = chipsOf(board);
  const record = decodeRecord(chip?.inspect().slots[8] ?? new Uint8Array(0));
  if (chip === undefined || !record.ok) return ['the stick lost its record'];
  const typed = password(thePassword);
  const keys = await moduleKeys([typed], chip.serialNumber, record.value);
  const secrets: (string | Buffer)[] = [thePassword];
  for (const key of [keys.k4, keys.k5]) {
    key.use((bytes) => {
      const raw = Buffer.from(bytes);
      secrets.push(raw, raw.toString('hex'), raw.toString('hex').toUpperCase(), raw.toString('base64'));
    });
  }
  typed.wipe();
  wipeKeys(keys);
  const found: string[] = [];
  for (const entry of readdirSync(factory.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    if (secrets.some((secret) => bytes.includes(secret))) found.push(`a secret in ${entry.name}`);
  }
  const said = factory.lines.join('\n');
  if (secrets.some((secret) => typeof secret === 'string' && said.includes(secret))) found.push('a secret was said');
  return found;
}
