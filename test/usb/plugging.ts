import assert from 'node:assert/strict';
import { devicesAsync } from 'node-hid';
import { SerialPort } from 'serialport';
import { Presence, type PresenceEvent } from '../../src-main/device/index.ts';
import { openHid } from '../../src-main/hal/hid-channel.ts';
import { openSerial } from '../../src-main/hal/serial-channel.ts';
import { PortWatcher } from '../../src-main/hal/watcher.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import type { Context } from './context.ts';
import { chipOf, nextProduct, serialOf } from './plant.ts';
import { until } from './until.ts';

/** Everything is plugged in at once and found by what it answers. */
export async function pluggingIn({ tally, plant, station }: Context): Promise<void> {
  tally.section('Plugging in');
  await tally.check('the station starts with nothing plugged in', async () => {
    await station.house.start();
    assert.deepEqual(station.kits(), []);
    assert.deepEqual(station.house.snapshot.health, []);
  });
  await tally.check('all devices at once: every kit by its dialect, every chip by its number', async () => {
    await Promise.all(plant.all.map((device) => device.plug()));
    for (const device of [...plant.sticks, plant.modernStick, ...plant.boards]) {
      const kit = await station.kitWith(serialOf(device));
      assert.equal(kit.identity.dialect, device.board.state().kit.dialect);
      const part = chipOf(device).model === '508A' ? 'ATECC508A' : 'ATECC608';
      assert.deepEqual(
        kit.chips.map((chip) => chip.part),
        [part],
      );
    }
    const connectors = new Set(station.kits().map((kit) => kit.channel.connector));
    assert.equal(connectors.size, station.kits().length, 'each on a connector of its own');
  });
  await tally.check('sticks are never sites, boards are', () => {
    const classes = new Map(
      station.kits().map((kit) => [kit.chips[0] && toHex(kit.chips[0].serialNumber), kit.kitClass]),
    );
    for (const stick of plant.sticks) assert.equal(classes.get(serialOf(stick)), 'signer');
    assert.equal(classes.get(serialOf(plant.modernStick)), 'hid');
    for (const board of plant.boards) assert.equal(classes.get(serialOf(board)), 'plain');
  });
  await tally.check('ids are listed by serialport (udev) and node-hid as USB has them', async () => {
    const ports = (await SerialPort.list()).filter((port) => /ttyACM/.test(port.path));
    const ids = ports.map((port) => `${port.vendorId}:${port.productId}`.toLowerCase()).sort();
    const expected = [
      '1d6b:0104',
      '03eb:2111',
      '03eb:2111',
      '03eb:2122',
      '03eb:2122',
      '03eb:2404',
      '03eb:2404',
      '03eb:2404',
    ];
    assert.deepEqual(ids, expected.sort());
    const sticks = (await devicesAsync()).filter((device) => device.vendorId === 0x03eb);
    assert.deepEqual(
      sticks.map((device) => [device.productId, device.usagePage, device.usage]),
      [1, 2, 3].map(() => [0x2312, 0xffff, 1]),
    );
  });
  await tally.check('what is no kit: one left untouched, one asked and given up, each with a sentence', async () => {
    const seen = station.house.snapshot.ports;
    const foreign = seen.find((port) => port.description.vendorId === 0x1d6b);
    assert.equal(foreign?.taken, false);
    assert.deepEqual(foreign.reason, { code: 'port-unknown-usb', facts: { usb: '1D6B:0104' } });
    assert.equal(plant.foreign.heard, 0, 'not one byte was sent to it');
    const silent = () => seen.find((port) => station.house.troubleOf(port.description.path) !== undefined);
    await until('the deaf one is given up', () => silent() !== undefined);
    const path = silent()?.description.path ?? '';
    assert.equal(station.house.troubleOf(path)?.code, 'KIT_SILENT');
    assert.ok(plant.deaf.heard > 0);
  });
  await tally.check('nobody else gets a port or a stick that is in use', async () => {
    const board = await station.kitWith(serialOf(plant.boards[0] ?? plant.deaf));
    const port = await openSerial(board.channel.path);
    assert.equal(port.ok ? 'open' : port.failure.kind, 'in-use');
    const stick = await station.kitWith(serialOf(plant.sticks[0]));
    const hid = await openHid(stick.channel.path);
    assert.equal(hid.ok ? 'open' : hid.failure.kind, 'in-use');
  });
  await Promise.all([plant.deaf, plant.foreign, plant.modernStick].map((device) => device.unplug()));
}

/** Devices that change places, come and go together, and products behind kits that stay. */
export async function comingAndGoing({ tally, plant, station }: Context): Promise<void> {
  const { registry } = station.signing;
  const [a, b, c, d] = plant.boards;
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw new Error('the plant is too small');
  tally.section('Coming and going');
  await tally.check('a board that comes while another leaves', async () => {
    await a.unplug();
    await station.gone(serialOf(a));
    await Promise.all([b.unplug(), a.plug()]);
    await station.kitWith(serialOf(a));
    await station.gone(serialOf(b));
    await Promise.all([a.unplug(), b.plug()]);
    await station.kitWith(serialOf(b));
    await station.gone(serialOf(a));
    await a.plug();
    await station.kitWith(serialOf(a));
  });
  await tally.check('a connector stays the same connector, whatever the system calls the port', async () => {
    const before = new Map<string, string>();
    for (const device of [a, b, c])
      before.set(serialOf(device), (await station.kitWith(serialOf(device))).channel.connector);
    await Promise.all([a, b, c].map((device) => device.unplug()));
    for (const device of [a, b, c]) await station.gone(serialOf(device));
    for (const device of [c, b, a]) {
      await device.plug();
      const kit = await station.kitWith(serialOf(device));
      assert.equal(kit.channel.connector, before.get(serialOf(device)));
    }
  });
  await tally.check('a plug that goes and comes is noticed by its event alone, without polling', async () => {
    const serialNumber = serialOf(d);
    const { connector } = (await station.kitWith(serialNumber)).channel;
    const watcher = new PortWatcher({ pollMs: 3_600_000 });
    const shown = (): boolean => watcher.snapshot.ports.some(({ description }) => description.connector === connector);
    try {
      assert.deepEqual((await watcher.start()).health, []);
      assert.equal(shown(), true);
      await d.unplug();
      await until('the plug is seen to go', () => !shown());
      await d.plug();
      await until('the plug is seen to come', shown);
    } finally {
      await watcher.stop();
    }
    await station.kitWith(serialNumber);
  });
  await tally.check('the next product behind a kit that stays', async () => {
    const first = serialOf(d);
    const kit = await station.kitWith(first);
    const events: PresenceEvent[] = [];
    const presence = new Presence({
      registry,
      kitId: kit.id,
      onEvent: (event) => events.push(event),
      pause: () => Promise.resolve(),
    });
    await presence.poll();
    nextProduct(d);
    await presence.poll();
    const told = events.map((event) =>
      event.kind === 'left'
        ? event.serialNumbers
        : 'chips' in event
          ? event.chips.map((chip) => toHex(chip.serialNumber))
          : event.kind,
    );
    assert.deepEqual(told, [[first], [first], [serialOf(d)]]);
    assert.equal(registry.kit(kit.id)?.id, kit.id, 'the kit is the same');
  });
}
