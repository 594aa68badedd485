/**
 * The smallest seam: bytes out, bytes in, closed. A serial port, a HID stick (reports joined to a stream), a TCP socket
 * and a simulated kit are four of them and differ in nothing else.
 */
export interface ByteChannel {
  readonly description: ChannelDescription;
  /** Resolves when the bytes were handed to the system; rejects with Error when the channel is closed. */
  write(bytes: Uint8Array): Promise<void>;
  /** One receiver at a time; bytes that came before the first receiver are kept (at most 64 KiB) and given to it at once. */
  setReceiver(receiver: ChannelReceiver): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Gets what arrives. */
export interface ChannelReceiver {
  data(bytes: Uint8Array): void;
  /** Called once, when the other side or the cable is gone. Never called after our own close(). */
  closed(reason: string): void;
}

/** What is known about a channel before anything was asked through it. */
export interface ChannelDescription {
  readonly kind: 'serial' | 'hid' | 'tcp' | 'simulated';
  /** What an operator can find on the machine: COM4, /dev/ttyACM0, tcp:127.0.0.1:4000. */
  readonly path: string;
  /** Stable identity of the connector (not of the stick): a site is bound to this. Equal to `path` where there is nothing better. */
  readonly connector: string;
  readonly vendorId?: number;
  readonly productId?: number;
  readonly manufacturer?: string;
  readonly product?: string;
}
