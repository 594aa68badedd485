import { readSync } from 'node:fs';
import { SignetError } from '../../../src-shared/base/error.ts';

/** Keys and passwords from a terminal; nothing of this where standard input is none. */
export type Key = 'enter' | 'escape';

/** Whether somebody can type here. */
export function hasKeyboard(): boolean {
  return process.stdin.isTTY === true;
}

/**
 * Calls back for ENTER and ESC until closed. On a terminal single keys are read, Ctrl-C counts as ESC; from a pipe each line is an
 * ENTER and its end is nothing.
 */
export function listenKeys(onKey: (key: Key) => void): { pause(): void; resume(): void; close(): void } {
  const { stdin } = process;
  const onData = (chunk: Buffer): void => {
    for (const byte of chunk) {
      if (byte === 0x0d || byte === 0x0a) onKey('enter');
      // A lone escape byte is the key; arrows and others are longer sequences.
      if ((byte === 0x1b && chunk.length === 1) || byte === 0x03) onKey('escape');
    }
  };
  const start = (): void => {
    if (stdin.isTTY === true) stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  };
  const stop = (): void => {
    stdin.off('data', onData);
    if (stdin.isTTY === true) stdin.setRawMode(false);
    stdin.pause();
  };
  start();
  return { pause: stop, resume: start, close: stop };
}

/** Asks for a password without echo. Undefined when it was given up (ESC, Ctrl-C). Only where there is a keyboard. */
export function askPassword(prompt: string): Promise<string | undefined> {
  const { stdin, stdout } = process;
  if (stdin.isTTY !== true)
    throw new SignetError('OPTION_INVALID', 'There is no terminal to ask for a password; use --password-fd.');
  stdout.write(prompt);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding('utf8');
  return new Promise((resolve) => {
    let typed = '';
    const finish = (answer: string | undefined): void => {
      stdin.off('data', onData);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\n');
      resolve(answer);
    };
    const onData = (text: string): void => {
      for (const character of text) {
        const end = character === '\r' || character === '\n';
        const giveUp = character === '\u0003' || (character === '\u001b' && text.length === 1);
        if (end || giveUp) {
          finish(end ? typed : undefined);
          return;
        }
        if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else if (character >= ' ') typed += character;
      }
    };
    stdin.on('data', onData);
  });
}

/** Lines (one password each, without its line end) that are waiting on a file descriptor; at most 8 of 1 KiB. */
export function readPasswords(descriptor: number): readonly string[] {
  const buffer = Buffer.alloc(8192);
  let length = 0;
  try {
    for (;;) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0 || length === buffer.length) break;
      length += count;
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError(
      'OPTION_INVALID',
      `The password cannot be read from file descriptor ${descriptor}: ${reason}.`,
      { descriptor },
      thrown,
    );
  }
  const lines = buffer
    .toString('utf8', 0, length)
    .split(/\r?\n/)
    .filter((line) => line !== '');
  buffer.fill(0);
  return lines;
}
