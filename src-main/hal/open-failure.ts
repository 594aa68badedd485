/** Why a channel could not be opened, in a way that can be told to the person at the station. */
export type ChannelOpenFailure =
  /** No such port, stick or host. */
  | { readonly kind: 'missing'; readonly path: string; readonly reason: string }
  /** The system refuses access; `advice` says what to do about it. */
  | { readonly kind: 'denied'; readonly path: string; readonly reason: string; readonly advice: string }
  /** Another program, or another part of this one, holds it. */
  | { readonly kind: 'in-use'; readonly path: string; readonly reason: string }
  /** It is there but does not take connections. */
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string }
  | { readonly kind: 'timeout'; readonly path: string; readonly waitedMs: number }
  /** A driver or library of this machine is missing. */
  | { readonly kind: 'driver'; readonly path: string; readonly reason: string; readonly advice: string }
  /** The path is not one that this program can open. */
  | { readonly kind: 'bad-path'; readonly path: string; readonly reason: string };

/** One sentence about why a channel could not be opened. */
export function describeOpenFailure(failure: ChannelOpenFailure): string {
  switch (failure.kind) {
    case 'missing':
      return `${failure.path} is not there: ${failure.reason}.`;
    case 'denied':
      return `${failure.path} may not be opened: ${failure.reason}. ${failure.advice}`;
    case 'in-use':
      return `${failure.path} is held by another program: ${failure.reason}.`;
    case 'refused':
      return `${failure.path} does not take connections: ${failure.reason}.`;
    case 'timeout':
      return `${failure.path} did not answer within ${failure.waitedMs} ms.`;
    case 'driver':
      return `${failure.path} needs a part of the system that is missing: ${failure.reason}. ${failure.advice}`;
    case 'bad-path':
      return `${failure.path} is no path of a kit: ${failure.reason}.`;
  }
}

/** Message of anything thrown, without its stack. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's code in a thrown error: "ECONNREFUSED", "EACCES"; undefined when there is none. */
export function systemCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
