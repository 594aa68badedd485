/**
 * Faults as data: what goes wrong, and when. The JSON form is described in README.md of this folder.
 */

/** A whole fault file. `seed` decides everything that the file leaves open, so that the same file is the same bad day. */
export interface FaultScript {
  readonly seed: number;
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly at: FaultPoint;
  /** How often it strikes from `at` on; Infinity = every time. */
  readonly times: number;
  readonly action: FaultAction;
}

/** When: counted from 1 over the life of the board. */
export type FaultPoint =
  /** The n-th command packet sent to a chip, the kit's own ones (discovery, repetitions) included. */
  | { readonly on: 'packet'; readonly filter: PacketFilter; readonly from: number }
  /** The n-th line from the host. */
  | { readonly on: 'line'; readonly filter: LineFilter; readonly from: number }
  /** The n-th time that a host connects. */
  | { readonly on: 'connection'; readonly from: number }
  /** Every packet or line with a probability. */
  | { readonly on: 'packet-chance'; readonly filter: PacketFilter; readonly probability: number }
  | { readonly on: 'line-chance'; readonly filter: LineFilter; readonly probability: number };

/** Every field given must agree. */
export interface PacketFilter {
  readonly opcode?: number;
  readonly p1?: number;
  readonly p2?: number;
  readonly address?: number;
}

/** Letter case counts for nothing: kits do not see it either. */
export interface LineFilter {
  readonly startsWith?: string;
}

/** On which side of the thing named by `at`. */
export type Side = 'before' | 'after';

/** What becomes of a board whose cable or power went. */
export type Return =
  /** It is there again at once; only the connection and all volatile state are gone. */
  { readonly kind: 'at-once' } | { readonly kind: 'never' } | { readonly kind: 'after'; readonly ms: number };

/** EEPROM caught by a power cut in the middle of a write (provisioning-recipes.md 0). */
export interface TornWrite {
  /** Bit n = the n-th 4-byte word being written holds its new value; a lock byte counts as one word. */
  readonly newWords: number;
  /** What a private-key slot holds; garbage may pass for a key or not. */
  readonly key: 'old' | 'new' | 'garbage-valid' | 'garbage-invalid';
}

export type PacketAction =
  /** Acknowledged, but the chip never gets it. */
  | { readonly do: 'drop-command' }
  /** Done, but the answer cannot be read. */
  | { readonly do: 'drop-answer' }
  | { readonly do: 'corrupt-command'; readonly byte: number | undefined; readonly xor: number }
  /** `reads`: how many readings of this answer are spoilt (kits read again). */
  | { readonly do: 'corrupt-answer'; readonly byte: number | undefined; readonly xor: number; readonly reads: number }
  /** The chip takes that much longer. */
  | { readonly do: 'delay'; readonly ms: number }
  /** The chip gets the same packet twice; the second answer counts. */
  | { readonly do: 'duplicate' }
  /** Not acknowledged, not done. */
  | { readonly do: 'nack' }
  /** The chip's watchdog puts it to sleep: before the packet, or after it was done and before its answer was read. */
  | { readonly do: 'watchdog'; readonly side: Side }
  /** Another key answers: a public key or signature that is not this chip's, with a right CRC. */
  | { readonly do: 'wrong-key' };

export type PowerAction = {
  readonly do: 'power-cut';
  readonly when: Side | 'during';
  /** `board`: kit and chips; the host sees the cable go. `chip`: the kit stays and notices nothing. */
  readonly scope: 'board' | 'chip';
  readonly back: Return;
  /** Only for `during`; fields left undefined are drawn from the seed. */
  readonly torn: Partial<TornWrite>;
};

/** Things that can happen at a packet, a line or a connection alike. */
export type SceneAction =
  | { readonly do: 'unplug'; readonly side: Side; readonly back: Return }
  /** The product is taken out of the fixture; the kit stays. Back after that many further lines; undefined = never. */
  | { readonly do: 'remove-chip'; readonly side: Side; readonly backAfterLines: number | undefined }
  /** Another product is in the fixture: all chips are replaced by the board's next spare set. */
  | { readonly do: 'swap-chip'; readonly side: Side }
  /** SDA or SCL is held low: nobody can be reached. Free after that many further lines; undefined = never. */
  | { readonly do: 'stick-bus'; readonly side: Side; readonly freeAfterLines: number | undefined }
  /** Bits of the EEPROM flip: `offset` counts bytes from the start of the zone (config, otp) or slot (data). */
  | {
      readonly do: 'bit-rot';
      readonly zone: 'config' | 'otp' | 'data';
      readonly slot: number;
      readonly offset: number;
      readonly xor: number;
    };

export type LineAction =
  /** The kit never gets the line. */
  | { readonly do: 'drop-line' }
  /** Done, never answered. */
  | { readonly do: 'drop-reply' }
  | { readonly do: 'corrupt-reply'; readonly byte: number | undefined; readonly xor: number }
  | { readonly do: 'truncate-reply'; readonly characters: number; readonly lineFeed: boolean }
  | { readonly do: 'delay-reply'; readonly ms: number }
  | { readonly do: 'duplicate-line' }
  | { readonly do: 'duplicate-reply' }
  /** Bytes that are no Kit Protocol: banners, debug prints, noise. */
  | { readonly do: 'garbage'; readonly bytes: Uint8Array; readonly where: 'before' | 'after' | 'instead' }
  /** The line comes back before its reply. */
  | { readonly do: 'echo' }
  | { readonly do: 'rewrite-reply'; readonly as: 'crlf' | 'lower-case' | 'nul-padded' | 'split' }
  /** No more answers until the board is plugged in anew. */
  | { readonly do: 'silent' };

export type FaultAction = PacketAction | PowerAction | SceneAction | LineAction;

/** A fault that strikes now. */
export interface Strike {
  /** Position in the file, from 1. */
  readonly fault: number;
  readonly action: FaultAction;
}
