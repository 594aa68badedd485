import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Board } from '../../src-main/simulator/board.ts';
import { type BoardListener, listenBoard } from '../../src-main/simulator/listener.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { SeededRandom } from '../../src-main/simulator/random.ts';
import type { CertRequest } from '../../src-shared/wire/messages.ts';
import { RawClient } from '../server/raw-client.ts';
import { countPairs, device, type MadeStick, madeStick, thePassword } from '../signing/factory.ts';
import { auditBooks } from '../sweep/audit.ts';
import { type Child, startChild } from './child.ts';
import { issueSteps } from './steps.ts';

/**
 * The server is killed (SIGKILL) while batches run, at every step of an issue and at any moment; the stick and its counters live on, as a
 * real one does. Whatever the stick signed is accounted for by its own row, and every chip gets one certificate.
 */
let folder: string;
let made: MadeStick;
let stick: Board;
let listener: BoardListener;
let pairs: () => number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signet-kill-'));
  made = await madeStick();
  stick = createSignerStick(made.state);
  listener = await listenBoard(stick, { host: '127.0.0.1', port: 0, waitMs: 2000 });
  pairs = countPairs(stick);
});
afterAll(async () => {
  await listener.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(killAt?: { readonly step: string; readonly occurrence: number }): Child {
  return startChild('server-child.ts', {
    dataFolder: folder,
    signers: [`tcp:127.0.0.1:${listener.port}`],
    password: thePassword,
    ...(killAt === undefined ? {} : { killAt }),
  });
}

async function portOf(child: Child): Promise<number> {
  const { port } = await child.said;
  if (typeof port !== 'number') throw new Error('no port');
  return port;
}

function request(n: number): CertRequest {
  const product = device(n);
  const { identity } = made.made;
  return {
    name: 'CERT_REQUEST',
    configZone: product.configZone,
    publicKey: product.publicKey,
    selection: {
      chainId: identity.chainId,
      signerCaPublicKey: identity.rootPublicKey,
      deviceTemplateId: identity.deviceTemplateId,
      signerTemplateId: identity.signerTemplateId,
    },
  };
}

/** Asks for certificates, one connection each; gives the serial numbers of those that got one. */
async function ask(port: number, numbers: readonly number[]): Promise<readonly number[]> {
  const answers = await Promise.all(
    numbers.map(async (n) => {
      try {
        const client = await RawClient.open(port);
        client.say(request(n));
        const reply = await client.hear('CERT_REPLY', 60_000);
        client.destroy();
        return reply === undefined ? undefined : n;
      } catch {
        return undefined;
      }
    }),
  );
  return answers.filter((n) => n !== undefined);
}

function complaints(mayHavePending: boolean): readonly string[] {
  return auditBooks(folder, {
    rootPublicKey: made.root.facts.publicKey,
    signatures: pairs(),
    mayHavePending,
  }).complaints;
}

const batch = (first: number): readonly number[] => Array.from({ length: 4 }, (_, i) => first + i);

describe('the server killed', () => {
  it('at every step of an issue: the next start accounts for everything, and the batch is finished', async () => {
    const served = new Set<number>();
    let left: readonly number[] = [];
    for (const [i, step] of issueSteps.entries()) {
      const child = start({ step, occurrence: 3 });
      const port = await portOf(child);
      // What the killed one before this left behind comes back first, then a new batch, during which this one dies.
      for (const n of await ask(port, left.slice(0, 2))) served.add(n);
      const numbers = [...left.slice(2), ...batch(100 * (i + 1))];
      for (const n of await ask(port, numbers)) served.add(n);
      expect(await child.ended, `killed at ${step}`).toBe('SIGKILL');
      left = [...left, ...numbers].filter((n, k, list) => !served.has(n) && list.indexOf(n) === k);
      expect(left.length, `killed at ${step}`).toBeGreaterThan(0);
    }
    const last = start();
    for (const n of await ask(await portOf(last), left)) served.add(n);
    last.process.kill('SIGTERM');
    expect(await last.ended).toBe('0');
    expect(served.size).toBe(4 * issueSteps.length);
    expect(complaints(false)).toEqual([]);
  });

  it('at any moment, again and again', async () => {
    const random = new SeededRandom(3);
    let left: readonly number[] = Array.from({ length: 24 }, (_, i) => 5000 + i);
    for (let round = 0; round < 2; round += 1) {
      const child = start();
      const port = await portOf(child);
      setTimeout(() => child.process.kill('SIGKILL'), random.below(120));
      const served = await ask(port, left);
      expect(await child.ended).toBe('SIGKILL');
      left = left.filter((n) => !served.includes(n));
    }
    const last = start();
    const port = await portOf(last);
    expect(await ask(port, left)).toEqual(left);
    const again = Array.from({ length: 24 }, (_, i) => 5000 + i);
    expect(await ask(port, again)).toEqual(again);
    last.process.kill('SIGTERM');
    expect(await last.ended).toBe('0');
    expect(complaints(false)).toEqual([]);
  });
});
