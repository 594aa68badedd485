import { setTimeout as pause } from 'node:timers/promises';
import type { Board } from '../../src-main/simulator/board.ts';
import type { ChipEvent } from '../../src-main/simulator/chip/index.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import type { SeededRandom } from '../../src-main/simulator/random.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { countPairs, type Factory, madeStick, thePassword } from '../signing/factory.ts';
import { password } from '../signing/rig.ts';
import { type Rates, stickFaults } from './faults.ts';

/** One signer stick with bad days: what its chip itself counts and saw. */
export interface SoakStick {
  readonly serialNumber: string;
  readonly board: Board;
  /** Pairs of authorisation and signature since it was plugged in first, by the chip's own counter. */
  readonly pairs: () => number;
  /** SHA-256 of what was signed, hex, and how often. */
  readonly signed: ReadonlyMap<string, number>;
  readonly unauthorised: () => number;
  readonly seedUpdates: () => number;
  readonly faults: () => number;
}

export async function makeSticks(count: number, seed: number, rates: Rates): Promise<readonly SoakStick[]> {
  const sticks: SoakStick[] = [];
  for (let i = 0; i < count; i += 1) {
    const { state, made } = await madeStick(`soak ${i}`, { signerId: 0x0100 + i });
    const signed = new Map<string, number>();
    let unauthorised = 0;
    let faults = 0;
    const board = createSignerStick(state, {
      faults: { seed: seed * 1000 + i, faults: stickFaults(rates) },
      trace: (event) => {
        if (event.kind === 'fault') faults += 1;
      },
      onEvent: (event: ChipEvent) => {
        if (event.kind !== 'signature') return;
        if (!event.authorised) unauthorised += 1;
        const digest = toHex(event.digest);
        signed.set(digest, (signed.get(digest) ?? 0) + 1);
      },
    });
    const seedsBefore = chipsOf(board)[0]?.counters.rngSeedUpdates ?? 0;
    sticks.push({
      serialNumber: toHex(made.identity.serialNumber),
      board,
      pairs: countPairs(board),
      signed,
      unauthorised: () => unauthorised,
      seedUpdates: () => (chipsOf(board)[0]?.counters.rngSeedUpdates ?? 0) - seedsBefore,
      faults: () => faults,
    });
  }
  return sticks;
}

/** The person who looks after the sticks: plugs in what fell out, enters the password, now and then pulls one. */
export async function keepReady(
  factory: Factory,
  sticks: readonly SoakStick[],
  options: { readonly random: SeededRandom; readonly pull: boolean; readonly ended: () => boolean },
): Promise<{ readonly pulled: number; readonly unlocked: number }> {
  const { random, ended } = options;
  let pulled = 0;
  let unlocked = 0;
  while (!ended()) {
    for (const { board, serialNumber } of sticks) {
      if (options.pull && random.chance(0.005)) {
        pulled += 1;
        board.unplug();
        await pause(random.below(50));
      }
      const state = stateOf(factory, serialNumber);
      if (state === 'READY') continue;
      if (state !== 'PASSWORD_REQUIRED') {
        board.unplug();
        board.plug();
        await factory.plug(board).catch(() => undefined);
      }
      const result = await factory.manager.unlock(serialNumber, [password(thePassword)]);
      if (result.ok) unlocked += 1;
    }
    await pause(20);
  }
  return { pulled, unlocked };
}

function stateOf(factory: Factory, serialNumber: string): string {
  const module = factory.manager
    .modules()
    .find(({ identity }) => identity !== undefined && toHex(identity.serialNumber) === serialNumber);
  return module?.state ?? 'ABSENT';
}
