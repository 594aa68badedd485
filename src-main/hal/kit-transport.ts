import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { dialectOf, type KitName, kitNameOf, OUR_KIT } from '../../src-shared/kit/dialect.ts';
import { DEVICE_INDICES, deviceOf, isEccDevice, withoutRepeats } from '../../src-shared/kit/discovery.ts';
import { BUS_STUCK } from '../../src-shared/kit/kit-status.ts';
import { plainOutcome, talkOutcome, unknownCommand, wakeOutcome } from '../../src-shared/kit/outcome.ts';
import { printable } from '../../src-shared/kit/reply.ts';
import { type Dialect, type KitRequest, writeRequest } from '../../src-shared/kit/requests.ts';
import type { ByteChannel, ChannelDescription } from './byte-channel.ts';
import { type ExchangeOptions, type KitTrace, LineLink, type LinkFailure, type LinkReply } from './line-link.ts';
import type { KitDevice, KitIdentity, TalkOptions, Transport, TransportFailure, WakeAnswer } from './transport.ts';

/** How a kit is opened and spoken to. Times in ms. */
export interface KitOptions {
  /** Deadline for every exchange that has none of its own; 5000 (kit-protocol.md 2 "Timeouts"). */
  readonly timeoutMs?: number;
  /** Deadline for the first answer; 2000. A port that says nothing by then is no kit. */
  readonly openTimeoutMs?: number;
  /** Sees every line that passes. */
  readonly trace?: KitTrace;
}

/** Why a channel is not spoken to as a kit. The channel is closed in every case. */
export type KitOpenFailure =
  /** Gone while it was asked. */
  | { readonly kind: 'closed'; readonly reason: string }
  /** It said nothing at all. */
  | { readonly kind: 'silent'; readonly waitedMs: number }
  /** It says something, and that is no Kit Protocol; `answer` is at most 80 printable characters of it. */
  | { readonly kind: 'not-a-kit'; readonly answer: string };

/** What a kit without a usable answer to `b:f(00)` may still send after it, and how long it may take. */
const QUIET_MS = 100;
const SETTLE_LIMIT_MS = 1000;

const FIRMWARE = writeRequest('legacy', { kind: 'firmware' });

/**
 * Keeps a legacy kit from looking for chips once a second while it knows of none: the look wakes every chip and puts it to
 * sleep, in the middle of our sequences too (kit-protocol.md 2). Every `b:d` that finds nothing starts it again.
 */
const QUIET_BUS = writeRequest('legacy', { kind: 'background-discovery', on: false });

/** Kits other than ours are not asked: the legacy firmware takes it for the switch that turns its wrapping off. */
const KEEP_AWAKE = writeRequest('legacy', { kind: 'keep-awake' });

/** One question to which this kit has exactly one answer: by it, question and answer are brought back in step. */
interface StepProbe {
  readonly line: string;
  readonly answer: string;
}

/** What opening found out. */
interface OpenedKit {
  readonly name: KitName | undefined;
  readonly dialect: Dialect;
  readonly hasAutoWrapSwitch: boolean;
  /** Talks that follow each other share a wake, and may be sent ahead: our own kit host. It was told so. */
  readonly keepsAwake: boolean;
  readonly probe: StepProbe;
}

/**
 * Asks whether a kit is at the other end and which dialect it speaks (kit-protocol.md 6, "recommended client"):
 * `b:f(00)` for its name, `board:device(00)` where it has no answer to that, and `e:a(01)`, which puts a legacy kit into
 * its state after replug and is unknown to all others; its background discovery is stopped. No chip is touched. Nothing but what the kit answers decides.
 */
export async function openKit(
  channel: ByteChannel,
  options: KitOptions = {},
): Promise<Result<Transport, KitOpenFailure>> {
  const link = new LineLink(channel, options.trace);
  const timeoutMs = options.openTimeoutMs ?? 2000;
  let opened = await interrogate(link, timeoutMs);
  if (opened.ok && link.outOfStep !== undefined) {
    const { line, answer } = opened.value.probe;
    const stepped = await link.exchange(line, { timeoutMs, expected: answer });
    if (stepped.ok) link.inStep();
    else opened = fail(openFailure(stepped.failure));
  }
  if (!opened.ok) {
    await link.close();
    return opened;
  }
  return ok(new KitTransport(link, channel.description, opened.value, options.timeoutMs ?? 5000));
}

