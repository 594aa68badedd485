import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SignetError } from '../../../src-shared/base/error.ts';
import { type BoardKind, boardKinds } from '../../../src-shared/ipc/lists.ts';
import type { SimulationView } from '../../../src-shared/ipc/state.ts';
import type { KitRegistry } from '../../device/index.ts';
import { openKit } from '../../hal/kit-transport.ts';
import { diskFiles } from '../../records/index.ts';
import { KeyedMutex } from '../../signing/keyed-mutex.ts';
import type { Board } from '../../simulator/board.ts';
import { writeBoardState } from '../../simulator/board-state.ts';
import { wellFormedHabits } from '../../simulator/kits/modern.ts';
import { type NewChip, type OpenBoard, type OpenBoardOptions, openBoard } from '../../simulator/open-board.ts';
import { simulatorError } from '../simulate.ts';
import { createSimulatedSigner } from '../simulate-signer.ts';
import { prepareBoard, type Workshop } from './prepare-board.ts';

/** How a simulation was asked for. */
export const simulationOptionsSchema = z.strictObject({
  sites: z.int().min(1).max(16),
  part: z.enum(['508', '608']),
  realTime: z.boolean(),
  signer: z.enum(['unlocked', 'locked', 'open']),
});
export type SimulationOptions = z.infer<typeof simulationOptionsSchema>;

const boardsSchema = z.record(z.string(), z.enum(boardKinds));

/** Names of the simulated signer; nobody could take them for a real one. */
const simulatedNames = { organisation: 'Simulation', signer: 'Simulated Signer' } as const;

/** Connector of a simulated site. */
export function simulatedConnector(site: string): string {
  return `simulated:${site}`;
}

/** What the set-up of the simulated stick left, for plans. */
export interface SignerFiles {
  readonly certinfo: string;
  readonly deviceDefinition: string;
  readonly signerDefinition: string;
  readonly rootCertificate: string;
}

interface Place {
  open: OpenBoard;
  kind: BoardKind;
}

/**
 * Silicon instead of hardware, below a folder of its own: a signer stick made by the real set-up, and boards that come and go. Their
 * state is kept in files, so that a program that is killed finds them as it left them.
 */
export class Simulation {
  readonly #folder: string;
  readonly #options: SimulationOptions;
  readonly #registry: KitRegistry;
  readonly #changed: () => void;
  readonly #places = new Map<string, Place>();
  /** Kinds of the boards that were pulled out last; what they hold is in their files. */
  readonly #pulled = new Map<string, BoardKind>();
  /** Some boards take seconds to make: what is asked at a place meanwhile comes after. */
  readonly #turns = new KeyedMutex();
  #stick: OpenBoard | undefined;

  constructor(folder: string, options: SimulationOptions, registry: KitRegistry, changed: () => void) {
    this.#folder = folder;
    this.#options = options;
    this.#registry = registry;
    this.#changed = changed;
  }

  /** Makes the signer when there is none yet. Its password stands in a file: it guards nothing. */
  static async makeSigner(folder: string, options: SimulationOptions): Promise<SignerFiles> {
    const paths = signerPaths(folder, options);
    mkdirSync(join(folder, 'boards'), { recursive: true, mode: 0o750 });
    if (!existsSync(paths.state) || !existsSync(join(paths.files, 'root_certificate.pem'))) {
      // A set-up that was cut off is begun anew: there is no stick to be saved.
      rmSync(paths.state, { force: true });
      const password = options.signer === 'open' ? undefined : newPassword();
      if (password !== undefined) await writeFile(paths.password, password, { mode: 0o600 });
      await createSimulatedSigner({
        stateFile: paths.state,
        folder: paths.files,
        name: simulatedNames.signer,
        organisation: simulatedNames.organisation,
        chainId: 0,
        password,
        step: () => undefined,
      });
    }
    const read = (name: string): string => readFileSync(join(paths.files, name), 'utf8');
    return {
      certinfo: read('atcaprov_cert_info_0.c'),
      deviceDefinition: read('cert_def_2_device.c'),
      signerDefinition: read('cert_def_1_signer.c'),
      rootCertificate: join(paths.files, 'root_certificate.pem'),
    };
  }

