import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { ChipBus } from '../../../src-main/simulator/bus.ts';
import { virtualClock } from '../../../src-main/simulator/clock.ts';
import { FaultPlayer } from '../../../src-main/simulator/faults/player.ts';
import { JsonReader } from '../../../src-main/simulator/json-reader.ts';
import type { ModernDevice } from '../../../src-main/simulator/kits/kit.ts';
import { asEmitted, ModernKit, wellFormedHabits } from '../../../src-main/simulator/kits/modern.ts';
import { hex } from '../../../src-main/simulator/octets.ts';
import { instantPace } from '../../../src-main/simulator/pace.ts';
import { Tracer } from '../../../src-main/simulator/trace.ts';
import { Host } from '../host.ts';
import { TinyChip, type TinyOptions } from '../tiny-chip.ts';

const INFO = '0730000000035D';

function setUp(habits = asEmitted, options: TinyOptions = {}) {
  const clock = virtualClock();
  const chip = new TinyChip({ clock, ...options });
  const board = new Board({ kit: { dialect: 'modern', habits }, chips: [chip], clock });
  return { board, host: new Host(board), chip };
}

async function selected(habits = asEmitted, options: TinyOptions = {}) {
  const all = setUp(habits, options);
  await all.host.ask('ecc:physical:select(C0)');
  all.chip.log.length = 0;
  return all;
}

/** Microchip's own kit host code was run on these lines; `device_io` is what it did on its I2C side. */
interface RecordedStep {
  readonly line: string;
  readonly deviceReply: string | undefined;
  readonly noWake: boolean;
  readonly response: string;
  readonly deviceIo: readonly string[];
}

interface RecordedCase {
  readonly name: string;
  readonly devices: readonly ModernDevice[];
  readonly steps: readonly RecordedStep[];
}

function recorded(): readonly RecordedCase[] {
  const path = new URL('../../vectors/kit-frames.json', import.meta.url);
  const cases = JsonReader.parse(readFileSync(path, 'utf8'), 'kit-frames.json').field('cases').items();
  return cases.filter((one) => one.field('kind').string() === 'kit-host').map(parseCase);
}

function parseCase(one: JsonReader): RecordedCase {
  const outs = one.field('out').field('steps').items();
  return {
    name: one.field('name').string(),
    devices: one
      .field('in')
      .field('interfaces')
      .items()
      .map((device) => ({
        name: device.field('devtype').string().replace(/^AT/, ''),
        bus: device.field('bus').oneOf('TWI', 'SWI', 'SPI'),
        address: device.field('address').hexNumber(2),
      })),
    steps: one
      .field('in')
      .field('steps')
      .items()
      .map((step, i) => {
        const out = outs[i];
        if (out === undefined) throw new Error('steps in and out do not match');
        return {
          line: step.field('line').string(),
          deviceReply: step.optional('device_reply', (reply) => reply.string().toUpperCase()),
          noWake: step.has('nowake'),
          response: out.field('response').string(),
          deviceIo: out
            .field('device_io')
            .items()
            .map((io) => io.string()),
        };
      }),
  };
}

/** A chip that does as the recorder's stub device did: any packet gets the step's reply, or none. */
class StubDevice extends TinyChip {
  step: RecordedStep | undefined;
  readonly io: string[];

  constructor(address: number, io: string[]) {
    super({ address });
    this.io = io;
  }

  override get awake(): boolean {
    return this.step?.noWake !== true;
  }

  override wake(): Uint8Array | undefined {
    return this.step?.noWake === true ? undefined : Uint8Array.of(0x04, 0x11, 0x33, 0x43);
  }

  override command(packet: Uint8Array) {
    this.io.push(`c0:03${hex(packet).toLowerCase()}`);
    const reply = this.step?.deviceReply;
    return { response: reply === undefined ? Uint8Array.of(0xff) : Buffer.from(reply, 'hex'), executionMs: 0 };
  }

  override idle(): void {
    this.io.push('c0:02');
  }

  override sleep(): void {
    this.io.push('c0:01');
  }
}

describe("modern kit host against the vendor's own code (kit-frames.json, kit-host)", () => {
  const cases = recorded();

  it('has all 15 recorded cases', () => {
    expect(cases).toHaveLength(15);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, { devices, steps }) => {
    const clock = virtualClock();
    const io: string[] = [];
    const stubs = devices.map(({ address }) => new StubDevice(address, io));
    const bus = new ChipBus({
      clock,
      pace: instantPace,
      faults: new FaultPlayer(),
      counts: { packets: 0 },
      owner: { commandDone: async () => {}, scene: async () => {} },
      tracer: new Tracer(clock.now, (event) => {
        if (event.kind === 'wake') io.push('wake');
      }),
    });
    bus.place(stubs);
    const kit = new ModernKit(bus, devices);
    for (const step of steps) {
      for (const stub of stubs) stub.step = step;
      io.length = 0;
      const line = step.line.replace(/\n$/, '');
      expect([line, await kit.answer(line)]).toEqual([line, step.response]);
      // Selecting a 608 makes the vendor's code read its clock divider, which the recorder's stub hides.
      if (!line.includes('select') && !line.includes(':s(')) expect([line, io]).toEqual([line, step.deviceIo]);
    }
  });
});