async function interrogate(link: LineLink, timeoutMs: number): Promise<Result<OpenedKit, KitOpenFailure>> {
  const named = await askName(link, timeoutMs);
  if (!named.ok) return named;
  const name = named.value === undefined ? undefined : kitNameOf(named.value.reply);

  let probe: StepProbe;
  if (name === undefined || named.value === undefined) {
    const nameless = await interrogateNameless(link, timeoutMs);
    if (!nameless.ok) return nameless;
    probe = nameless.value;
  } else {
    probe = { line: FIRMWARE, answer: named.value.line };
  }
  const autoWrap = await link.exchange(writeRequest('legacy', { kind: 'auto-wrap', on: true }), { timeoutMs });
  if (!autoWrap.ok) return fail(openFailure(autoWrap.failure));
  const hasAutoWrapSwitch = autoWrap.value.reply.status === 0x00;
  const dialect = dialectOf(name, hasAutoWrapSwitch);
  if (dialect === 'legacy') {
    const quiet = await link.exchange(QUIET_BUS, { timeoutMs });
    if (!quiet.ok) return fail(openFailure(quiet.failure));
  }
  let keepsAwake = false;
  if (name?.name === OUR_KIT && hasAutoWrapSwitch) {
    const keeping = await link.exchange(KEEP_AWAKE, { timeoutMs });
    if (!keeping.ok) return fail(openFailure(keeping.failure));
    keepsAwake = keeping.value.reply.status === 0x00;
  }
  return ok({ name, hasAutoWrapSwitch, keepsAwake, probe, dialect });
}

/**
 * The answer to `b:f(00)`; undefined when something answers that gives no name. Asked twice: a line that another program
 * left half sent, or a banner, may have spoilt the first answer. The modern host answers with whatever lies in its buffer.
 */
async function askName(link: LineLink, timeoutMs: number): Promise<Result<LinkReply | undefined, KitOpenFailure>> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const answered = await link.exchange(FIRMWARE, { timeoutMs, strict: true });
    if (answered.ok && kitNameOf(answered.value.reply) !== undefined) return answered;
    if (!answered.ok) {
      if (answered.failure.kind !== 'garbage' || link.closed) return fail(openFailure(answered.failure));
      await link.settleDown(QUIET_MS, SETTLE_LIMIT_MS);
    }
  }
  return ok(undefined);
}

/** A kit without a name must at least know devices; what it answers to nonsense brings it back in step later. */
async function interrogateNameless(link: LineLink, timeoutMs: number): Promise<Result<StepProbe, KitOpenFailure>> {
  const device = await link.exchange(writeRequest('modern', { kind: 'device', index: 0 }), { timeoutMs });
  if (!device.ok) return fail(openFailure(device.failure));
  const { reply, line } = device.value;
  if (reply.words.length === 0 && (reply.status === 0x00 || unknownCommand(reply.status))) {
    return fail({ kind: 'not-a-kit', answer: line });
  }
  const unknown = writeRequest('modern', { kind: 'unknown-command' });
  const refusal = await link.exchange(unknown, { timeoutMs });
  if (!refusal.ok) return fail(openFailure(refusal.failure));
  return ok({ line: unknown, answer: refusal.value.line });
}

function openFailure(failure: LinkFailure): KitOpenFailure {
  switch (failure.kind) {
    case 'closed':
      return failure;
    case 'timeout':
      return { kind: 'silent', waitedMs: failure.waitedMs };
    case 'garbage':
      return { kind: 'not-a-kit', answer: failure.line };
  }
}

/** A kit over a channel. Made by `openKit` only. */
class KitTransport implements Transport {
  readonly description: ChannelDescription;
  readonly kit: KitIdentity;
  readonly #link: LineLink;
  readonly #opened: OpenedKit;
  readonly #timeoutMs: number;
  readonly #waiting: (() => void)[] = [];
  readonly #listeners: ((reason: string) => void)[] = [];
  #busy = false;
  #wraps = true;
  #selected: number | undefined;

  constructor(link: LineLink, description: ChannelDescription, opened: OpenedKit, timeoutMs: number) {
    this.description = description;
    this.kit = { dialect: opened.dialect, name: opened.name?.name ?? '', version: opened.name?.version ?? '' };
    this.#link = link;
    this.#opened = opened;
    this.#timeoutMs = timeoutMs;
    link.onLost((reason) => {
      for (const listener of this.#listeners) listener(reason);
    });
  }

  get closed(): boolean {
    return this.#link.closed;
  }

  onClosed(listener: (reason: string) => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  talk(address: number, packet: Uint8Array, options: TalkOptions): Promise<Result<Uint8Array, TransportFailure>> {
    return this.#exclusive(async () => {
      return this.#answerOf(await this.#askChip(address, { kind: 'talk', packet }, options), undefined);
    });
  }

