import { afterEach, describe, expect, test } from 'vitest';
import type { Chip } from '../../src-main/simulator/chip/index.ts';
import { realClock, type VirtualClock, virtualClock } from '../../src-main/simulator/clock.ts';
import { siliconBus } from '../../src-main/simulator/i2c-bus.ts';
import { benchChip } from './bench-chip.ts';
import { type HostKit, startHostKit } from './host-kit.ts';
import { openSerialLine, type SerialLine } from './serial-line.ts';
import { STUCK_LINES, TEST_LINES } from './test-lines.ts';

/** the station's serial channel → pseudo-terminal → C kit host → socket → simulated chip. */
interface Line {
  readonly kit: HostKit;
  readonly serial: SerialLine;
  readonly clock: VirtualClock;
  readonly chips: Chip[];
  stuck: boolean;
}

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(...chips: readonly (readonly ['508A' | '608A', number])[]): Promise<Line> {
  const clock = virtualClock();
  const line = { clock, chips: chips.map(([part, address]) => benchChip(clock, part, address)), stuck: false };
  const kit = await startHostKit(siliconBus({ chips: () => line.chips, clock, stuck: () => line.stuck }), clock);
  open.push(() => kit.close());
  const serial = await openSerialLine(kit.pty);
  open.push(() => serial.close());
  return Object.assign(line, { kit, serial });
}

describe('the C kit host behind a pseudo-terminal', () => {
  test.each(['unix', 'tcp'] as const)('answers the test lines, bus over %s', async (over) => {
    const clock = virtualClock();
    const chip = benchChip(clock);
    const kit = await startHostKit(siliconBus({ chips: () => [chip], clock }), clock, 'bus', over);
    open.push(() => kit.close());
    const serial = await openSerialLine(kit.pty);
    open.push(() => serial.close());
    for (const { sent, answers } of TEST_LINES) {
      await serial.send(sent);
      for (const answer of answers) expect(await serial.line(), JSON.stringify(sent)).toBe(answer);
    }
    expect(serial.rest).toBe('');
  });

  test('1000 round trips with nothing else going on', async () => {
    const { serial } = await start(['508A', 0xc0]);
    for (let i = 0; i < 1000; i += 1) expect(await serial.ask('b:f(00)\n')).toBe('SIGNETKIT 00(010000)');
  });

  test('finds several chips and talks to each', async () => {
    const { serial } = await start(['508A', 0xc0], ['608A', 0x6a]);
    expect(await serial.ask('board:device(00)\n')).toBe('ECC608 TWI 00(6A)');
    expect(await serial.ask('board:device(01)\n')).toBe('ECC508A TWI 00(C0)');
    expect(await serial.ask('board:device(02)\n')).toBe('no_device TWI 00(00)');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000060028038)');
    expect(await serial.ask('e:physical:select(C0)\n')).toBe('00()');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
  });

  test('a chip taken off and another put on', async () => {
    const line = await start(['508A', 0xc0]);
    expect(await line.serial.ask('board:device(00)\n')).toBe('ECC508A TWI 00(C0)');
    const [taken] = line.chips.splice(0);
    expect(await line.serial.ask('e:w()\n')).toBe('D0()');
    expect(await line.serial.ask('board:device(00)\n')).toBe('no_device TWI 00(00)');
    taken?.powerCycle();
    line.chips.push(benchChip(line.clock, '608A', 0xc8));
    expect(await line.serial.ask('board:device(00)\n')).toBe('ECC608 TWI 00(C8)');
    expect(await line.serial.ask('e:w()\n')).toBe('00(04113343)');
  });

  test('TempKey lives from talk to talk, and sleep ends it', async () => {
    const { serial, chips } = await start(['508A', 0xc0]);
    // Nonce, pass-through: TempKey = 32 bytes 00.
    expect(await serial.ask(`e:t(2716030000${'00'.repeat(32)}0C66)\n`)).toMatch(/^00\(04(00|FF)/);
    const [chip] = chips;
    // The kit idles the chip when its reply is out.
    await expect.poll(() => chip?.inspect().mode).toBe('idle');
    expect(await serial.ask('e:s()\n')).toBe('00()');
    expect(chip?.inspect().mode).toBe('asleep');
    expect(chip?.inspect().tempKey.valid).toBe(false);
  });

  test('held awake across a sequence, until the watchdog ends it', async () => {
    const { serial, chips, clock } = await start(['508A', 0xc0]);
    expect(await serial.ask('e:a(00)\n')).toBe('00()');
    expect(await serial.ask('e:w()\n')).toBe('00(04113343)');
    expect(chips[0]?.inspect().mode).toBe('awake');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
    expect(chips[0]?.inspect().mode).toBe('awake');
    clock.advance(3000);
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('E7()');
    expect(await serial.ask('e:w()\n')).toBe('00(04113343)');
    expect(await serial.ask('e:i()\n')).toBe('00()');
    expect(chips[0]?.inspect().mode).toBe('idle');
  });

  test('lines that are stuck, and free again', async () => {
    const line = await start(['508A', 0xc0]);
    for (const { stuck, sent, answer } of STUCK_LINES) {
      line.stuck = stuck;
      expect(await line.serial.ask(sent), `${stuck ? 'stuck ' : ''}${sent}`).toBe(answer);
    }
  });

  test('the power goes: the port hangs up', async () => {
    const { serial, kit } = await start(['508A', 0xc0]);
    expect(await serial.ask('e:w()\n')).toBe('00(04113343)');
    await kit.unplug();
    await serial.hungUp;
    expect(await kit.program.ended).toBe(0);
  });

  test('a host that leaves and another one that comes', async () => {
    const { serial, kit } = await start(['508A', 0xc0]);
    await serial.send('e:t(0740');
    await serial.close();
    const next = await openSerialLine(kit.pty);
    open.push(() => next.close());
    // The half line of the first host, if the system still had it, spoils at most one line of the second.
    expect(await next.ask('b:f(00)\n')).toMatch(/^(?:C3\(\)|SIGNETKIT 00\(010000\))$/);
    expect(await next.ask('b:f(00)\n')).toBe('SIGNETKIT 00(010000)');
  });

  test('waits for the chip in real time', async () => {
    const clock = realClock();
    const chip = benchChip(clock);
    const kit = await startHostKit(siliconBus({ chips: () => [chip], clock }), clock, 'machine');
    open.push(() => kit.close());
    const serial = await openSerialLine(kit.pty);
    open.push(() => serial.close());
    expect(await serial.ask('board:device(00)\n')).toBe('ECC508A TWI 00(C0)');
    expect(await serial.ask('e:t(0730000000035D)\n')).toBe('00(07000050000391)');
    expect(await serial.ask('e:s()\n')).toBe('00()');
  });
});
