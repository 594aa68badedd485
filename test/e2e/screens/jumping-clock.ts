import { readFileSync } from 'node:fs';

/**
 * Loaded before the program (`NODE_OPTIONS=--import`): its wall clock is off by as many ms as a file says, and jumps when the file
 * changes. The steady clock stays as it is, as on a computer whose time somebody sets.
 */
const file = process.env['SIGNET_TEST_CLOCK'] ?? '';
const lookMs = 50;
const RealDate = Date;
let offset = read();

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

setInterval(() => {
  offset = read();
}, lookMs).unref();

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, made) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + offset] : args, made),
  get: (target, name, receiver) => (name === 'now' ? () => target.now() + offset : Reflect.get(target, name, receiver)),
});
