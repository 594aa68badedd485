import { describe, expect, it } from 'vitest';
import { changePassword, type PasswordChangeOptions, setLabel } from '../../src-main/signing/change-password.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { madeStick, openFactory, thePassword } from './factory.ts';
import { MemoryDelays, now, password, plugIn, seeded } from './rig.ts';

const newPassword = 'another good phrase';

class Book {
  readonly begun = new Map<string, string>();
  readonly history: string[] = [];
  passwordChangeBegun(signer: string): boolean {
    return this.begun.has(signer);
  }
  async setPasswordChange(signer: string, begunAt: string | undefined): Promise<void> {
    this.history.push(begunAt === undefined ? 'end' : 'begin');
    if (begunAt === undefined) this.begun.delete(signer);
    else this.begun.set(signer, begunAt);
  }
}

function options(overrides: Partial<PasswordChangeOptions> = {}): PasswordChangeOptions & { readonly book: Book } {
  const book = new Book();
  return { now, random: seeded('change'), delays: new MemoryDelays(), ...overrides, book };
}

async function change(
  board: Board,
  oldPasswords: readonly string[],
  newPasswords: readonly string[],
  given: PasswordChangeOptions = options(),
): Promise<string> {
  board.unplug();
  board.plug();
  const { registry, kit } = await plugIn(board);
  const lease = registry.take(kit.id, { role: 'tool', name: 'test' });
  if (!lease.ok) throw new Error(lease.failure.kind);
  const result = await changePassword(
    lease.value,
    { oldPasswords: oldPasswords.map(password), newPasswords: newPasswords.map(password) },
    given,
  );
  return result.ok ? (result.value.recovered ? 'recovered' : 'ok') : result.failure.kind;
}

async function opens(board: Board, ...texts: string[]): Promise<string> {
  board.unplug();
  board.plug();
  const { root } = await madeStick();
  const factory = await openFactory({ root });
  try {
    await factory.plug(board);
    const [module] = factory.manager.modules();
    const serialNumber = toHex(module?.identity?.serialNumber ?? new Uint8Array(0));
    const result = await factory.manager.unlock(serialNumber, texts.map(password));
    return result.ok ? 'ok' : result.failure.kind;
  } finally {
    await factory.close();
  }
}

