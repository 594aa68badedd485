import { asSignetError } from '../../src-shared/base/error.ts';
import { quoted, type Reason, reason, reasonWords } from '../../src-shared/model/reasons.ts';
import type { Records, StationBook } from '../records/index.ts';
import type { ClockDoubt } from '../signing/clock-guard.ts';
import { freeBytes, tooLowDisk } from './health.ts';

/** How often disk, clock and a store that refused are looked at again, ms. */
const lookMs = 5_000;

/** Why nothing can be recorded: a code that every screen has words for, and the words of the computer. */
export interface Refusal {
  readonly code: 'disk-low' | 'STORAGE_FAILED';
  readonly facts: Readonly<Record<string, string>>;
  readonly words: string;
  /** The same for the health page: what the computer said is quoted. */
  readonly reason: Reason;
}

/** Watches what a station cannot work without: a clock that can be believed and a disk that takes records. */
export class WatchKeeper {
  readonly #records: Records;
  readonly #book: StationBook;
  readonly #now: () => Date;
  readonly #changed: () => void;
  readonly #clockDoubt: () => ClockDoubt | undefined;
  #clock: ClockDoubt | undefined;
  #refusal: Refusal | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly records: Records;
    readonly book: StationBook;
    readonly now: () => Date;
    /** Why nothing would be certified because of the clock. */
    readonly clockDoubt: () => ClockDoubt | undefined;
    readonly changed: () => void;
  }) {
    this.#records = options.records;
    this.#book = options.book;
    this.#now = options.now;
    this.#changed = options.changed;
    this.#clockDoubt = options.clockDoubt;
  }

  /** Why the clock is suspect; undefined when it is not. */
  get clock(): ClockDoubt | undefined {
    return this.#clock;
  }

  /** Why nothing can be recorded; undefined when it can. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** The words of `refusal`; empty when there is none. */
  get cannotRecord(): string {
    return this.#refusal?.words ?? '';
  }

  /** Looks now, and every few seconds from now on. */
  look(): void {
    clearTimeout(this.#timer);
    this.#lookAtClock();
    const { path } = this.#records.folder;
    const free = freeBytes(path);
    if (free !== undefined && free < tooLowDisk) {
      const facts = { megabytes: String(Math.floor(free / (1 << 20))) };
      this.#refuse({
        code: 'disk-low',
        facts,
        words: reasonWords('disk-low', 'en', facts),
        reason: reason('disk-low', facts),
      });
    } else if (this.#refusal !== undefined) this.#tryToRecord();
    this.#timer = setTimeout(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Something could not be written: nothing is begun any more until it can be. */
  refused(thrown: unknown): void {
    const words = asSignetError(thrown).message;
    this.#refuse({ code: 'STORAGE_FAILED', facts: {}, words, reason: quoted(words) });
  }

  #refuse(refusal: Refusal): void {
    const { words } = refusal;
    if (this.#refusal === undefined) this.#records.activity.of('records').error(`Nothing can be recorded: ${words}`);
    const news = this.cannotRecord !== words;
    this.#refusal = refusal;
    if (news) this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #lookAtClock(): void {
    const trouble = this.#clockDoubt();
    if (trouble === this.#clock) return;
    this.#clock = trouble;
    if (trouble !== undefined) this.#records.activity.error(`Nothing is certified: ${reasonWords(trouble, 'en')}.`);
    this.#changed();
  }

  #tryToRecord(): void {
    this.#book.setFact('last-write', this.#now().toISOString()).then(
      () => {
        this.#refusal = undefined;
        this.#records.activity.of('records').info('Records can be written again.');
        this.#changed();
      },
      () => undefined,
    );
  }
}
