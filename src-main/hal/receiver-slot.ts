import type { ChannelReceiver } from './byte-channel.ts';

/** Bytes that may wait for the first receiver of a channel. */
const KEPT_BEFORE_RECEIVER = 64 * 1024;

/**
 * What every ByteChannel does with what arrives: hands it to its one receiver, or keeps it until there is one.
 * `closed` is passed on once and never after `silence()`, which our own close calls.
 */
export class ReceiverSlot {
  #receiver: ChannelReceiver | undefined;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #closedReason: string | undefined;
  #silenced = false;

  set(receiver: ChannelReceiver): void {
    this.#receiver = receiver;
    const kept = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    for (const bytes of kept) receiver.data(bytes);
    if (this.#closedReason !== undefined && !this.#silenced) receiver.closed(this.#closedReason);
  }

  /** Bytes that came. False when nobody listens and no more can be kept: the channel has to close. */
  data(bytes: Uint8Array): boolean {
    if (this.#silenced || this.#closedReason !== undefined) return true;
    if (this.#receiver !== undefined) {
      this.#receiver.data(bytes);
      return true;
    }
    if (this.#keptBytes + bytes.length > KEPT_BEFORE_RECEIVER) return false;
    this.#kept.push(bytes.slice());
    this.#keptBytes += bytes.length;
    return true;
  }

  /** The other side or the cable is gone. */
  closed(reason: string): void {
    if (this.#silenced || this.#closedReason !== undefined) return;
    this.#closedReason = reason;
    this.#receiver?.closed(reason);
  }

  /** We closed: nothing is passed on any more. */
  silence(): void {
    this.#silenced = true;
    this.#kept = [];
  }

  /** Whether the channel is over, by either side. */
  get over(): boolean {
    return this.#silenced || this.#closedReason !== undefined;
  }
}
