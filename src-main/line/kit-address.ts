import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import { fail, type Result } from '../../src-shared/base/result.ts';
import { englishSentence, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';
import { type KitOpenFailure, type KitOptions, openKit } from '../hal/kit-transport.ts';
import { openChannel } from '../hal/open-channel.ts';
import { type ChannelOpenFailure, reasonOfOpenFailure } from '../hal/open-failure.ts';
import type { Transport } from '../hal/transport.ts';

/** Why a kit could not be opened, in one sentence; `gone` = nothing is there (yet). */
export interface KitTrouble {
  readonly gone: boolean;
  readonly error: SignetError;
}

/** A port number 0..65535, or undefined. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}

/** Opens the kit at `tcp:HOST:PORT`, a serial port or a HID path, or at a port that was seen, and asks whether it is one. */
export async function openKitAt(
  target: string | ChannelDescription,
  options: KitOptions = {},
): Promise<Result<Transport, KitTrouble>> {
  const path = typeof target === 'string' ? target : target.path;
  const channel = await openChannel(target);
  if (!channel.ok) return fail(channelTrouble(channel.failure));
  const kit = await openKit(channel.value, options);
  return kit.ok ? kit : fail(kitTrouble(path, kit.failure));
}

/** An error whose sentence is a reason, which stands in its details for screens of another language. */
export function withReason(code: ErrorName, why: Reason): SignetError {
  return new SignetError(code, englishSentence(why), reasonDetails(why));
}

function channelTrouble(failure: ChannelOpenFailure): KitTrouble {
  const gone = failure.kind === 'missing' || failure.kind === 'refused' || failure.kind === 'timeout';
  const code =
    failure.kind === 'denied'
      ? 'PORT_DENIED'
      : failure.kind === 'in-use'
        ? 'KIT_BUSY'
        : failure.kind === 'bad-path'
          ? 'OPTION_INVALID'
          : 'KIT_UNKNOWN';
  return { gone, error: withReason(code, reasonOfOpenFailure(failure)) };
}

function kitTrouble(path: string, failure: KitOpenFailure): KitTrouble {
  switch (failure.kind) {
    case 'closed':
      return {
        gone: true,
        error: withReason('KIT_BUSY', reason('port-closed', { path, quote: failure.reason })),
      };
    case 'silent':
      return {
        gone: false,
        error: withReason('KIT_SILENT', reason('port-silent', { path, waitedMs: failure.waitedMs })),
      };
    case 'not-a-kit':
      return {
        gone: false,
        error: withReason('KIT_GARBAGE', reason('port-no-kit', { path, quote: failure.answer })),
      };
  }
}
