import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { StageName, StageStatus } from '../../src-shared/model/stages.ts';

/**
 * What a run needs from a server, in the note's words (Atmel-8971A 5.3): raw bytes that it alone interprets (ATPR frames).
 * An in-memory pair, TCP and TLS are the same to it.
 */
export interface RequestChannel {
  /** The run wants to talk: opens a connection, or does nothing where one is kept. */
  start(): Promise<Result<undefined, ChannelFailure>>;
  /** Resolves when everything was handed over. */
  send(bytes: Uint8Array): Promise<Result<undefined, ChannelFailure>>;
  /** Gives 1 to `expected` bytes; the run calls again for the rest. `timeoutMs` without a byte = `silent`. */
  receive(expected: number, timeoutMs: number): Promise<Result<Uint8Array, ChannelFailure>>;
  /** This chip needs the server no more: closes, or does nothing where the connection is kept. */
  done(): Promise<void>;
}

export type ChannelFailure =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'silent'; readonly waitedMs: number };

/** Durable memory of runs: written before and after what cannot be undone, so that a killed station knows what it was doing. */
export interface RunJournal {
  begin(run: {
    readonly runId: string;
    readonly serialNumber: string;
    readonly planDigest: string;
    readonly startedAt: string;
  }): Promise<void>;
  stage(runId: string, stage: StageName, status: StageStatus): Promise<void>;
  /** Stores the record (once per run id) and spools the report until a server has taken it. */
  end(record: RunRecord): Promise<void>;
}

/** What the embedding application hears and supplies (the note's user functions). */
export interface RunCallbacks {
  /** atcaprov_notify */
  notify(stage: StageName, status: StageStatus, detail: StageDetail): void;
  /** atcaprov_request_error: an error that the server answered. */
  requestError(code: number, message: string): void;
  /** atcaprov_write_data_zone: further 32-byte blocks for stage 7; certificates' blocks are refused. */
  writeDataZone?(context: {
    readonly serialNumber: string;
    readonly configZone: Uint8Array;
  }): Promise<readonly DataBlock[]>;
}

export interface StageDetail {
  readonly elapsedMs: number;
  /** Why it was skipped, or what went wrong, in one sentence. */
  readonly note?: string;
  readonly code?: ErrorName;
}

/** One 32-byte block of the data zone or OTP. */
export interface DataBlock {
  readonly zone: 'data' | 'otp';
  readonly slot: number;
  readonly block: number;
  readonly bytes: Uint8Array;
}
