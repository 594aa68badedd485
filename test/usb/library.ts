import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { toHex } from '../../src-shared/base/bytes.ts';
import { Library, number, out } from '../interop/library.ts';
import type { Context } from './context.ts';
import { chipOf } from './plant.ts';
import { PATIENCE_MS, until } from './until.ts';
import type { UsbBoard } from './usb-board.ts';

/**
 * Microchip's own library on real devices: its Kit HID on a stick, its Kit UART on a ttyACM whose modem lines are what they
 * are. While the application looks at neither.
 */
export async function microchipLibrary(
  { tally, plant }: Pick<Context, 'tally' | 'plant'>,
  python: string,
): Promise<void> {
  tally.section("Microchip's own library");
  const library = new Library(python, undefined, PATIENCE_MS);
  const board = plant.boards[2];
  if (board === undefined) throw new Error('the plant is too small');
  await tally.check('over a real serial port, nothing preloaded', async () => {
    await board.plug();
    await until('the port is there', () => existsSync('/dev/ttyACM0'));
    await library.open({ port: '/dev/ttyACM0', part: 'ATECC608' });
    await talks(library, board);
    await library.close();
    await board.unplug();
    await until('the port is gone', () => !existsSync('/dev/ttyACM0'));
  });
  await tally.check('over HID reports', async () => {
    await plant.modernStick.plug();
    await until('the stick is there', () => existsSync('/dev/hidraw0'));
    await library.open({ interface: 'hid', port: '', part: 'ATECC608' });
    await talks(library, plant.modernStick);
    await library.close();
    await plant.modernStick.unplug();
  });
  await library.end();
}

async function talks(library: Library, device: UsbBoard): Promise<void> {
  const serial = await library.bytes('atcab_read_serial_number', out(9));
  assert.equal(toHex(serial), toHex(chipOf(device).serialNumber));
  const config = await library.bytes('atcab_read_config_zone', out(128));
  assert.equal(toHex(config), toHex(chipOf(device).inspect().config));
  // The longest line that a host sends: a public key, a signature and a digest to be verified, in five HID reports.
  const refused = await library.attempt('atcab_genkey', number(0), out(64));
  assert.notEqual(refused.status, 0);
}
