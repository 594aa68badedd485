import type { HostSigner, HostSignerOptions } from './host-signer.ts';
import { openTokenSigner } from './pkcs11-signer.ts';
import { tokenPresent } from './pkcs11-token.ts';
import type { Activity } from './ports.ts';
import type { SignerManager } from './signer-manager.ts';

export interface TokenWatchOptions {
  /** Descriptions of tokens (`createTokenSigner`), with a name for messages: their paths. */
  readonly descriptions: readonly { readonly place: string; readonly bytes: Uint8Array }[];
  readonly manager: Pick<SignerManager, 'add'>;
  readonly signer: HostSignerOptions;
  readonly activity: Activity;
}

/**
 * Gives the manager a signer for every described token that is plugged in, and again when it comes back: a token that went away is
 * ABSENT for good, its next appearance is a new module that asks for its PIN. `look` is to be called every few seconds.
 */
export class TokenWatch {
  readonly #options: TokenWatchOptions;
  readonly #present = new Map<string, HostSigner>();
  #looking = false;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
  }

  /** Looks once at every token; a look that is still under way is not joined by another. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const description of this.#options.descriptions) await this.#lookAt(description);
    } finally {
      this.#looking = false;
    }
  }

  /** Takes all its modules away: their PINs are forgotten. */
  async close(): Promise<void> {
    const modules = [...this.#present.values()];
    this.#present.clear();
    await Promise.all(modules.map((module) => module.removed()));
  }

  async #lookAt({ place, bytes }: TokenWatchOptions['descriptions'][number]): Promise<void> {
    const there = this.#present.get(place);
    const opened = openTokenSigner(bytes, this.#options.signer);
    if (!opened.ok) {
      if (!this.#complained.has(place)) this.#options.activity.error(`${place} is not used: ${opened.failure}.`);
      this.#complained.add(place);
      return;
    }
    const { module, where } = opened.value;
    const present = await tokenPresent(where);
    if (there !== undefined && (!present || there.state === 'ABSENT')) {
      this.#present.delete(place);
      await there.removed();
    }
    if (!present || this.#present.has(place)) return;
    this.#present.set(place, module);
    this.#options.manager.add(module, place);
  }

  readonly #complained = new Set<string>();
}
