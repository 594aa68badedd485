import { asSignetError } from '../../src-shared/base/error.ts';
import type { Records, StationBook } from '../records/index.ts';
import { freeBytes, tooLowDisk } from './health.ts';

/** How often disk, clock and a store that refused are looked at again, ms. */
const lookMs = 5_000;

/** Watches what a station cannot work without: a clock that can be believed and a disk that takes records. */
export class WatchKeeper {
  readonly #records: Records;
  readonly #book: StationBook;
  readonly #now: () => Date;
  readonly #changed: () => void;
  readonly #clockDoubt: () => string | undefined;
  #clock: string | undefined;
  #cannotRecord = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly records: Records;
    readonly book: StationBook;
    readonly now: () => Date;
    /** Why nothing would be certified because of the clock. */
    readonly clockDoubt: () => string | undefined;
    readonly changed: () => void;
  }) {
    this.#records = options.records;
    this.#book = options.book;
    this.#now = options.now;
    this.#changed = options.changed;
    this.#clockDoubt = options.clockDoubt;
  }

  /** Why the clock is suspect; undefined when it is not. */
  get clock(): string | undefined {
    return this.#clock;
  }

  /** Why nothing can be recorded; empty when it can. */
  get cannotRecord(): string {
    return this.#cannotRecord;
  }

  /** Looks now, and every few seconds from now on. */
  look(): void {
    clearTimeout(this.#timer);
    this.#lookAtClock();
    const { path } = this.#records.folder;
    const free = freeBytes(path);
    if (free !== undefined && free < tooLowDisk)
      this.refused(new Error(`only ${Math.floor(free / (1 << 20))} MB are left on the disk`));
    else if (this.#cannotRecord !== '') this.#tryToRecord();
    this.#timer = setTimeout(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Something could not be written: nothing is begun any more until it can be. */
  refused(thrown: unknown): void {
    const reason = asSignetError(thrown).message;
    if (this.#cannotRecord === '') this.#records.activity.error(`Nothing can be recorded: ${reason}`);
    const news = this.#cannotRecord !== reason;
    this.#cannotRecord = reason;
    if (news) this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #lookAtClock(): void {
    const trouble = this.#clockDoubt();
    if (trouble === this.#clock) return;
    this.#clock = trouble;
    if (trouble !== undefined) this.#records.activity.error(`Nothing is certified: ${trouble}.`);
    this.#changed();
  }

  #tryToRecord(): void {
    this.#book.setFact('last-write', this.#now().toISOString()).then(
      () => {
        this.#cannotRecord = '';
        this.#records.activity.info('Records can be written again.');
        this.#changed();
      },
      () => undefined,
    );
  }
}
