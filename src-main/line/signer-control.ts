import { createHash } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { SignetError } from '../../src-shared/base/error.ts';
import type { ActivityVoice } from '../records/index.ts';
import type { SignerManager } from '../signing/signer-manager.ts';
import { signerRow, signerRowSchema } from './signers/row.ts';

/**
 * The way by which the command line reaches the signers of a program that runs on a data folder: a socket in that folder that only
 * its owner can open (under Windows a named pipe). It shows signers and locks them; it takes no passwords and signs nothing.
 */
const askSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('list') }),
  z.strictObject({ do: z.literal('lock'), serialNumber: z.union([z.string().regex(/^[0-9A-F]{18}$/), z.null()]) }),
]);
export type ControlAsk = z.infer<typeof askSchema>;

const answerSchema = z.strictObject({
  signers: z.array(signerRowSchema),
  /** Serial numbers of those that were locked by this call. */
  locked: z.array(z.string()),
});
export type ControlAnswer = z.infer<typeof answerSchema>;

const longestAsk = 4096;
const longestAnswer = 1 << 20;
const patienceMs = 10_000;
/** What Unix systems take as the path of a socket. */
const longestPath = 100;

function addressOf(dataFolder: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return join(dataFolder, 'control');
  const name = createHash('sha256').update(resolve(dataFolder).toLowerCase()).digest('hex').slice(0, 32);
  return `\\\\.\\pipe\\signet-control-${name}`;
}

/** Listens until closed. The data folder must be claimed by the caller: a socket that is left over is then nobody's. */
export async function openSignerControl(options: {
  readonly dataFolder: string;
  readonly manager: SignerManager;
  readonly activity: ActivityVoice;
}): Promise<{ close(): Promise<void> }> {
  const { manager, activity } = options;
  const address = addressOf(options.dataFolder);
  const sockets = new Set<Socket>();
  const answer = async (ask: ControlAsk): Promise<ControlAnswer> => {
    const rows = () => manager.list().map((signer) => signerRow(signer, { held: true }));
    if (ask.do === 'list') return { signers: rows(), locked: [] };
    const meant = rows().filter(({ serialNumber }) => ask.serialNumber === null || serialNumber === ask.serialNumber);
    const ready = meant.filter(({ state }) => state === 'READY').map(({ serialNumber }) => serialNumber);
    await Promise.all(ready.map((serialNumber) => manager.lock(serialNumber)));
    for (const serialNumber of ready) activity.info(`Signer (${serialNumber}) locked by command.`);
    const now = rows();
    return {
      signers: now.filter(({ serialNumber }) => meant.some((each) => each.serialNumber === serialNumber)),
      locked: ready,
    };
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(patienceMs, () => socket.destroy());
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0 && text.length > longestAsk) socket.destroy();
      if (end < 0) return;
      socket.removeAllListeners('data');
      const ask = askSchema.safeParse(parsed(text.slice(0, end)));
      const refuse = (): unknown => socket.destroy();
      if (ask.success) answer(ask.data).then((value) => socket.end(`${JSON.stringify(value)}\n`), refuse);
      else refuse();
    });
  });
  const refused = await listening(server, address);
  if (refused !== undefined)
    activity.warning(`Signers of this program can neither be listed nor locked from a command line: ${refused}.`);
  return {
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        if (refused !== undefined) done();
        else server.close(() => done());
      }),
  };
}

function listening(server: Server, address: string): Promise<string | undefined> {
  if (process.platform !== 'win32') {
    if (Buffer.byteLength(address) > longestPath)
      return Promise.resolve(`the path ${address} is too long for a socket`);
    rmSync(address, { force: true });
  }
  return new Promise((done) => {
    server.once('error', (error) => done(error.message));
    server.listen(address, () => {
      server.unref();
      if (process.platform !== 'win32') chmodSync(address, 0o600);
      done(undefined);
    });
  });
}

/** Asks the program that runs on a data folder; undefined when none does. Throws KIT_BUSY when it does not answer. */
export function askSignerControl(dataFolder: string, ask: ControlAsk): Promise<ControlAnswer | undefined> {
  return new Promise((done, fail) => {
    const socket = connect(addressOf(dataFolder));
    let text = '';
    const trouble = (): void => {
      socket.destroy();
      fail(new SignetError('KIT_BUSY', `The program that uses the data folder ${dataFolder} does not answer.`));
    };
    socket.setTimeout(patienceMs, trouble);
    socket.on('connect', () => socket.write(`${JSON.stringify(ask)}\n`));
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8');
      if (text.length > longestAnswer) trouble();
    });
    socket.on('end', () => {
      const answer = answerSchema.safeParse(parsed(text));
      if (answer.success) done(answer.data);
      else trouble();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Nothing there, a socket that a killed program left, or a folder of somebody else's.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') done(undefined);
      else trouble();
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
