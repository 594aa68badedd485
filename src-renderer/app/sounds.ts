/** A sound of the station: rising for PASS, long and low for FAIL, three equal notes for a decision or a password. */
export type SoundKind = 'pass' | 'fail' | 'ask';

interface Note {
  /** Hz */
  readonly pitch: number;
  /** ms from the sound's start */
  readonly at: number;
  /** ms */
  readonly long: number;
}

/** Different in rhythm, not only in pitch, so that they survive hearing protection and a loud hall. */
const melodies: Readonly<Record<SoundKind, readonly Note[]>> = {
  pass: [
    { pitch: 880, at: 0, long: 110 },
    { pitch: 1320, at: 130, long: 160 },
  ],
  fail: [{ pitch: 196, at: 0, long: 900 }],
  ask: [
    { pitch: 660, at: 0, long: 120 },
    { pitch: 660, at: 220, long: 120 },
    { pitch: 660, at: 440, long: 120 },
  ],
};

/** ms between the starts of two sounds: sixteen sites share one queue. */
export const soundGapMs = 300;

const rank: Readonly<Record<SoundKind, number>> = { fail: 0, ask: 1, pass: 2 };

/** The queue: at most one sound in 300 ms, FAIL first, equal ones that wait are one. */
export class SoundQueue {
  private readonly waiting = new Set<SoundKind>();
  private freeAt = 0;
  private timer: (() => void) | undefined;
  private readonly play: (kind: SoundKind) => void;
  private readonly now: () => number;
  private readonly later: (task: () => void, ms: number) => () => void;

  constructor(play: (kind: SoundKind) => void, now: () => number, later: (task: () => void, ms: number) => () => void) {
    this.play = play;
    this.now = now;
    this.later = later;
  }

  add(kind: SoundKind): void {
    this.waiting.add(kind);
    if (this.timer === undefined) this.next();
  }

  private next(): void {
    this.timer = undefined;
    const [kind] = [...this.waiting].sort((a, b) => rank[a] - rank[b]);
    if (kind === undefined) return;
    const wait = this.freeAt - this.now();
    if (wait > 0) {
      this.timer = this.later(() => this.next(), wait);
      return;
    }
    this.waiting.delete(kind);
    this.freeAt = this.now() + soundGapMs;
    this.play(kind);
    if (this.waiting.size > 0) this.timer = this.later(() => this.next(), soundGapMs);
  }
}

let context: AudioContext | undefined;

/** Plays a sound at a volume of 0..100; silent where the browser gives no sound. */
export function playSound(kind: SoundKind, volume: number): void {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  const start = context.currentTime + 0.01;
  for (const note of melodies[kind]) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = kind === 'fail' ? 'sawtooth' : 'triangle';
    oscillator.frequency.value = note.pitch;
    const from = start + note.at / 1000;
    const to = from + note.long / 1000;
    const loud = (volume / 100) ** 2 * 0.5;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loud, from + 0.01);
    gain.gain.setValueAtTime(loud, to - 0.02);
    gain.gain.linearRampToValueAtTime(0, to);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(to);
  }
}
