import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KitRegistry } from '../../src-main/device/index.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { describeOpenFailure } from '../../src-main/hal/open-failure.ts';
import { openSerial } from '../../src-main/hal/serial-channel.ts';
import { BENCH_SERIAL_NUMBER } from './bench-chip.ts';
import { microbitImage } from './build.ts';
import { type PtyProgram, startPtyProgram } from './program.ts';
import { openSerialLine, type SerialLine } from './serial-line.ts';
import { TEST_LINES } from './test-lines.ts';

/** serialport → pseudo-terminal → emulated UART → the C kit host on an emulated Cortex-M0. One emulator for all tests. */
describe('the kit host on an emulated CPU', () => {
  let qemu: PtyProgram;
  let serial: SerialLine;

  beforeAll(async () => {
    const image = microbitImage();
    const machine = ['-M', 'microbit', '-display', 'none', '-monitor', 'none', '-serial', 'pty', '-kernel', image];
    qemu = await startPtyProgram('qemu-system-arm', machine, /redirected to (\/dev\/pts\/\d+)/);
    serial = await openSerialLine(qemu.pty);
    // A fresh emulator looks for its first byte only after a second.
    await expect(serial.ask('b:f(00)\n')).resolves.toBe('SIGNETKIT 00(010000)');
  });

  afterAll(async () => {
    await serial?.close();
    await qemu?.stop();
  });

  test("is found and spoken to by the station's own transport", async () => {
    await serial.close();
    const channel = await openSerial(qemu.pty);
    if (!channel.ok) throw new Error(describeOpenFailure(channel.failure));
    const kit = await openKit(channel.value, { openTimeoutMs: 30_000 });
    if (!kit.ok) throw new Error(JSON.stringify(kit.failure));
    expect(kit.value.kit).toEqual({ dialect: 'modern', name: 'SIGNETKIT', version: '1.0.0' });
    const registry = new KitRegistry({ now: () => performance.now() });
    const adopted = await registry.adopt(kit.value);
    expect(adopted.chips).toMatchObject([{ address: 0xc0, part: 'ATECC508A', serialNumber: BENCH_SERIAL_NUMBER }]);
    await registry.remove(adopted.id);
    serial = await openSerialLine(qemu.pty);
  });

  test('answers the test lines', async () => {
    for (const { sent, answers } of TEST_LINES) {
      await serial.send(sent);
      for (const answer of answers) expect(await serial.line(), JSON.stringify(sent)).toBe(answer);
    }
    expect(serial.rest).toBe('');
  });

  test('200 round trips', async () => {
    for (let i = 0; i < 200; i += 1) {
      expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
    }
  });

  test('the chip falls asleep by its watchdog while it is held', async () => {
    expect(await serial.ask('e:a(00)\n')).toBe('00()');
    expect(await serial.ask('e:w()\n')).toBe('00(04113343)');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
    await expect.poll(() => serial.ask('e:t(0730000000035D)\n'), { interval: 2000 }).toBe('E7()');
    expect(await serial.ask('e:a(01)\n')).toBe('00()');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
  });

  test('half a line is forgotten after three seconds', async () => {
    // The three seconds are the emulator's: where it stood still for one of ours, it is asked again.
    let answer = '';
    for (let attempt = 0; attempt < 5 && answer !== '00(04113343)'; attempt += 1) {
      await serial.send('e:t(0740');
      await new Promise((resolve) => setTimeout(resolve, 4000));
      answer = await serial.ask('e:w()\n');
    }
    expect(answer).toBe('00(04113343)');
  });
});
