import { afterEach, describe, expect, it } from 'vitest';
import { tbsOfCertificate } from '../../src-main/signing/issuer.ts';
import type { Fault } from '../../src-main/simulator/faults/fault.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import {
  countPairs,
  device,
  type Factory,
  madeStick,
  openFactory,
  requestFor,
  rowsOf,
  thePassword,
} from '../signing/factory.ts';
import { password } from '../signing/rig.ts';

/** The stick and the service together, where a signature is on the way when something ends. */
let factory: Factory | undefined;
afterEach(async () => {
  await factory?.close();
  factory = undefined;
});

/** An unlocked stick with these faults from then on. */
async function ready(
  faults: readonly Fault[],
  step: (name: string) => void = () => undefined,
): Promise<{
  readonly factory: Factory;
  readonly pairs: () => number;
  readonly root: Awaited<ReturnType<typeof madeStick>>['root'];
}> {
  const { state, root, made } = await madeStick();
  const opened = await openFactory({ root, step });
  factory = opened;
  const board = createSignerStick(state, { faults: { seed: 1, faults } });
  await opened.plug(board);
  const unlocked = await opened.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
  if (!unlocked.ok) throw new Error(unlocked.failure.kind);
  return { factory: opened, pairs: countPairs(board), root };
}

const SIGN = 0x41;

describe('a signature whose answer is lost', () => {
  it('is an attempt of its own: the next one is journalled before it is made, so that a crash after it leaves no pair without a row', async () => {
    let dying = true;
    const at = await ready(
      [{ at: { on: 'packet', filter: { opcode: SIGN }, from: 1 }, times: 2, action: { do: 'drop-answer' } }],
      (name) => {
        if (name === 'signed' && dying) throw new Error('killed');
      },
    );
    const request = requestFor(device(1), at.root);
    expect((await at.factory.service.issue(request, () => undefined)).ok).toBe(false);
    const pairsBefore = at.pairs();
    expect(pairsBefore).toBeGreaterThan(1);
    dying = false;
    await at.factory.restart();
    expect((await at.factory.service.issue(request, () => undefined)).ok).toBe(true);
    const rows = rowsOf(at.factory).filter(({ result }) => result === 'SIGNED' || result === 'FAILED');
    expect(rows.filter(({ result }) => result === 'SIGNED')).toHaveLength(1);
    expect(rows.length).toBeGreaterThanOrEqual(at.pairs());
  });
});

describe('a stick', () => {
  it('signs nothing for another issuer', async () => {
    const at = await ready([]);
    const [module] = at.factory.manager.modules();
    const foreign = tbsOfCertificate(softwareSigner().identity.certificate) ?? new Uint8Array(0);
    expect(await module?.sign(foreign, async () => undefined)).toEqual({
      ok: false,
      failure: { kind: 'foreign-issuer' },
    });
    expect(at.pairs()).toBe(0);
  });
});
