import type { Command, CommandName } from '../../src-shared/atecc/command.ts';
import { readSerialNumber } from '../../src-shared/atecc/procedures.ts';
import { chipStatus, isWakeTokenInsteadOfAnswer } from '../../src-shared/atecc/status.ts';
import { byteAt, equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { type KitIdentity, OUR_KIT, type Transport, type TransportFailure } from '../hal/transport.ts';
import { type ChipFacts, unknownChip, windowCeilingMs, windowLimitMs } from './budget.ts';
import { type DeviceEvent, type DeviceObserver, type PacketFacts, packetFacts } from './events.ts';
import { type DeviceFailure, describeFailure, isBusStuck } from './failures.ts';
import type { Mutex } from './mutex.ts';
import { judge, type Trouble } from './retry.ts';
import { ask, type CommandStep, follow, type StepAnswer, type Steps, stop } from './steps.ts';

/**
 * The only way to a chip. One sequence is exclusive on kit and chip, runs in one wake window (or is wrapped command by
 * command by the kit itself), ends in idle, and is never repeated in part.
 */
export interface ChipSession {
  /** 8-bit I2C address. */
  readonly address: number;
  readonly kit: KitIdentity;
  readonly facts: ChipFacts;
  /** The same way to the same chip, now that more is known of it. */
  withFacts(facts: ChipFacts): ChipSession;
  /** `body` is called for every attempt and must give a fresh generator. */
  sequence<T>(plan: SequencePlan, body: () => Steps<T>): Promise<Result<T, DeviceFailure>>;
  /** A sequence of one. */
  run<T>(command: Command<T>, options?: RunOptions): Promise<Result<T, DeviceFailure>>;
}

export interface SequencePlan {
  /** Every command the body may send, as often as it may send it; another one is a mistake of ours and throws. */
  readonly commands: readonly CommandName[];
  /**
   * How the chip is left. Sleep loses TempKey and authorisation and costs an RNG seed write at the next use: only at the
   * end of a board or session, or when something secret is left over (atecc-device.md 1, signer-and-server.md 6.6).
   */
  readonly end: 'idle' | 'sleep';
  /** 9 bytes: read from the chip first, in the same powered session; another number ends in `board-changed`, nothing done. */
  readonly expectSerial?: Uint8Array;
  /**
   * `single` = the commands must share one wake window without idling in between (what lives only until idle matters):
   * the kit's own wrapping is switched off meanwhile where it can be. Kits that always wrap stay as they are.
   */
  readonly window?: 'any' | 'single';
  /** How often the whole may be begun; 3 when absent. */
  readonly attempts?: number;
  /** Awaited before every attempt (1, 2, 3); a rejection passes through with nothing done in this attempt. */
  readonly beforeAttempt?: (attempt: number) => Promise<void>;
  /** Status bytes after which the whole is begun again although the chip refused clearly. */
  readonly redoOn?: readonly number[];
  /** When the sequence breaks off after this command was sent, the chip is put to sleep: an authorisation is left over. */
  readonly sleepIfBrokenAfter?: CommandName;
}

export interface RunOptions {
  readonly end?: 'idle' | 'sleep';
  readonly expectSerial?: Uint8Array;
  readonly attempts?: number;
  readonly secret?: boolean;
}

/** What a session needs of a kit: its transport, its mutex, and whether the holder still owns it. */
export interface KitAccess {
  readonly transport: Transport;
  readonly mutex: Mutex;
  /** A failure once the kit belongs to somebody else; called before every attempt. */
  refusal(): DeviceFailure | undefined;
  readonly observe: DeviceObserver | undefined;
}

/** Deadline of one exchange in ms: above the slowest command of all, SelfTest at M2 (kit-protocol.md 2, timeouts). */
const EXCHANGE_TIMEOUT_MS = 5000;
const DEFAULT_ATTEMPTS = 3;
/** Kit statuses that say that something did answer: wrong size, wrong CRC (kit-protocol.md 3). */
const damagedAnswer: ReadonlySet<number> = new Set([0xe4, 0xe5]);

/**
 * A way to the chip at `address` behind a kit. Outside this room sessions come from a lease of the KitRegistry. `heard` = a chip
 * answered there before, so that silence means it was taken away.
 */
export function openChipSession(
  access: KitAccess,
  address: number,
  facts: ChipFacts = unknownChip,
  heard = false,
): ChipSession {
  return new KitChipSession(access, address, facts, { heard });
}

type Attempt<T> =
  | { readonly next: 'end'; readonly result: Result<T, DeviceFailure> }
  | { readonly next: 'redo'; readonly failure: DeviceFailure };

/** Whether the kit's own wrapping is off for this attempt, so that waking and idling is ours. */
type Window = 'wrapped' | 'ours';

class KitChipSession implements ChipSession {
  readonly address: number;
  readonly facts: ChipFacts;
  readonly #access: KitAccess;
  /** How the present attempt waits on the chip; one attempt at a time, because the mutex is held. */
  #window: Window = 'wrapped';
  /** Shared by all sessions made from one another by `withFacts`. */
  readonly #memory: { heard: boolean };

  constructor(access: KitAccess, address: number, facts: ChipFacts, memory: { heard: boolean }) {
    this.#access = access;
    this.address = address;
    this.facts = facts;
    this.#memory = memory;
  }

  get kit(): KitIdentity {
    return this.#access.transport.kit;
  }

  withFacts(facts: ChipFacts): ChipSession {
    return new KitChipSession(this.#access, this.address, facts, this.#memory);
  }

  run<T>(command: Command<T>, options: RunOptions = {}): Promise<Result<T, DeviceFailure>> {
    const { end = 'idle', secret = false, ...rest } = options;
    return this.sequence({ commands: [command.name], end, ...rest }, () => ask(command, { secret }));
  }

  sequence<T>(plan: SequencePlan, body: () => Steps<T>): Promise<Result<T, DeviceFailure>> {
    return this.#access.mutex.run(async () => {
      const overBudget = this.#budgetFailure(plan);
      if (overBudget !== undefined) return fail(overBudget);
      const attempts = plan.attempts ?? DEFAULT_ATTEMPTS;
      for (let attempt = 1; ; attempt += 1) {
        const refusal = this.#access.refusal();
        if (refusal !== undefined) return fail(refusal);
        await plan.beforeAttempt?.(attempt);
        const outcome = await this.#attempt(plan, body, attempt, attempts - attempt);
        if (outcome.next === 'end') return outcome.result;
        if (attempt >= attempts) return fail(outcome.failure);
      }
    });
  }

  #budgetFailure(plan: SequencePlan): DeviceFailure | undefined {
    // A kit that wraps gives every command a window of its own; a lone command is refused by the chip itself (EE) in time.
    if (plan.window !== 'single' || !canHold(this.kit) || plan.commands.length < 2) return undefined;
    const commands: readonly CommandName[] =
      plan.expectSerial === undefined ? plan.commands : ['Read', ...plan.commands];
    const needed = windowCeilingMs(commands, this.facts, this.#access.transport.description.kind);
    const allowed = windowLimitMs(this.facts);
    if (needed <= allowed) return undefined;
    return { kind: 'watchdog-budget', neededMs: Math.ceil(needed), allowedMs: allowed };
  }

  async #attempt<T>(
    plan: SequencePlan,
    body: () => Steps<T>,
    attempt: number,
    attemptsLeft: number,
  ): Promise<Attempt<T>> {
    this.#observe({ kind: 'sequence-start', address: this.address, commands: plan.commands, attempt });
    const window = await this.#openWindow(plan);
    if (!window.ok) {
      const redo = attemptsLeft > 0 && window.failure.kind === 'no-chip';
      this.#observe({ kind: 'sequence-end', address: this.address, outcome: redo ? 'redo' : 'failed' });
      return redo ? { next: 'redo', failure: window.failure } : { next: 'end', result: fail(window.failure) };
    }
    this.#window = window.value;
    const state: AttemptState = {
      sent: new Set(),
      touched: undefined,
      answers: 0,
      attemptsLeft,
      redoOn: plan.redoOn ?? [],
    };
    let outcome: Attempt<T>;
    try {
      outcome = await this.#drive(plan, body, state);
    } catch (thrown) {
      // A mistake of ours in the body: leave chip and kit in order before it is reported.
      await this.#closeWindow(window.value, 'sleep');
      throw thrown;
    }
    const finished = outcome.next === 'end' && outcome.result.ok;
    // Before a further attempt too: whether it comes is not ours alone to say (`beforeAttempt`, ownership).
    const leftOver = !finished && plan.sleepIfBrokenAfter !== undefined && state.sent.has(plan.sleepIfBrokenAfter);
    await this.#closeWindow(window.value, finished ? plan.end : leftOver ? 'sleep' : 'idle');
    this.#observe({
      kind: 'sequence-end',
      address: this.address,
      outcome: finished ? 'done' : outcome.next === 'redo' ? 'redo' : 'failed',
    });
    return outcome;
  }

  async #drive<T>(plan: SequencePlan, body: () => Steps<T>, state: AttemptState): Promise<Attempt<T>> {
    const steps = guarded(plan.expectSerial, body);
    const left = plan.expectSerial === undefined ? [...plan.commands] : ['Read', ...plan.commands];
    let answer: StepAnswer;
    for (;;) {
      const turn = steps.next(answer);
      if (turn.done === true) return { next: 'end', result: ok(turn.value) };
      const step = turn.value;
      answer = undefined;
      if (step.kind === 'stop') return { next: 'end', result: fail(step.failure) };
      if (step.kind === 'idle-wake') {
        const failure = await this.#idleWake();
        if (failure !== undefined) return { next: 'end', result: fail(failure) };
        continue;
      }
      for (const { command } of step.kind === 'commands' ? step.steps : [step]) {
        const declared = left.indexOf(command.name);
        if (declared < 0) throw new SignetError('INTERNAL', `a sequence sent ${command.name} without declaring it`);
        left.splice(declared, 1);
      }
      const sent = step.kind === 'commands' ? await this.#sendAll(step.steps, state) : await this.#send(step, state);
      if (!sent.ok) return sent.failure;
      answer = sent.value;
    }
  }

  /**
   * Several commands: their answers, or how the attempt ends. Those that may be begun again are sent ahead where the kit can do
   * that; there as elsewhere the chip executes nothing after one that did not go well.
   */
  async #sendAll(
    steps: readonly CommandStep[],
    state: AttemptState,
  ): Promise<Result<readonly Uint8Array[], Attempt<never>>> {
    const answers: Uint8Array[] = [];
    let failed: Attempt<never> | undefined;
    const { transport } = this.#access;
    const packets = steps.map(({ command }) => command.packet);
    const options = { timeoutMs: EXCHANGE_TIMEOUT_MS };
    const mayBeAhead = steps.length > 1 && this.#window === 'wrapped' && steps.every(({ redoable }) => redoable);
    const ahead =
      mayBeAhead &&
      (await transport.talkAhead?.(this.address, packets, options, (talk) => {
        const step = steps[answers.length];
        if (step === undefined) return false;
        const answered = this.#take(step, this.#sending(step, state), talk, state);
        if (answered.ok) answers.push(answered.value);
        else failed = answered.failure;
        return answered.ok;
      })) === true;
    for (const step of ahead ? [] : steps) {
      const answered = await this.#send(step, state);
      if (!answered.ok) return answered;
      answers.push(answered.value);
    }
    return failed === undefined ? ok(answers) : fail(failed);
  }

  /** One command: its answer, or how the attempt ends. */
  async #send(step: CommandStep, state: AttemptState): Promise<Result<Uint8Array, Attempt<never>>> {
    const packet = this.#sending(step, state);
    const { command } = step;
    const talk = await this.#access.transport.talk(this.address, command.packet, { timeoutMs: EXCHANGE_TIMEOUT_MS });
    return this.#take(step, packet, talk, state);
  }

  #sending({ command, secret }: CommandStep, state: AttemptState): PacketFacts {
    const packet = packetFacts(command, secret);
    state.sent.add(command.name);
    this.#observe({ kind: 'sent', address: this.address, packet });
    return packet;
  }

  /** What came of a command: its answer, or how the attempt ends. */
  #take(
    step: CommandStep,
    packet: PacketFacts,
    talk: Result<Uint8Array, TransportFailure>,
    state: AttemptState,
  ): Result<Uint8Array, Attempt<never>> {
    const { command } = step;
    if (!talk.ok) {
      this.#observe({ kind: 'lost', address: this.address, packet, reason: talk.failure.kind });
      return fail(this.#afterTrouble(step, talk.failure, { kind: talk.failure.kind }, state));
    }
    const response = talk.value;
    if (isWakeTokenInsteadOfAnswer(response)) {
      this.#observe({ kind: 'lost', address: this.address, packet, reason: 'no-answer' });
      const failure = { kind: 'no-answer', kitStatus: 0 } as const;
      return fail(this.#afterTrouble(step, failure, { kind: 'no-answer' }, state));
    }
    const status = response.length === 4 ? byteAt(response, 1) : undefined;
    this.#observe({ kind: 'answered', address: this.address, packet, answer: toHex(response), status });
    const decoded = command.decode(response);
    if (decoded.ok) {
      if (!step.redoable) state.touched = command;
      this.#answered(state);
      return ok(response);
    }
    if (decoded.failure.kind === 'malformed') {
      const failure: DeviceFailure = { kind: 'malformed', command: command.describe, reason: decoded.failure.reason };
      return fail(this.#afterTrouble(step, failure, { kind: 'malformed' }, state));
    }
    this.#answered(state);
    if (step.accept.includes(decoded.failure.status)) return ok(response);
    const failure: DeviceFailure =
      decoded.failure.status === chipStatus.selfTestError
        ? { kind: 'self-test-failed', address: this.address }
        : { kind: 'status', name: command.name, command: command.describe, status: decoded.failure.status };
    return fail(this.#afterTrouble(step, failure, { kind: 'status', status: decoded.failure.status }, state));
  }

  #answered(state: AttemptState): void {
    state.answers += 1;
    this.#memory.heard = true;
  }

  /** How the attempt ends after a command did not go well. */
  #afterTrouble(
    step: CommandStep,
    failure: DeviceFailure | TransportFailure,
    trouble: Trouble,
    state: AttemptState,
  ): Attempt<never> {
    const verdict = judge(trouble, {
      redoable: step.redoable,
      touched: state.touched !== undefined,
      attemptsLeft: state.attemptsLeft,
      redoOn: this.#losesTempKey(state) ? [...state.redoOn, chipStatus.executionError] : state.redoOn,
    });
    const clear = this.#deviceFailure(failure, step.command, state);
    if (verdict === 'redo') return { next: 'redo', failure: clear };
    if (verdict === 'stop') return { next: 'end', result: fail(clear) };
    const doubtful = state.touched ?? step.command;
    return {
      next: 'end',
      result: fail({
        kind: 'uncertain',
        name: doubtful.name,
        command: doubtful.describe,
        cause: describeFailure(clear),
        kitLost: clear.kind === 'kit' && (clear.failure.kind === 'closed' || clear.failure.kind === 'timeout'),
        ...(isBusStuck(clear) ? { busStuck: true } : {}),
      }),
    };
  }

  /**
   * A legacy kit that re-sends a command by itself may have put the chip to sleep in between (kit-protocol.md 2, habit 2): what was
   * loaded before is gone, and a sound chip answers 0F.
   */
  #losesTempKey(state: AttemptState): boolean {
    return this.kit.dialect === 'legacy' && (state.sent.has('Nonce') || state.sent.has('SHA'));
  }

  #deviceFailure(
    failure: DeviceFailure | TransportFailure,
    command: Command<unknown>,
    state: AttemptState,
  ): DeviceFailure {
    switch (failure.kind) {
      case 'closed':
      case 'timeout':
      case 'garbage':
      case 'kit-refused':
        return { kind: 'kit', failure };
      case 'no-wake':
        return this.#noChip();
      case 'no-answer':
        if ('command' in failure) return failure;
        if (state.answers === 0 && !damagedAnswer.has(failure.kitStatus & 0xff)) return this.#noChip();
        return { kind: 'no-answer', command: command.describe };
      default:
        return failure;
    }
  }

  #noChip(): DeviceFailure {
    return { kind: 'no-chip', address: this.address, answeredBefore: this.#memory.heard };
  }

  /** Opens the wake window: nothing to do on a kit that wraps every command. */
  async #openWindow(plan: SequencePlan): Promise<Result<Window, DeviceFailure>> {
    if (plan.window !== 'single' || !canHold(this.kit)) return ok('wrapped');
    const { transport } = this.#access;
    const wrap = await transport.setAutoWrap(false);
    if (!wrap.ok) return fail(this.#lineFailure(wrap.failure));
    if (wrap.value !== 'off') return ok('wrapped');
    const awake = await this.#wake();
    if (awake === undefined) return ok('ours');
    await transport.setAutoWrap(true);
    return fail(awake);
  }

  /** Wakes the chip; once more after Sleep when it does not say so, because it may have been awake (atecc-device.md 1). */
  async #wake(): Promise<DeviceFailure | undefined> {
    const { transport } = this.#access;
    this.#observe({ kind: 'wake', address: this.address });
    let wake = await transport.wake(this.address);
    if (!wake.ok && wake.failure.kind !== 'closed' && wake.failure.kind !== 'timeout') {
      this.#observe({ kind: 'sleep', address: this.address });
      await transport.sleep(this.address);
      this.#observe({ kind: 'wake', address: this.address });
      wake = await transport.wake(this.address);
    }
    if (!wake.ok) return this.#lineFailure(wake.failure);
    if (wake.value.from === 'self-test-failed') return { kind: 'self-test-failed', address: this.address };
    return undefined;
  }

  async #idleWake(): Promise<DeviceFailure | undefined> {
    // On a kit that wraps, the chip idles already; the next command wakes it.
    if (this.#window === 'wrapped') return undefined;
    this.#observe({ kind: 'idle', address: this.address });
    const idle = await this.#access.transport.idle(this.address);
    return idle.ok ? this.#wake() : this.#lineFailure(idle.failure);
  }

  /** Leaves the chip as wanted and gives the kit its wrapping back. What fails here does not change what was achieved. */
  async #closeWindow(window: Window, end: 'idle' | 'sleep'): Promise<void> {
    const { transport } = this.#access;
    if (transport.closed) return;
    if (end === 'sleep') {
      // A chip that its kit has idled does not hear Sleep; those that can hold a chip wake it for that by themselves.
      if (!canHold(this.kit)) {
        this.#observe({ kind: 'wake', address: this.address });
        await transport.wake(this.address);
      }
      this.#observe({ kind: 'sleep', address: this.address });
      await transport.sleep(this.address);
    } else if (window === 'ours') {
      this.#observe({ kind: 'idle', address: this.address });
      await transport.idle(this.address);
    }
    if (window === 'ours') await transport.setAutoWrap(true);
  }

  #lineFailure(failure: TransportFailure): DeviceFailure {
    if (failure.kind === 'no-wake' || failure.kind === 'no-answer') return this.#noChip();
    return { kind: 'kit', failure };
  }

  #observe(event: DeviceEvent): void {
    this.#access.observe?.(event);
  }
}

/** Whether a kit's own wake and idle around every command can be switched off: the legacy firmware's and ours. */
function canHold(kit: KitIdentity): boolean {
  return kit.dialect === 'legacy' || kit.name === OUR_KIT;
}

/** What one attempt remembers. */
interface AttemptState {
  readonly sent: Set<CommandName>;
  /** The last executed command that must not be executed again by a new beginning. */
  touched: Command<unknown> | undefined;
  answers: number;
  readonly attemptsLeft: number;
  readonly redoOn: readonly number[];
}

/** The body with the serial number check in front of it. */
function* guarded<T>(expected: Uint8Array | undefined, body: () => Steps<T>): Steps<T> {
  if (expected !== undefined) yield* expectSerial(expected);
  return yield* body();
}

/** Reads the serial number and ends the sequence when it is another (provisioning-recipes.md 0, board identity). */
export function* expectSerial(expected: Uint8Array): Steps<undefined> {
  const found = yield* follow(readSerialNumber());
  if (!equalBytes(found, expected)) {
    return yield* stop({ kind: 'board-changed', expected: toHex(expected), found: toHex(found) });
  }
  return undefined;
}
