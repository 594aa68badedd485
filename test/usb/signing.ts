import assert from 'node:assert/strict';
import type { RootAuthority } from '../../src-main/signing/root.ts';
import { setUpModule } from '../../src-main/signing/setup.ts';
import type { SignerState } from '../../src-main/signing/signer-module.ts';
import { chipsOf, createSignerStick } from '../../src-main/simulator/open-board.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { thePassword } from '../signing/factory.ts';
import { password, setUpOptions, signerRequest } from '../signing/rig.ts';
import type { Context } from './context.ts';
import { serialOf } from './plant.ts';
import { until } from './until.ts';

/** State of the module behind a stick of the plant; undefined when the station has none of its number. */
export function signerState({ plant, station }: Context): SignerState | undefined {
  return station.signing.manager.module(serialOf(plant.sticks[0]))?.state;
}

/** Waits for the signer's stick and types its password. */
export async function unlockSigner(context: Context): Promise<void> {
  const { manager } = context.station.signing;
  await until('the signer asks for its password', () => signerState(context) === 'PASSWORD_REQUIRED');
  const unlocked = await manager.unlock(serialOf(context.plant.sticks[0]), [password(thePassword)]);
  assert.ok(unlocked.ok, JSON.stringify(unlocked));
  assert.equal(signerState(context), 'READY');
}

/** A blank stick becomes the signer of the line, through its HID reports. */
export async function signerSetUp(context: Context, root: RootAuthority): Promise<void> {
  const { tally, plant, station } = context;
  const { manager } = station.signing;
  tally.section('The signer');
  await tally.check('a blank stick is made a signer', async () => {
    const kit = await station.kitWith(serialOf(plant.sticks[0]));
    await until('it is known as blank', () => moduleAt(context, kit.id)?.state === 'UNCONFIGURED');
    const lent = await manager.borrow(kit.id, { role: 'set-up', name: 'bench' });
    assert.ok(lent.ok, JSON.stringify(lent));
    const made = await setUpModule(signerRequest(root), setUpOptions(lent.value));
    lent.value.release();
    assert.ok(made.ok, JSON.stringify(made));
    station.planFor(made.value.identity, 'fill+crc');
  });
  await tally.check('it signs once its password is typed, and asks again after a replug', async () => {
    await unlockSigner(context);
    await plant.sticks[0].unplug();
    await until('the signer is gone', () => signerState(context) === undefined);
    await plant.sticks[0].plug();
    await unlockSigner(context);
  });
}

function moduleAt({ station }: Context, kitId: number) {
  return station.signing.manager.list().find((managed) => managed.kitId === kitId)?.module;
}

/** Two sticks that USB cannot tell apart. */
export async function twoSticks(context: Context): Promise<void> {
  const { tally, plant, station } = context;
  const [first, second] = plant.sticks;
  const { manager } = station.signing;
  tally.section('Two identical sticks');
  await tally.check('the other one is pulled and plugged: the signer stays unlocked', async () => {
    await second.unplug();
    await station.gone(serialOf(second));
    assert.equal(signerState(context), 'READY');
    await second.plug();
    await station.kitWith(serialOf(second));
    assert.equal(signerState(context), 'READY');
  });
  await tally.check('the other one comes with the same chip number: it is refused, the signer goes on', async () => {
    await second.unplug();
    await station.gone(serialOf(second));
    const blank = second.board.takeOut();
    second.board.putIn(chipsOf(createSignerStick(first.board.state())));
    await second.plug();
    const modules = () =>
      manager.modules().filter((module) => module.identity && toHex(module.identity.serialNumber) === serialOf(first));
    await until('both are seen', () => modules().length === 2);
    await manager.settled();
    await until('one of them is refused', () => modules().some((module) => module.state === 'FAULT'));
    assert.equal(modules().find((module) => module.state === 'FAULT')?.reason?.code, 'signer-twice');
    assert.equal(signerState(context), 'READY');
    await second.unplug();
    await until('it is gone', () => modules().length === 1);
    second.board.putIn(blank);
  });
}
