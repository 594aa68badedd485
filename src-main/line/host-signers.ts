import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityVoice } from '../records/index.ts';
import type { HostSignerOptions } from '../signing/host-signer.ts';
import { openKeyFileSigner } from '../signing/key-file-signer.ts';
import type { SignerManager } from '../signing/signer-manager.ts';
import { TokenWatch } from '../signing/token-watch.ts';

/** How often files and tokens are looked for again, ms. */
const lookMs = 2000;
/** No key file or description is larger. */
const largest = 256 << 10;

interface Known {
  /** Size and time of the last change: a file that was written anew is read anew. */
  readonly version: string;
  take(): Promise<void>;
  look(): Promise<void>;
}

/** Whether a place where a signer may be is a file: a key file, or the description of a token. */
export function isSignerFile(place: string): boolean {
  try {
    return statSync(place).isFile();
  } catch {
    return false;
  }
}

/**
 * Signers that are no sticks: key files and PKCS#11 tokens. Their files are named, or lie in the folder `signers/` of the data
 * folder; they come when the file or the token comes, and their keys are forgotten when either goes.
 */
export class HostSigners {
  readonly #manager: SignerManager;
  readonly #folder: string;
  readonly #files: readonly string[];
  readonly #signer: HostSignerOptions;
  readonly #activity: ActivityVoice;
  readonly #known = new Map<string, Known>();
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: {
    readonly manager: SignerManager;
    readonly dataFolder: string;
    readonly files: readonly string[];
    readonly signer: HostSignerOptions;
    readonly activity: ActivityVoice;
  }) {
    this.#manager = options.manager;
    this.#folder = join(options.dataFolder, 'signers');
    this.#files = options.files;
    this.#signer = options.signer;
    this.#activity = options.activity;
  }

  /** Resolves when every file was looked at once; looks again from time to time. */
  async start(): Promise<void> {
    if (!existsSync(this.#folder)) mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    await this.look();
    this.#later();
  }

  /** Looks now. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Ends the looking; the modules are the manager's, who forgets their keys. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.look().then(() => this.#later());
    }, lookMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const paths = [...this.#files, ...this.#inFolder()];
    for (const [path, known] of this.#known) {
      if (paths.includes(path) && versionOf(path) === known.version) continue;
      this.#known.delete(path);
      await known.take();
    }
    for (const path of paths) {
      if (!this.#known.has(path)) {
        const reason = this.#open(path);
        if (reason !== undefined) this.#complain(path, reason);
      }
      await this.#known.get(path)?.look();
    }
  }

  #inFolder(): readonly string[] {
    try {
      return readdirSync(this.#folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(this.#folder, name));
    } catch {
      return [];
    }
  }

  /** Why it could not be; undefined when it could. */
  #open(path: string): string | undefined {
    const version = versionOf(path);
    if (version === undefined) return 'it is not there, or no file of this kind';
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(readFileSync(path));
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
    if (isTokenDescription(bytes)) {
      const watch = new TokenWatch({
        descriptions: [{ place: path, bytes }],
        manager: this.#manager,
        signer: this.#signer,
        activity: this.#activity,
      });
      this.#known.set(path, { version, look: () => watch.look(), take: () => watch.close() });
      return undefined;
    }
    const opened = openKeyFileSigner(bytes, this.#signer);
    if (!opened.ok) return opened.failure;
    const remove = this.#manager.add(opened.value, path);
    this.#told.delete(path);
    this.#known.set(path, {
      version,
      look: () => Promise.resolve(),
      take: async () => {
        await opened.value.removed();
        remove();
      },
    });
    return undefined;
  }

  /** Said once for every reason, not every two seconds. */
  #complain(path: string, reason: string): void {
    if (this.#told.get(path) !== reason) this.#activity.warning(`The signer in ${path} is not used: ${reason}.`);
    this.#told.set(path, reason);
  }
}

function versionOf(path: string): string | undefined {
  try {
    const { size, mtimeMs, ino } = statSync(path);
    return size > largest ? undefined : `${ino} ${size} ${mtimeMs}`;
  } catch {
    return undefined;
  }
}

function isTokenDescription(bytes: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && 'format' in value && value.format === 'signet-signer-token';
  } catch {
    return false;
  }
}
