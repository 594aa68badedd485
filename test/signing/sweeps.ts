import { type KitLease, KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { changePassword, type PasswordChangeBook } from '../../src-main/signing/change-password.ts';
import { ChipSigner } from '../../src-main/signing/chip-signer.ts';
import { definitionSource } from '../../src-main/signing/definitions.ts';
import { prepareIssue } from '../../src-main/signing/issue-prepare.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import type { BoardState } from '../../src-main/simulator/board-state.ts';
import type { FaultAction, FaultScript } from '../../src-main/simulator/faults/fault.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { device, requestFor } from './factory.ts';
import {
  fastKdf,
  MemoryDelays,
  MemoryNotes,
  now,
  password,
  seeded,
  setUpOptions,
  signerRequest,
  testRoot,
} from './rig.ts';

/**
 * The power goes before, during or after a packet, at every packet of a set-up or a password change: whatever the stick is then, it
 * can be finished, and it opens with a password that somebody knows. The normal suite takes samples; `full-sweep.ts` all of it.
 */

export type Moment = 'before' | 'during' | 'after';
export const moments: readonly Moment[] = ['before', 'during', 'after'];

export interface SweepOptions {
  /** Every n-th packet; 1 = all. */
  readonly every: number;
  /** How many packets after the first one that is not the probing of the kit; 0 when absent. */
  readonly offset?: number;
  /** Torn writes drawn per packet; 3 when absent. */
  readonly draws?: number;
  readonly told?: (text: string) => void;
}

export interface SweepResult {
  /** First and last packet of an undisturbed run, without the probing of the kit. */
  readonly first: number;
  readonly last: number;
  readonly cuts: number;
  /** What went wrong, one line each; empty when all is well. */
  readonly complaints: readonly string[];
}

const sweepPassword = 'correct horse battery';
const root = testRoot();

function cutAt(packet: number, when: Moment, seed: number): FaultScript {
  const action: FaultAction = { do: 'power-cut', when, scope: 'board', back: { kind: 'at-once' }, torn: {} };
  return { seed, faults: [{ at: { on: 'packet', filter: {}, from: packet }, times: 1, action }] };
}

async function lease(board: Board): Promise<KitLease | undefined> {
  const opened = await openKit(board.connect());
  if (!opened.ok) return undefined;
  const registry = new KitRegistry({ now: () => performance.now() });
  const kit = await registry.adopt(opened.value);
  const taken = registry.take(kit.id, { role: 'set-up', name: 'sweep' });
  return taken.ok ? taken.value : undefined;
}

/** Plugged in anew, as a person would: the old connection is gone. */
async function leaseAfterReplug(board: Board): Promise<KitLease> {
  board.unplug();
  board.plug();
  const taken = await lease(board);
  if (taken === undefined) throw new Error('the stick does not answer after it was plugged in anew');
  return taken;
}

/** Whether a stick is a module in order that signs under one of these passwords; gives the password, or why not. */
async function opens(
  board: Board,
  passwords: readonly string[],
): Promise<{ readonly opened?: string; readonly why: string }> {
  const module = new ChipSigner(await leaseAfterReplug(board), {
    definitions: definitionSource(),
    trustsRoot: (key) => equalBytes(key, root.facts.publicKey),
    now,
    delays: new MemoryDelays(),
    random: seeded('opens'),
  });
  await module.probe();
  const { identity } = module;
  if (identity === undefined) return { why: `${module.state} ${inEnglish(module.reason)}` };
  for (const text of passwords) {
    const unlocked = await module.unlock([password(text)]);
    if (!unlocked.ok) continue;
    const prepared = prepareIssue(requestFor(device(1), root), {
      identity,
      asked: now(),
      reuse: undefined,
      archive: { bySerialNumber: () => [], hasCertificateSerial: () => false, store: () => Promise.resolve() },
      known: [],
      random: seeded('serial'),
    });
    if (!prepared.ok) return { why: prepared.failure.message };
    const signed = await module.sign(prepared.value.tbs, () => Promise.resolve());
    return signed.ok ? { opened: text, why: '' } : { why: `does not sign: ${signed.failure.kind}` };
  }
  return { why: `no password opens it (${module.state} ${inEnglish(module.reason)})` };
}

async function setUp(taken: KitLease, notes: MemoryNotes): Promise<string> {
  const made = await setUpModule(signerRequest(root), {
    ...setUpOptions(taken),
    passwords: [password(sweepPassword)],
    notes,
    kdf: fastKdf,
  });
  return made.ok ? '' : JSON.stringify(made.failure);
}

/** Set-up, cut once; then plugged in anew and set up again. */
export async function sweepSetUp(options: SweepOptions): Promise<SweepResult> {
  let packets = 0;
  const trial = createSignerStick(undefined, {
    trace: (event) => {
      if (event.kind === 'packet') packets = event.packet;
    },
  });
  const whole = await lease(trial);
  if (whole === undefined) throw new Error('no stick');
  const first = packets + 1;
  const failed = await setUp(whole, new MemoryNotes());
  if (failed !== '') throw new Error(`the undisturbed set-up failed: ${failed}`);
  const complaints: string[] = [];
  let cuts = 0;
  for (let packet = first + (options.offset ?? 0); packet <= packets; packet += options.every) {
    for (const when of moments) {
      cuts += 1;
      const context = `power lost ${when} packet ${packet} of ${packets}`;
      const board = createSignerStick(undefined, { faults: cutAt(packet, when, packet) });
      const notes = new MemoryNotes();
      const taken = await lease(board);
      const broken = taken === undefined ? 'the kit was lost while it was opened' : await setUp(taken, notes);
      if (broken === '' && when !== 'after') complaints.push(`${context}: nobody noticed`);
      let again = '';
      if (broken !== '') again = await setUp(await leaseAfterReplug(board), notes);
      if (again !== '') complaints.push(`${context}: not finished: ${again}`);
      else {
        const { opened, why } = await opens(board, [sweepPassword]);
        if (opened === undefined) complaints.push(`${context}: ${why}`);
        if (notes.notes.size > 0) complaints.push(`${context}: a note was left`);
      }
      options.told?.(`${context}: ${complaints.length} complaints`);
    }
  }
  return { first, last: packets, cuts, complaints };
}

class ChangeBook implements PasswordChangeBook {
  readonly begun = new Set<string>();
  passwordChangeBegun(signer: string): boolean {
    return this.begun.has(signer);
  }
  async setPasswordChange(signer: string, begunAt: string | undefined): Promise<void> {
    if (begunAt === undefined) this.begun.delete(signer);
    else this.begun.add(signer);
  }
}

const newPassword = 'a quite other phrase';

async function change(taken: KitLease, book: PasswordChangeBook, seed: string): Promise<string> {
  const changed = await changePassword(
    taken,
    { oldPasswords: [password(sweepPassword)], newPasswords: [password(newPassword)] },
    { now, random: seeded(seed), book, delays: new MemoryDelays() },
  );
  return changed.ok ? '' : JSON.stringify(changed.failure);
}

/**
 * Password change, cut once; then three ways on: with the same host (its note is there) and with another host (no note) the change
 * is finished; and in every state the stick can be opened with the old or the new password once it is.
 */
export async function sweepPasswordChange(state: BoardState, options: SweepOptions): Promise<SweepResult> {
  let packets = 0;
  const trial = createSignerStick(state, {
    trace: (event) => {
      if (event.kind === 'packet') packets = event.packet;
    },
  });
  const whole = await lease(trial);
  if (whole === undefined) throw new Error('no stick');
  const first = packets + 1;
  const failed = await change(whole, new ChangeBook(), 'change');
  if (failed !== '') throw new Error(`the undisturbed change failed: ${failed}`);
  const complaints: string[] = [];
  let cuts = 0;
  for (let packet = first + (options.offset ?? 0); packet <= packets; packet += options.every) {
    for (const when of moments) {
      // During a write what is new and what is old is drawn: several draws.
      for (let seed = 1; seed <= (when === 'during' ? (options.draws ?? 3) : 1); seed += 1) {
        for (const host of ['same', 'other'] as const) {
          cuts += 1;
          const context = `${host} host, power lost ${when} packet ${packet} of ${packets}, draw ${seed}`;
          const board = createSignerStick(state, { faults: cutAt(packet, when, seed) });
          const book = new ChangeBook();
          const taken = await lease(board);
          const broken = taken === undefined ? 'lost' : await change(taken, book, 'change');
          const [chip] = chipsOf(board);
          const serialNumber = toHex(chip?.serialNumber ?? new Uint8Array(0));
          if (broken === '' && book.passwordChangeBegun(serialNumber)) complaints.push(`${context}: a note was left`);
          if (broken !== '') {
            const on = host === 'same' ? book : new ChangeBook();
            const again = await change(await leaseAfterReplug(board), on, 'again');
            // Without a note, a change whose last answer was lost looks like a wrong old password: the new one counts already.
            const finished = again === '' || (host === 'other' && again.includes('wrong-password'));
            if (!finished) complaints.push(`${context}: not finished: ${again}`);
          }
          const { opened, why } = await opens(board, [newPassword]);
          if (opened === undefined) complaints.push(`${context}: ${why}`);
          options.told?.(`${context}: ${complaints.length} complaints`);
        }
      }
    }
  }
  return { first, last: packets, cuts, complaints };
}