describe('modern kit host (kit-protocol.md 2 and 3)', () => {
  it('lists chips by the part they had when it was built', async () => {
    expect(await setUp().host.ask('board:device(00)')).toBe('ECC508A TWI 00(C0)');
    expect(await setUp(asEmitted, { part: 'ATECC608' }).host.ask('board:device(00)')).toBe('ECC608 TWI 00(C0)');
    const moved = setUp();
    moved.board.takeOut();
    moved.board.putIn([new TinyChip({ address: 0x6a, part: 'ATECC608' })]);
    expect(await moved.host.ask('board:device(00)')).toBe('ECC508A TWI 00(C0)');
  });

  it('always wraps: wake, command, idle', async () => {
    const { host, chip } = await selected();
    await host.ask(`e:t(${INFO})`);
    expect(chip.log).toEqual(['wake', INFO, 'idle']);
    expect(await host.ask('e:a(00)')).toBe('FFFFFFE2()');
  });

  it.each([
    ['040100C3', 'FFFFFFD1()'],
    ['04038342', 'FFFFFFD2()'],
    ['0405C343', 'FFFFFFD6()'],
    ['040740C2', 'FFFFFFD7()'],
    ['040860C0', 'FFFFFFFA()'],
    ['040F2342', 'FFFFFFF4()'],
    ['04EE3141', 'FFFFFFE1()'],
    ['04FF0142', 'FFFFFFD4()'],
  ])('loses the device status %s in %s', async (answer, reply) => {
    const { host } = await selected(asEmitted, { scripted: { [INFO]: answer } });
    expect(await host.ask(`e:t(${INFO})`)).toBe(reply);
  });

  it('answers a failed wake in the negative form', async () => {
    const silent = await selected();
    silent.board.takeOut();
    expect(await silent.host.ask('e:w()')).toBe('FFFFFFE7()');
    const failing = await selected(asEmitted, { wakeAnswer: '040740C2' });
    expect(await failing.host.ask('e:w()')).toBe('FFFFFFD7()');
    const odd = await selected(asEmitted, { wakeAnswer: '04113344' });
    expect(await odd.host.ask('e:w()')).toBe('FFFFFFD0()');
  });

  it('takes no command before a chip was selected', async () => {
    expect(await setUp().host.ask('e:w()')).toBe('FFFFFFE2()');
  });

  it('has no library prefix', async () => {
    expect(await (await selected()).host.ask(`lib:e:t(${INFO})`)).toBe('FFFFFFE2()');
  });

  it('sends its buffer for b:v and b:f', async () => {
    const { host } = setUp();
    const garbage = await host.say('b:f(00)\n');
    expect(garbage).toHaveLength(512);
    expect(garbage).not.toMatch(/\d\d\(/);
  });

  it('hangs on a line longer than its buffer until it is plugged in anew', async () => {
    const { host, board } = await selected();
    expect(await host.say(`e:t(${'00'.repeat(300)})\n`)).toBe('');
    expect(await host.ask('e:w()')).toBe('');
    board.unplug();
    board.plug();
    expect(await new Host(board).ask('board:device(00)')).toBe('ECC508A TWI 00(C0)');
  });
});

describe('modern kit host put right', () => {
  it("gives an empty index that Microchip's client is content with (kit-protocol.md 6)", async () => {
    const { host } = setUp(wellFormedHabits);
    expect(await host.ask('board:device(00)')).toBe('ECC508A TWI 00(C0)');
    for (let i = 1; i < 8; i += 1) expect(await host.ask(`board:device(0${i})`)).toBe('no_device TWI 00(00)');
  });

  it('hands device errors on and has two status digits', async () => {
    const { host } = await selected(wellFormedHabits, { scripted: { [INFO]: '040F2342' } });
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(040F2342)');
    expect(await host.ask('e:x()')).toBe('E2()');
    expect(await host.ask('b:f(00)')).toBe('C0()');
    expect(await host.say(`e:t(${'00'.repeat(300)})\n`)).toBe('C1()\n');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
  });
});

describe('a chip that tests itself before it wakes (atecc-device.md 1)', () => {
  it('is waited for by the modern host only', async () => {
    const modern = await selected(asEmitted, { wakeMs: 20 });
    expect(await modern.host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
    for (const dialect of ['legacy', 'd21'] as const) {
      const clock = virtualClock();
      const board = new Board({ kit: { dialect }, chips: [new TinyChip({ clock, wakeMs: 20 })], clock });
      const host = new Host(board);
      await host.ask('e:p:s(C0)');
      expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    }
  });
});