  async talkAhead(
    address: number,
    packets: readonly Uint8Array[],
    options: TalkOptions,
    take: (answer: Result<Uint8Array, TransportFailure>) => boolean,
  ): Promise<boolean> {
    if (!this.#opened.keepsAwake) return false;
    return this.#exclusive(async () => {
      if (!this.#wraps) return false;
      const unready = (await this.#choose(address, options)) ?? (await this.#backInStep(options));
      if (unready !== undefined) {
        take(fail(unready));
        return true;
      }
      const send = (i: number): Promise<Result<LinkReply, LinkFailure>> => {
        const packet = packets[i] ?? new Uint8Array(0);
        const request: KitRequest = i === 0 ? { kind: 'talk', packet } : { kind: 'next', digit: i % 10, packet };
        // One that is sent ahead waits for two.
        const timeoutMs = i === 0 ? options.timeoutMs : 2 * options.timeoutMs;
        return this.#link.exchange(writeRequest(this.#forms, request), { ...options, timeoutMs, ahead: i > 0 });
      };
      let answering = send(0);
      for (let i = 0; i < packets.length; i += 1) {
        const following = i + 1 < packets.length ? send(i + 1) : undefined;
        const answered = await answering;
        if (!take(this.#answerOf(answered, i === 0 ? undefined : String(i % 10)))) {
          await following;
          return true;
        }
        if (following !== undefined) answering = following;
      }
      return true;
    });
  }

  wake(address: number): Promise<Result<WakeAnswer, TransportFailure>> {
    return this.#exclusive(async () => {
      const answered = await this.#askChip(address, { kind: 'wake' });
      if (!answered.ok) return answered;
      const outcome = wakeOutcome(this.#mode, answered.value.reply);
      if (outcome.kind === 'awake') return ok({ from: outcome.from });
      this.#link.doubt(answered.value.line);
      return fail(outcome);
    });
  }

  idle(address: number): Promise<Result<undefined, TransportFailure>> {
    return this.#plain(address, { kind: 'idle' });
  }

  sleep(address: number): Promise<Result<undefined, TransportFailure>> {
    return this.#plain(address, { kind: 'sleep' });
  }

  setAutoWrap(on: boolean): Promise<Result<'off' | 'on' | 'wraps', TransportFailure>> {
    return this.#exclusive(async () => {
      if (!this.#opened.hasAutoWrapSwitch) return ok('wraps');
      if (on === this.#wraps) return ok(on ? 'on' : 'off');
      const keeps = on && this.#opened.keepsAwake;
      const answered = await this.#ask(keeps ? { kind: 'keep-awake' } : { kind: 'auto-wrap', on });
      if (!answered.ok) return answered;
      const trouble = this.#troubleOf(answered.value);
      if (trouble !== undefined) return fail(trouble);
      this.#wraps = on;
      return ok(on ? 'on' : 'off');
    });
  }

  discover(): Promise<Result<readonly KitDevice[], TransportFailure>> {
    return this.#exclusive(async () => {
      // The probe behind this question moves a legacy kit's own selection.
      this.#selected = undefined;
      let devices = await this.#probe();
      if (devices.ok && this.kit.dialect === 'legacy' && devices.value.length === 0) {
        // A chip that somebody left awake (a program that was killed in the middle of a sequence) takes no notice of the probe's
        // wake until its watchdog puts it to sleep, up to ten seconds later.
        const asleep = await this.#sleepUnseen();
        if (!asleep.ok) return asleep;
        devices = await this.#probe();
        const quiet = await this.#ask({ kind: 'background-discovery', on: false });
        if (!quiet.ok) return quiet;
      }
      if (this.#opened.keepsAwake && this.#wraps) {
        // A search puts our kit host back to how it begins.
        const keeping = await this.#ask({ kind: 'keep-awake' });
        if (!keeping.ok) return keeping;
      }
      return devices.ok ? ok(withoutRepeats(devices.value)) : devices;
    });
  }

  /** What a reply to a talk amounts to. `digit`: what must stand in front of it. */
  #answerOf(
    answered: Result<LinkReply, TransportFailure>,
    digit: string | undefined,
  ): Result<Uint8Array, TransportFailure> {
    if (!answered.ok) return answered;
    const { reply, line } = answered.value;
    if (digit !== undefined && reply.words.join(' ') !== digit) {
      this.#link.doubt(line);
      return fail({ kind: 'garbage', line: printable(line) });
    }
    const outcome = talkOutcome(this.#mode, reply);
    if (outcome.kind === 'answer') return ok(outcome.packet);
    this.#link.doubt(line);
    return fail(outcome);
  }

  async #probe(): Promise<Result<readonly KitDevice[], TransportFailure>> {
    const devices: KitDevice[] = [];
    for (const index of DEVICE_INDICES) {
      const answered = await this.#ask({ kind: 'device', index });
      if (!answered.ok) return answered;
      const { reply } = answered.value;
      if (reply.status === BUS_STUCK) return fail({ kind: 'kit-refused', kitStatus: BUS_STUCK });
      const device = deviceOf(index, reply);
      if (device !== undefined && isEccDevice(device)) devices.push(device);
    }
    return ok(devices);
  }

  /** Sleep, without the wake before it, to the address where every chip begins. Whether anybody heard it is not known. */
  async #sleepUnseen(): Promise<Result<undefined, TransportFailure>> {
    const steps: readonly KitRequest[] = [
      { kind: 'select', address: 0xc0 },
      { kind: 'auto-wrap', on: false },
      { kind: 'sleep' },
      { kind: 'auto-wrap', on: true },
    ];
    for (const step of steps) {
      const answered = await this.#ask(step);
      if (!answered.ok) return answered;
    }
    return ok(undefined);
  }

  /** Who took `e:a(01)` knows words by their first letter; fewer characters are time on a serial line. */
  get #forms(): Dialect {
    return this.#opened.hasAutoWrapSwitch ? 'legacy' : this.#opened.dialect;
  }

  get #mode(): { readonly dialect: Dialect; readonly wraps: boolean } {
    return { dialect: this.#opened.dialect, wraps: this.#wraps };
  }

  #plain(address: number, request: KitRequest): Promise<Result<undefined, TransportFailure>> {
    return this.#exclusive(async () => {
      const answered = await this.#askChip(address, request);
      if (!answered.ok) return answered;
      const trouble = this.#troubleOf(answered.value);
      return trouble === undefined ? ok(undefined) : fail(trouble);
    });
  }

  /**
   * What is wrong with the answer to a request that only has to be done. Something that looks like a chip's answer does not
   * belong there: it is the answer to an earlier question.
   */
  #troubleOf({ reply, line }: LinkReply): TransportFailure | undefined {
    const outcome = plainOutcome(reply);
    if (outcome.kind === 'done' && !isChipAnswer(reply.data)) return undefined;
    this.#link.doubt(line);
    return outcome.kind === 'done' ? { kind: 'garbage', line: printable(line) } : outcome;
  }

  /** Selects the chip if another one is selected, then asks. `options.timeoutMs` is for both together. */
  async #askChip(
    address: number,
    request: KitRequest,
    options: TalkOptions = { timeoutMs: this.#timeoutMs },
  ): Promise<Result<LinkReply, TransportFailure>> {
    const start = performance.now();
    const trouble = await this.#choose(address, options);
    if (trouble !== undefined) return fail(trouble);
    return this.#ask(request, { ...options, timeoutMs: Math.max(1, options.timeoutMs - (performance.now() - start)) });
  }

  /** Selects the chip if another one is selected. */
  async #choose(address: number, options: TalkOptions): Promise<TransportFailure | undefined> {
    if (this.#selected === address) return undefined;
    this.#selected = undefined;
    const selected = await this.#ask({ kind: 'select', address }, { timeoutMs: options.timeoutMs });
    if (!selected.ok) return selected.failure;
    const trouble = this.#troubleOf(selected.value);
    // Kits with one place for a chip do not know the word; D21 kits ignore it (kit-protocol.md 2).
    const tolerated = this.#opened.dialect === 'd21' || unknownCommand(selected.value.reply.status);
    if (trouble !== undefined && (trouble.kind === 'garbage' || !tolerated)) return trouble;
    this.#selected = address;
    return undefined;
  }

  /**
   * One exchange. When the last one left a doubt, question and answer are brought back in step first. After a reply that
   * nobody had asked for the exchange fails: the answers before it may have been those of earlier questions, and only who
   * asked them can tell what has to be asked again.
   */
  async #ask(
    request: KitRequest,
    options: ExchangeOptions = { timeoutMs: this.#timeoutMs },
  ): Promise<Result<LinkReply, LinkFailure>> {
    const trouble = await this.#backInStep(options);
    if (trouble !== undefined) return fail(trouble);
    return this.#link.exchange(writeRequest(this.#forms, request), options);
  }

  async #backInStep(options: ExchangeOptions): Promise<LinkFailure | undefined> {
    const doubt = this.#link.outOfStep;
    if (doubt === undefined) return undefined;
    const { line, answer } = this.#opened.probe;
    const stepped = await this.#link.exchange(line, { timeoutMs: options.timeoutMs, expected: answer });
    if (!stepped.ok) return stepped.failure;
    this.#link.inStep();
    return doubt.unsolicited ? { kind: 'garbage', line: doubt.line } : undefined;
  }

  /** Runs an operation when those before it have settled. */
  async #exclusive<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy = true;
    try {
      return await operation();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy = false;
      else next();
    }
  }
}

/** Whether bytes have the form of a chip's answer: the count byte first, and so many of them. */
function isChipAnswer(data: Uint8Array): boolean {
  return data.length >= 4 && data[0] === data.length;
}
