import { englishSentence, type Reason, reason } from '../../src-shared/model/reasons.ts';

/** File name under which the udev rules are installed. */
const UDEV_RULE_FILE = '/etc/udev/rules.d/60-signet.rules';

/** What to do about a port that may not be opened. */
export type PermissionAdvice = 'serial' | 'hid' | 'mac' | 'windows' | 'network';

/** Why a channel could not be opened, in a way that can be told to the person at the station. */
export type ChannelOpenFailure =
  /** No such port, stick or host. */
  | { readonly kind: 'missing'; readonly path: string; readonly reason: string }
  /** The system refuses access; `advice` says what to do about it. */
  | { readonly kind: 'denied'; readonly path: string; readonly reason: string; readonly advice: PermissionAdvice }
  /** Another program, or another part of this one, holds it. */
  | { readonly kind: 'in-use'; readonly path: string; readonly reason: string }
  /** It is there but does not take connections. */
  | { readonly kind: 'refused'; readonly path: string; readonly reason: string }
  | { readonly kind: 'timeout'; readonly path: string; readonly waitedMs: number }
  /** A driver or library of this machine is missing. */
  | { readonly kind: 'driver'; readonly path: string; readonly reason: string }
  /** The path is not one that this program can open. */
  | { readonly kind: 'bad-path'; readonly path: string; readonly reason: string };

/** One sentence about why a channel could not be opened. */
export function describeOpenFailure(failure: ChannelOpenFailure): string {
  return englishSentence(reasonOfOpenFailure(failure));
}

/** The same as a code and facts, for screens in any language. */
export function reasonOfOpenFailure(failure: ChannelOpenFailure): Reason {
  const { path } = failure;
  switch (failure.kind) {
    case 'missing':
      return reason('port-missing', { path, quote: failure.reason });
    case 'denied': {
      const facts = { path, quote: failure.reason };
      return failure.advice === 'serial' || failure.advice === 'hid'
        ? reason(`port-denied-${failure.advice}`, { ...facts, rule: UDEV_RULE_FILE })
        : reason(`port-denied-${failure.advice}`, facts);
    }
    case 'in-use':
      return reason('port-in-use', { path, quote: failure.reason });
    case 'refused':
      return reason('port-refused', { path, quote: failure.reason });
    case 'timeout':
      return reason('port-timeout', { path, waitedMs: failure.waitedMs });
    case 'driver':
      return reason('port-driver', { path, quote: failure.reason });
    case 'bad-path':
      return reason('port-bad-path', { path, quote: failure.reason });
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