describe('changing a password (signer-and-server.md 6.8)', () => {
  it('from one to another, with the note before and its end after', async () => {
    const board = createSignerStick((await madeStick()).state);
    const given = options();
    expect(await change(board, [thePassword], [newPassword], given)).toBe('ok');
    expect(given.book.history).toEqual(['begin', 'end']);
    expect(await opens(board, thePassword)).toBe('wrong-password');
    expect(await opens(board, newPassword)).toBe('ok');
    expect(await change(board, [newPassword], [thePassword])).toBe('ok');
    expect(await opens(board, thePassword)).toBe('ok');
  });

  it('sets the first password of an open module, and it is asked for from then on', async () => {
    const { state } = await madeStick('open', {}, { passwords: [] });
    const board = createSignerStick(state);
    expect(await change(board, [], [newPassword])).toBe('ok');
    expect(await opens(board)).toBe('passwords-needed');
    expect(await opens(board, newPassword)).toBe('ok');
    expect(await change(board, [newPassword], [thePassword])).toBe('ok');
    expect(await opens(board, thePassword)).toBe('ok');
  });

  it('both passwords of a module for two persons', async () => {
    const { state } = await madeStick(
      'two',
      {},
      { passwords: [password('first person here'), password('second person here')] },
    );
    const board = createSignerStick(state);
    const before = ['first person here', 'second person here'];
    const after = ['first person, new', 'second person, new'];
    expect(await change(board, before, [newPassword])).toBe('passwords-needed');
    expect(await change(board, before, ['the same for both', 'the same for both'])).toBe('password-policy');
    expect(await change(board, before, after)).toBe('ok');
    expect(await opens(board, ...after)).toBe('ok');
  });

  it('refuses a wrong old password, counts it, and changes nothing', async () => {
    const board = createSignerStick((await madeStick()).state);
    const delays = new MemoryDelays();
    const given = options({ delays });
    for (let i = 0; i < 5; i += 1)
      expect(await change(board, ['not the password'], [newPassword], given)).toBe('wrong-password');
    expect(await change(board, [thePassword], [newPassword], given)).toBe('locked-out');
    expect(given.book.history).toEqual([]);
    expect(await opens(board, thePassword)).toBe('ok');
  });

  it('refuses a new password that is too short, and a stick that is no module', async () => {
    const board = createSignerStick((await madeStick()).state);
    expect(await change(board, [thePassword], ['too short'])).toBe('password-policy');
    expect(await change(createSignerStick(), [thePassword], [newPassword])).toBe('not-a-module');
  });

  it('through the manager: the secrets are wiped, the stick is locked afterwards, the label too', async () => {
    const { state, root } = await madeStick();
    const book = new Book();
    const factory = await openFactory({ root, manager: { passwordChanges: book } });
    try {
      await factory.plug(createSignerStick(state));
      const [kit] = factory.registry.kits();
      const secrets = { oldPasswords: [password(thePassword)], newPasswords: [password(newPassword)] };
      const changed = await factory.manager.changePassword(kit?.id ?? 0, secrets);
      expect(changed.ok).toBe(true);
      expect([...secrets.oldPasswords, ...secrets.newPasswords].every(({ wiped }) => wiped)).toBe(true);
      expect(factory.manager.modules().map(({ state: at }) => at)).toEqual(['PASSWORD_REQUIRED']);
      expect((await factory.manager.setLabel(kit?.id ?? 0, 'Linie 3 – Süd')).ok).toBe(true);
      expect(factory.manager.modules()[0]?.identity?.label).toBe('Linie 3 – Süd');
      const serialNumber = toHex(factory.manager.modules()[0]?.identity?.serialNumber ?? new Uint8Array(0));
      expect((await factory.manager.unlock(serialNumber, [password(newPassword)])).ok).toBe(true);
      book.begun.set(serialNumber, 'x');
      expect(factory.manager.list()[0]?.passwordChangeBegun).toBe(true);
    } finally {
      await factory.close();
    }
  });

  it('writes a label of 72 bytes and no longer one', async () => {
    const board = createSignerStick((await madeStick()).state);
    const { registry, kit } = await plugIn(board);
    const lease = registry.take(kit.id, { role: 'tool', name: 'test' });
    if (!lease.ok) throw new Error(lease.failure.kind);
    expect((await setLabel(lease.value, 'x'.repeat(72))).ok).toBe(true);
    await expect(setLabel(lease.value, 'x'.repeat(73))).rejects.toThrow('longer than 72');
  });
});

describe('a change that broke off', () => {
  it('is finished when the new password is typed to open the stick, in every state it can be in', async () => {
    const { state, root, made } = await madeStick();
    const serialNumber = toHex(made.identity.serialNumber);
    // Writes of the change by their address: slot 5 is 0028, slot 4 is 0020.
    for (const [p2, when, typed, note] of [
      [0x28, 'before', thePassword, false],
      [0x28, 'during', thePassword, true],
      [0x28, 'after', thePassword, true],
      [0x20, 'before', thePassword, true],
      [0x20, 'before', newPassword, false],
      [0x20, 'during', newPassword, false],
      [0x20, 'after', newPassword, false],
    ] as const) {
      const context = `${when} ${p2.toString(16)}, ${typed === newPassword ? 'new' : 'old'} password`;
      const board = createSignerStick(state, {
        faults: {
          seed: 3,
          faults: [
            {
              at: { on: 'packet', filter: { opcode: 0x12, p2 }, from: 1 },
              times: 1,
              action: { do: 'power-cut', when, scope: 'board', back: { kind: 'at-once' }, torn: { newWords: 0x55 } },
            },
          ],
        },
      });
      const given = options();
      expect(await change(board, [thePassword], [newPassword], given), context).toBe('device');
      board.unplug();
      board.plug();
      const factory = await openFactory({ root, manager: { passwordChanges: given.book } });
      try {
        await factory.plug(board);
        expect(factory.manager.list()[0]?.passwordChangeBegun, context).toBe(true);
        // Whatever else is typed first does no harm.
        expect((await factory.manager.unlock(serialNumber, [password('neither old nor new')])).ok, context).toBe(false);
        expect((await factory.manager.unlock(serialNumber, [password(typed)])).ok, context).toBe(true);
        expect(given.book.passwordChangeBegun(serialNumber), context).toBe(note);
      } finally {
        await factory.close();
      }
    }
  });
});
