import type { ResultReport } from '../../src-shared/wire/index.ts';

/** What the server needs besides the SigningService. */

/** Keeps run reports of all stations: the same run id is stored once and gets the same answer (signer-and-server.md 7.9). */
export interface ReportSink {
  take(report: ResultReport, station: { readonly name: string; readonly authenticated: boolean }): Promise<void>;
}

/** Keys of the stations that may identify themselves; undefined = unknown or withdrawn. */
export interface StationKeys {
  keyOf(station: string): Uint8Array | undefined;
}

/** A line for the activity log. */
export interface ServerActivity {
  info(text: string): void;
  warning(text: string): void;
}

/** The limits of signer-and-server.md 7.5; ms and counts. */
export interface ServerLimits {
  readonly connections: number;
  readonly perAddress: number;
  readonly queuedRequests: number;
  readonly firstFrameMs: number;
  readonly frameMs: number;
  readonly idleMs: number;
  readonly badBodies: number;
  readonly workingMs: number;
  readonly authDelayMs: number;
  /** How long shutting down waits for requests in flight. */
  readonly drainMs: number;
  /** Bytes a client may leave unread before it is dropped. */
  readonly unreadBytes: number;
}

export const defaultLimits: ServerLimits = {
  connections: 32,
  perAddress: 8,
  queuedRequests: 64,
  firstFrameMs: 30_000,
  frameMs: 10_000,
  idleMs: 600_000,
  badBodies: 8,
  workingMs: 5_000,
  authDelayMs: 1_000,
  drainMs: 20_000,
  unreadBytes: 1 << 20,
};
