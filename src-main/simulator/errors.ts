/** Something from outside that the simulator cannot use: a state file, a fault file, an option. `message` is one sentence for a person. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  /** `input`: a file or option is wrong; `busy`: another client or process has it; `gone`: not plugged in. */
  readonly kind: 'input' | 'busy' | 'gone' | 'storage';

  constructor(kind: 'input' | 'busy' | 'gone' | 'storage', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}
