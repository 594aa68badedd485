import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { type StageName, stageNames } from '../../src-shared/model/stages.ts';
import type { Context } from './context.ts';
import { nextProduct, serialOf } from './plant.ts';
import { signerState, unlockSigner } from './signing.ts';
import { until } from './until.ts';
import type { UsbBoard } from './usb-board.ts';

/** The one certificate of a product, in the archive and of the key that its last run recorded. */
export function theCertificate({ station }: Context, record: RunRecord): void {
  const archived = station.signing.records.archive.bySerialNumber(record.serialNumber);
  assert.equal(archived.length, 1, 'one certificate');
  const [entry] = archived;
  assert.ok(entry !== undefined);
  assert.equal(entry.publicKey, record.publicKey);
  const signer = new X509Certificate(entry.signerCertificate);
  assert.equal(new X509Certificate(entry.deviceCertificate).verify(signer.publicKey), true);
}

/** Every board of the plant, all at the same time. */
export async function provisionAll(context: Context): Promise<void> {
  const { tally, plant, station } = context;
  tally.section('Provisioning');
  await tally.check('all boards at the same time, the signer on its stick', async () => {
    const results = await Promise.all(plant.boards.map((device) => station.run(serialOf(device))));
    for (const { record } of results) {
      assert.deepEqual(record.outcome, { kind: 'PASS' });
      theCertificate(context, record);
    }
  });
  // From here on boards are only begun and resumed: the plan with fewer packets will do.
  const signer = station.signing.manager.module(serialOf(plant.sticks[0]))?.identity;
  if (signer !== undefined) station.planFor(signer, 'no-crc');
}

/** The product's cable comes out in each stage; back in, the run is resumed and passes with one certificate. */
export async function boardPulled(context: Context): Promise<void> {
  const { tally, plant } = context;
  tally.section('A board pulled in every stage');
  const waiting = [...stageNames];
  const work = async (device: UsbBoard): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) {
      const pulled = stage;
      await tally.check(`${pulled}, on ${device.name}`, () => pullBoard(context, device, pulled));
    }
  };
  await Promise.all(plant.boards.map(work));
}

async function pullBoard(context: Context, device: UsbBoard, stage: StageName): Promise<void> {
  const { station } = context;
  await device.unplug();
  await station.gone(serialOf(device));
  nextProduct(device);
  const serial = serialOf(device);
  await device.plug();
  let pulled: Promise<void> | undefined;
  const { record } = await station.run(serial, 'provision', (now) => {
    if (now === stage) pulled ??= device.unplug();
  });
  assert.ok(pulled !== undefined, `${stage} was reached`);
  await pulled;
  assert.notEqual(record.outcome.kind, 'PASS');
  if (record.outcome.kind !== 'PASS') assert.match(record.outcome.next, /resume|retry/, JSON.stringify(record.outcome));
  await station.gone(serial);
  await device.plug();
  const again = await station.run(serial, 'resume');
  assert.deepEqual(again.record.outcome, { kind: 'PASS' });
  theCertificate(context, again.record);
}

/**
 * The signer's stick comes out in each stage; back in and unlocked, the board passes with one certificate. Two stages to a board:
 * one before the signature, where the run cannot pass, and one after it when the run is resumed, where it must.
 */
export async function signerPulled(context: Context): Promise<void> {
  const { tally, plant } = context;
  const device = plant.boards[2];
  if (device === undefined) throw new Error('the plant is too small');
  for (const other of plant.boards) if (other !== device) await other.unplug();
  tally.section('The signer pulled in every stage');
  const half = stageNames.length / 2;
  for (const [index, early] of stageNames.slice(0, half).entries()) {
    const late = stageNames[index + half];
    if (late !== undefined) await tally.check(`${early}, then ${late}`, () => pullSigner(context, device, early, late));
  }
  for (const other of plant.boards) if (other !== device) await other.plug();
}

async function pullSigner(context: Context, device: UsbBoard, early: StageName, late: StageName): Promise<void> {
  const { plant, station } = context;
  const [stick] = plant.sticks;
  const before = serialOf(device);
  nextProduct(device);
  const serial = serialOf(device);
  await station.look(before);
  const runPulledAt = async (stage: StageName, action: 'provision' | 'resume'): Promise<RunRecord> => {
    let pulled: Promise<void> | undefined;
    const { record } = await station.run(serial, action, (now) => {
      if (now === stage) pulled ??= stick.unplug();
    });
    assert.ok(pulled !== undefined, `${stage} was reached`);
    await pulled;
    await until('the signer is gone', () => signerState(context) === undefined);
    await stick.plug();
    await unlockSigner(context);
    return record;
  };
  const { outcome } = await runPulledAt(early, 'provision');
  if (outcome.kind !== 'PASS') {
    // Not the board's trouble, and nothing that stands in the way.
    assert.equal(outcome.kind, 'FAULT', JSON.stringify(outcome));
    assert.match(outcome.next, /resume|retry/, JSON.stringify(outcome));
  } else {
    assert.equal(early, 'CERTS_REQUEST', 'only a signature made before the stick was out lets this run pass');
  }
  const record = await runPulledAt(late, 'resume');
  assert.deepEqual(record.outcome, { kind: 'PASS' });
  theCertificate(context, record);
}

/**
 * A hub resets all its ports in the middle of everything: all boards, each where it just is, and the signer's stick are gone at
 * once and back at once. Every run says so, and every board passes afterwards with one certificate.
 */
export async function hubReset(context: Context): Promise<void> {
  const { tally, plant, station } = context;
  const [stick] = plant.sticks;
  tally.section('A hub that resets');
  await tally.check('all ports at once: said by every run, and every board passes with one certificate', async () => {
    for (const device of plant.boards) await device.unplug();
    for (const device of plant.boards) {
      await station.gone(serialOf(device));
      nextProduct(device);
      await device.plug();
    }
    for (const device of plant.boards) await station.kitWith(serialOf(device));
    let reset: Promise<unknown> | undefined;
    const first = await Promise.all(
      plant.boards.map((device) =>
        station.run(serialOf(device), 'provision', (stage) => {
          // The first board is nearly through, the others are somewhere before that.
          if (stage === 'DATA_WRITE') reset ??= Promise.all([stick, ...plant.boards].map((each) => each.unplug()));
        }),
      ),
    );
    assert.ok(reset !== undefined, 'one came as far as that');
    await reset;
    for (const { record } of first) {
      const { outcome } = record;
      assert.notEqual(outcome.kind, 'PASS');
      if (outcome.kind === 'PASS') continue;
      assert.match(outcome.next, /resume|retry/, JSON.stringify(outcome));
      assert.ok(outcome.sentence.length > 0);
    }
    for (const device of plant.boards) await station.gone(serialOf(device));
    await until('the signer is gone', () => signerState(context) === undefined);
    await Promise.all([stick, ...plant.boards].map((each) => each.plug()));
    await unlockSigner(context);
    const second = await Promise.all(plant.boards.map((device) => station.run(serialOf(device), 'resume')));
    for (const { record } of second) {
      assert.deepEqual(record.outcome, { kind: 'PASS' });
      theCertificate(context, record);
      assert.equal(station.signing.records.runs.bySerialNumber(record.serialNumber).length, 2, 'both runs on record');
    }
  });
}
