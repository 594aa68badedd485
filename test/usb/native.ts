import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { SerialPort } from 'serialport';
import type { Tally } from '../interop/tally.ts';
import type { Context } from './context.ts';
import { NativeBoard, removeVirtualController } from './native-board.ts';
import { theCertificate } from './provisioning.ts';
import { until } from './until.ts';

const PORT = '/dev/ttyACM0';
const HELLO = 'SIGNETKIT 00(010000)\n';

/** Our own USB firmware in front of Linux's own USB stack, while the application looks at nothing. */
export async function nativePort({ tally }: { readonly tally: Tally }): Promise<void> {
  tally.section('The SAM D21 over its own USB');
  const board = await NativeBoard.create();
  await tally.check('Linux enumerates it, reads its strings and binds its serial driver', async () => {
    await board.plug();
    await until('the port is there', () => existsSync(PORT));
    const device = '/sys/class/tty/ttyACM0/device';
    const said = async (name: string): Promise<string> => (await readFile(`${device}/../${name}`, 'utf8')).trim();
    assert.equal(basename(await readlink(`${device}/driver`)), 'cdc_acm');
    assert.deepEqual(await Promise.all(['idVendor', 'idProduct', 'manufacturer', 'product', 'speed'].map(said)), [
      '03eb',
      '2404',
      'Signet',
      'Signet kit host for SAM D21 USB',
      '12',
    ]);
    assert.match(await said('serial'), /^[0-9A-F]{32}$/);
    assert.equal(await said('bNumInterfaces'), '2');
  });
  await tally.check('200 lines at once: each answered once, in order', async () => {
    const port = await open();
    port.write('board:firmware(00)\n'.repeat(200));
    await until('all are answered', () => port.heard.length >= 200 * HELLO.length);
    assert.equal(port.heard, HELLO.repeat(200));
    await port.close();
  });
  await tally.check('a port closed over answers that nobody read: whoever opens it next gets its own', async () => {
    const left = await open();
    left.write('b:f(00)\n'.repeat(30));
    await left.written();
    await left.close();
    const port = await open();
    port.write('e:i()\n');
    await until('it is answered', () => port.heard.includes('00()\n'));
    assert.match(port.heard, /^(SIGNETKIT 00\(010000\)\n)*00\(\)\n$/);
    await port.close();
  });
  await board.close();
  await until('the port is gone', () => !existsSync(PORT));
}

/** The same firmware as a board of the station. `pulled`: its cable comes out in mid-run too. */
export async function nativeBoard(context: Context, pulled: boolean): Promise<void> {
  const { tally, station } = context;
  tally.section('A board over its own USB');
  const board = await NativeBoard.create();
  await tally.check('it is a kit like any other, and a whole run goes through it', async () => {
    await board.plug();
    const kit = await station.kitWith(board.serial);
    assert.equal(kit.identity.dialect, 'modern');
    assert.equal(kit.kitClass, 'plain');
    const { record } = await station.run(board.serial);
    assert.deepEqual(record.outcome, { kind: 'PASS' });
    theCertificate(context, record);
  });
  const pull = async (): Promise<void> => {
    const before = board.serial;
    board.nextProduct();
    await station.look(before);
    let out: Promise<void> | undefined;
    const first = await station.run(board.serial, 'provision', (stage) => {
      if (stage === 'DATA_WRITE') out ??= board.unplug();
    });
    await out;
    assert.notEqual(first.record.outcome.kind, 'PASS');
    await station.gone(board.serial);
    await board.plug();
    const { record } = await station.run(board.serial, 'resume');
    assert.deepEqual(record.outcome, { kind: 'PASS' });
    theCertificate(context, record);
  };
  if (pulled) await tally.check('pulled in mid-run and plugged in again: resumed to one certificate', pull);
  await board.close();
  await station.gone(board.serial);
  await removeVirtualController();
}

interface OpenPort {
  heard: string;
  write(text: string): void;
  /** Waits until the device has taken all of it. */
  written(): Promise<void>;
  close(): Promise<void>;
}

async function open(): Promise<OpenPort> {
  const port = new SerialPort({ path: PORT, baudRate: 115_200, autoOpen: false });
  const opened: OpenPort = {
    heard: '',
    write: (text) => void port.write(text),
    written: () => new Promise((resolve) => port.drain(() => resolve())),
    close: () => new Promise((resolve) => port.close(() => resolve())),
  };
  port.on('error', () => undefined);
  port.on('data', (bytes: Buffer) => {
    opened.heard += bytes.toString('latin1');
  });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(error)));
  });
  return opened;
}
