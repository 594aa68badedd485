import type { ChipIdentity, ChipSession } from '../device/index.ts';
import type { DataContext } from './data-sources.ts';
import type { RunCallbacks, RunJournal } from './ports.ts';
import type { PreparedEntry } from './prepared-entry.ts';
import type { RequestClient } from './request-client.ts';

/**
 * provision: a new board, or one that was begun and not finished (it is resumed) · resume: the same, and a board on which
 * everything is locked is validated and passes · validate: nothing is changed · accept-key: as resume, and a supervisor
 * accepted a key of unknown origin.
 */
export type RunAction = 'provision' | 'resume' | 'validate' | 'accept-key';

/** The chip in hand and the way to it. */
export interface RunBoard {
  /** Session for an 8-bit address: one that is exclusive to this run. */
  open(address: number): ChipSession;
  /** As found just now. */
  readonly chip: ChipIdentity;
  readonly kit: { readonly name: string; readonly dialect: 'legacy' | 'd21' | 'modern'; readonly path: string };
}

export interface RunOptions {
  readonly prepared: PreparedEntry;
  readonly plan: { readonly name: string; readonly version: number; readonly digest: string };
  readonly action: RunAction;
  readonly board: RunBoard;
  readonly client: RequestClient;
  readonly callbacks: RunCallbacks;
  readonly journal: RunJournal;
  readonly data: Omit<DataContext, 'serialNumber' | 'unitLabel'>;
  readonly requester: RunRequester;
  /** 16 bytes each */
  readonly runId: Uint8Array;
  readonly boardId: Uint8Array;
  readonly now: () => Date;
  /** ms, rising */
  readonly monotonic: () => number;
  /** A recorded rework exists: a chip whose certified key is another one may get a new key. The server checks its own record. */
  readonly rework?: boolean;
  /** Largest reply body the run can take; absent = 65,535. */
  readonly maxReplyBody?: number;
  /**
   * Random data of the plan, handed over just before the data zone is locked; resolves when it is durable. An interrupted board
   * that is resumed delivers again: the newest value for a serial number counts.
   */
  readonly sink?: (name: string, serialNumber: string, bytes: Uint8Array) => Promise<void>;
  /** Aborted = stop before the next stage. */
  readonly signal?: Pick<AbortSignal, 'aborted'>;
}

export interface RunRequester {
  readonly station: string;
  readonly site: string;
  readonly software: string;
  readonly operator: string;
  readonly operatorAuth: 'claimed' | 'authenticated';
  readonly batch: string;
  readonly unitLabel: string;
}
