import { realpath } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename } from 'node:path';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { systemCode } from './open-failure.ts';

/** The right to use a stick, among programs of ours on this machine. */
export interface StickClaim {
  /** Idempotent. The end of the process does the same. */
  release(): Promise<void>;
}

/** Who has the stick, as far as it says so: "process 4711". */
export interface StickHolder {
  readonly holder: string;
}

/** How long a holder may take to say who it is, ms. */
const INTRODUCTION_MS = 500;
const LONGEST_INTRODUCTION = 80;

/**
 * Claims a stick before it is opened. Systems let any number of programs open a HID device at once (Linux, Windows), and two
 * talking to one stick get each other's answers; macOS gives it to one alone, so there nothing is claimed.
 *
 * The claim is a listening socket whose name only one process can have: in Linux's abstract namespace, a named pipe under
 * Windows. It ends with the process however that ends, so that none is ever left over, and whoever is refused learns by
 * connecting who has it. It binds our own programs only, of every user, in one network namespace: another program, or
 * ours in a container with a network of its own, is not kept out. Where no such name can be had (a system without them)
 * the stick is used unclaimed.
 */
export async function claimStick(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Result<StickClaim, StickHolder>> {
  const name = await claimName(path, platform);
  if (name === undefined) return ok({ release: () => Promise.resolve() });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`process ${process.pid}`);
  });
  const refused = await listening(server, name);
  if (refused === 'EADDRINUSE') return fail({ holder: await whoHolds(name) });
  if (refused !== undefined) return ok({ release: () => Promise.resolve() });
  server.unref();
  let released: Promise<void> | undefined;
  return ok({
    release() {
      released ??= new Promise((resolve) => server.close(() => resolve()));
      return released;
    },
  });
}

async function claimName(path: string, platform: NodeJS.Platform): Promise<string | undefined> {
  if (platform === 'win32') return `\\\\.\\pipe\\signet-stick-${safe(path)}`;
  if (platform !== 'linux') return undefined;
  const device = await realpath(path).catch(() => path);
  return `\0signet-stick-${safe(basename(device))}`;
}

function safe(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function listening(server: Server, name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(systemCode(error) ?? 'unknown'));
    server.listen(name, () => resolve(undefined));
  });
}

function whoHolds(name: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(name);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(/^process \d+$/.test(text) ? text : 'a program that does not say which');
    };
    const timer = setTimeout(finish, INTRODUCTION_MS);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.length > LONGEST_INTRODUCTION) finish();
    });
    socket.once('close', finish);
    socket.once('error', finish);
  });
}
