import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type HidDevice, type HidDriver, openHid } from '../../src-main/hal/hid-channel.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { claimStick } from '../../src-main/hal/stick-claim.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { packReports, unpackReport, withReportId } from '../../src-shared/kit/hid-reports.ts';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';
import { lineBytes } from '../../src-shared/kit/requests.ts';
import { legacyBasics } from './scripted-kit.ts';

/**
 * A stick as node-hid hands it over. Only the driver's surface is played: real reports through a real /dev/hidraw are the
 * business of the USB bench.
 */
class Stick extends EventEmitter implements HidDevice {
  readonly written: Buffer[] = [];
  closes = 0;
  readonly #splitter = new LineSplitter();
  readonly #answer: (line: string) => string | undefined;
  readonly #withId: boolean;

  constructor(answer: (line: string) => string | undefined, withId = false) {
    super();
    this.#answer = answer;
    this.#withId = withId;
  }

  write(report: Buffer): Promise<number> {
    this.written.push(report);
    for (const line of this.#splitter.push(report.subarray(1))) {
      const text = this.#answer(line.kind === 'line' ? line.text : line.head);
      if (text === undefined) continue;
      for (const answer of packReports(lineBytes(text))) {
        setImmediate(() => this.emit('data', Buffer.from(this.#withId ? withReportId(answer) : answer)));
      }
    }
    return Promise.resolve(report.length);
  }

  close(): Promise<void> {
    this.closes += 1;
    return Promise.resolve();
  }
}

function driverOf(open: (path: string) => Promise<HidDevice>): () => Promise<HidDriver> {
  return () => Promise.resolve({ devicesAsync: () => Promise.resolve([]), HIDAsync: { open } });
}

describe('a HID stick', () => {
  it.each([false, true])(
    'carries a kit in 64-byte reports behind report id 00 (reports come with id: %s)',
    async (withId) => {
      const answer = `00(43${'AB'.repeat(66)})\n`;
      const stick = new Stick((line) => legacyBasics(line) ?? answer, withId);
      const channel = await openHid('stick', { load: driverOf(() => Promise.resolve(stick)) });
      if (!channel.ok) throw new Error(channel.failure.kind);
      const kit = await openKit(channel.value);
      if (!kit.ok) throw new Error(JSON.stringify(kit.failure));
      stick.written.length = 0;
      const verify = new Uint8Array(135).fill(0x87);
      const answered = await kit.value.talk(0xc0, verify, { timeoutMs: 2000 });
      expect(answered.ok && toHex(answered.value)).toBe(`43${'AB'.repeat(66)}`);
      const talk = stick.written.slice(1);
      expect(talk).toHaveLength(5);
      expect(talk.every((report) => report.length === 65 && report[0] === 0)).toBe(true);
      const text = talk.map((report) => String.fromCharCode(...unpackReport(report))).join('');
      expect(text).toBe(`e:t(${toHex(verify)})\n`);
      await kit.value.close();
      expect(stick.closes).toBe(1);
    },
  );

  it('that is pulled ends the exchange', async () => {
    const stick = new Stick(legacyBasics);
    const channel = await openHid('stick', { load: driverOf(() => Promise.resolve(stick)) });
    if (!channel.ok) throw new Error(channel.failure.kind);
    const kit = await openKit(channel.value);
    if (!kit.ok) throw new Error(kit.failure.kind);
    const pending = kit.value.talk(0xc0, fromHex('0730000000035D'), { timeoutMs: 60_000 });
    setTimeout(() => stick.emit('error', new Error('could not read from HID device')), 10);
    const answer = await pending;
    expect(answer).toEqual({ ok: false, failure: { kind: 'closed', reason: 'could not read from HID device' } });
    expect(stick.closes).toBe(1);
  });

  it('that fails gives itself and its claim up, whoever listens, and takes nothing more', async () => {
    const sticks = [new Stick(legacyBasics), new Stick(legacyBasics)];
    let opened = 0;
    const load = driverOf(async () => sticks[opened++] ?? Promise.reject(new Error('no more sticks')));
    const channel = await openHid('failing stick', { load });
    if (!channel.ok) throw new Error(channel.failure.kind);
    const closed: string[] = [];
    channel.value.setReceiver({ data: () => undefined, closed: (reason) => closed.push(reason) });
    sticks[0]?.emit('error', new Error('EIO'));
    expect(closed).toEqual(['EIO']);
    expect(sticks[0]?.closes).toBe(1);
    await expect(channel.value.write(Uint8Array.of(0x0a))).rejects.toThrow('the channel is closed');
    expect(sticks[0]?.written).toEqual([]);
    const again = async (): Promise<boolean> => {
      const next = await openHid('failing stick', { load });
      if (next.ok) await next.value.close();
      return next.ok;
    };
    await expect.poll(again).toBe(true);
  });

  it('says what is missing when the driver cannot be loaded', async () => {
    const load = () => Promise.reject(new Error('libusb-1.0.so.0: cannot open shared object file'));
    const channel = await openHid('stick', { load });
    expect(channel).toMatchObject({
      ok: false,
      failure: { kind: 'driver', reason: 'libusb-1.0.so.0: cannot open shared object file' },
    });
  });

  it('that cannot be opened is a failure, not an exception', async () => {
    const channel = await openHid('stick', {
      load: driverOf(() => Promise.reject(new Error('cannot open device with path stick'))),
    });
    expect(channel.ok).toBe(false);
    const missing = await openHid('/dev/hidraw97');
    expect(missing.ok ? '' : missing.failure.kind).toBe('missing');
  });

  it('is held by one program at a time, and free again when its holder is gone', async () => {
    const load = driverOf(() => Promise.resolve(new Stick(legacyBasics)));
    const first = await openHid('shared stick', { load });
    if (!first.ok) throw new Error(first.failure.kind);
    const second = await openHid('shared stick', { load });
    expect(second).toEqual({
      ok: false,
      failure: { kind: 'in-use', path: 'shared stick', reason: `process ${process.pid}` },
    });
    await first.value.close();
    const third = await openHid('shared stick', { load });
    if (!third.ok) throw new Error(third.failure.kind);
    await third.value.close();
  });
});

describe('the claim on a stick', () => {
  it('of another process is respected, names it, and ends when it is killed', async () => {
    const script = `
      import { claimStick } from ${JSON.stringify(new URL('../../src-main/hal/stick-claim.ts', import.meta.url).href)};
      const claim = await claimStick('claimed by another');
      console.log(claim.ok);
      setInterval(() => undefined, 1000);`;
    const other = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ]);
    const gone = once(other, 'exit');
    await Promise.race([once(other.stdout, 'data'), gone]);
    const claim = await claimStick('claimed by another');
    expect(claim).toEqual({ ok: false, failure: { holder: `process ${other.pid}` } });
    other.kill('SIGKILL');
    await gone;
    const free = await claimStick('claimed by another');
    if (!free.ok) throw new Error(free.failure.holder);
    await free.value.release();
  });

  it('is given up when the stick cannot be opened', async () => {
    const load = driverOf(() => Promise.reject(new Error('cannot open device')));
    expect((await openHid('refusing stick', { load })).ok).toBe(false);
    const claim = await claimStick('refusing stick');
    if (!claim.ok) throw new Error(claim.failure.holder);
    await claim.value.release();
  });

  it('is not made where the system itself gives a stick to one alone', async () => {
    expect((await claimStick('one stick', 'darwin')).ok).toBe(true);
    expect((await claimStick('one stick', 'darwin')).ok).toBe(true);
  });
});