  /** Plugs in the stick, and the boards that were there when the program ended. */
  async start(): Promise<void> {
    const paths = signerPaths(this.#folder, this.#options);
    this.#stick = await this.#openBoard({ stateFile: paths.state, ...this.#setting('signer'), batchMs: 200 });
    await this.#plugIn(this.#stick.board);
    for (const [site, kind] of Object.entries(this.#readBoards())) {
      const opened = await this.#openBoard({ ...this.#boardOptions(site, kind), stateFile: this.#boardFile(site) });
      this.#places.set(site, { open: opened, kind });
      await this.#plugIn(opened.board);
    }
  }

  get view(): SimulationView {
    const sites = Array.from({ length: this.#options.sites }, (_, i) => siteId(i + 1)).map((site) => ({
      site,
      board: this.#places.get(site)?.kind ?? null,
      pulled: this.#pulled.has(site),
    }));
    return { running: true, sites, part: this.#options.part, realTime: this.#options.realTime };
  }

  /** Empty for a signer without one. */
  get password(): string {
    const { password } = signerPaths(this.#folder, this.#options);
    return this.#options.signer === 'open' || !existsSync(password) ? '' : readFileSync(password, 'utf8');
  }

  /**
   * Plugs a board in. Where one is there already its chips are taken out and others put in behind the kit, which notices nothing: that
   * is how boards are swapped in a fixture.
   */
  insert(site: string, kind: BoardKind, workshop: Workshop): Promise<void> {
    return this.#turns.run(site, () => this.#insert(site, kind, workshop));
  }

  /** Puts the board in again that was pulled out last, as it was then. Throws NOT_NOW when there is none, or another one is in its place. */
  putBack(site: string): Promise<void> {
    return this.#turns.run(site, async () => {
      const kind = this.#pulled.get(site);
      if (kind === undefined || this.#places.has(site))
        throw new SignetError('NOT_NOW', 'No board was pulled out here.', { blocked: null });
      await rename(this.#pulledFile(site), this.#boardFile(site));
      this.#pulled.delete(site);
      await this.#open(site, kind);
    });
  }

  /** Pulls the board out. */
  remove(site: string): Promise<void> {
    return this.#turns.run(site, () => this.#remove(site));
  }

  async #insert(site: string, kind: BoardKind, workshop: Workshop): Promise<void> {
    let known = this.#places.get(site);
    if (known !== undefined && kitOf(site, kind).dialect !== kitOf(site, known.kind).dialect) {
      await this.#remove(site);
      known = undefined;
    }
    const fresh = await this.#openBoard({ ...this.#boardOptions(site, kind) });
    try {
      await prepareBoard(kind, fresh.board, workshop);
    } catch (thrown) {
      await fresh.close();
      throw thrown;
    }
    if (known !== undefined) {
      const chips = fresh.board.takeOut();
      known.open.board.putIn(chips);
      known.kind = kind;
      await fresh.close();
    } else {
      const state = fresh.board.state();
      await fresh.close();
      await diskFiles.replace(this.#boardFile(site), Buffer.from(writeBoardState(state)));
      await this.#open(site, kind);
      return;
    }
    await this.#writeBoards();
    this.#changed();
  }

  /** Plugs in the board whose file is there. */
  async #open(site: string, kind: BoardKind): Promise<void> {
    const opened = await this.#openBoard({ ...this.#boardOptions(site, kind), stateFile: this.#boardFile(site) });
    this.#places.set(site, { open: opened, kind });
    await this.#writeBoards();
    await this.#plugIn(opened.board);
    this.#changed();
  }

  async #remove(site: string): Promise<void> {
    const place = this.#places.get(site);
    if (place === undefined) return;
    this.#places.delete(site);
    await place.open.close();
    await rename(this.#boardFile(site), this.#pulledFile(site));
    this.#pulled.set(site, place.kind);
    await this.#writeBoards();
    this.#changed();
  }

  /** Pulls everything out; what the files say stays. */
  async close(): Promise<void> {
    for (const { open } of this.#places.values()) await open.close();
    this.#places.clear();
    await this.#stick?.close();
    this.#stick = undefined;
  }

  async #plugIn(board: Board): Promise<void> {
    const kit = await openKit(board.connect());
    if (!kit.ok) throw new SignetError('KIT_GARBAGE', 'The simulated kit does not answer.');
    await this.#registry.adopt(kit.value);
  }

  async #openBoard(options: OpenBoardOptions): Promise<OpenBoard> {
    try {
      return await openBoard(options);
    } catch (thrown) {
      throw simulatorError(thrown);
    }
  }

  #setting(place: string): Pick<OpenBoardOptions, 'timing' | 'description'> {
    const path = simulatedConnector(place);
    return {
      timing: this.#options.realTime ? 'real' : 'none',
      description: { kind: 'simulated', path, connector: path },
    };
  }

  #boardOptions(site: string, kind: BoardKind): OpenBoardOptions {
    const own = this.#options.part === '508' ? '508A' : '608A';
    const other = this.#options.part === '508' ? '608A' : '508A';
    const chips: NewChip[] =
      kind === 'no-chip'
        ? []
        : kind === 'two-chips'
          ? [{ part: own }, { part: own, address: secondAddress }]
          : [{ part: kind === 'other-part' ? other : own }];
    return {
      ...this.#setting(site),
      kit: kitOf(site, kind),
      chips,
      ...(kind === 'failing' ? { defect: 'wrong-signature' } : {}),
    };
  }

  #boardFile(site: string): string {
    return join(this.#folder, 'boards', `${site}.json`);
  }

  #pulledFile(site: string): string {
    return join(this.#folder, 'boards', `${site}-pulled.json`);
  }

  #readBoards(): Record<string, BoardKind> {
    const path = join(this.#folder, 'boards.json');
    if (!existsSync(path)) return {};
    const parsed = boardsSchema.safeParse(safeJson(readFileSync(path, 'utf8')));
    if (!parsed.success) return {};
    const sites = new Set(this.view.sites.map(({ site }) => site));
    return Object.fromEntries(
      Object.entries(parsed.data).filter(([site]) => sites.has(site) && existsSync(this.#boardFile(site))),
    );
  }

  async #writeBoards(): Promise<void> {
    const boards = Object.fromEntries([...this.#places].map(([site, { kind }]) => [site, kind]));
    await diskFiles.replace(join(this.#folder, 'boards.json'), Buffer.from(`${JSON.stringify(boards)}\n`));
  }
}

/** 8-bit address of the second chip of a board with two. */
export const secondAddress = 0xc2;

/** Ids of simulated sites. */
export function siteId(number: number): string {
  return `site-${number}`;
}

/** All three dialects take their turn, so that nothing depends on one; boards with several chips need a kit that can list them. */
function kitOf(site: string, kind: BoardKind): NonNullable<OpenBoardOptions['kit']> {
  const modern = { dialect: 'modern', habits: wellFormedHabits } as const;
  if (kind === 'two-chips') return modern;
  const number = Number(site.replace(/\D/g, ''));
  return ([{ dialect: 'd21' }, { dialect: 'legacy', name: 'AT88CK590' }, modern] as const)[(number + 2) % 3] ?? modern;
}

function signerPaths(folder: string, options: SimulationOptions): { state: string; files: string; password: string } {
  const name = options.signer === 'open' ? 'signer-open' : 'signer';
  return {
    state: join(folder, 'boards', `${name}.json`),
    files: join(folder, name),
    password: join(folder, `${name}-password.txt`),
  };
}

/** Easy to read aloud and to type, long enough for the policy. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz';
  const word = (): string => Array.from(randomBytes(4), (byte) => letters.charAt(byte % letters.length)).join('');
  return `${word()}-${word()}-${word()}`;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
