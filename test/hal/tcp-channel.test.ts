import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ByteChannel } from '../../src-main/hal/byte-channel.ts';
import { openKit } from '../../src-main/hal/kit-transport.ts';
import { memoryChannelPair } from '../../src-main/hal/memory-channel.ts';
import { describeOpenFailure } from '../../src-main/hal/open-failure.ts';
import { openTcp, parseTcpPath, tcpPath } from '../../src-main/hal/tcp-channel.ts';
import { concat, fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { LineSplitter } from '../../src-shared/kit/line-splitter.ts';
import { legacyBasics } from './scripted-kit.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** A server on a free port of this machine; gives its path. */
async function serve(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `tcp:127.0.0.1:${address.port}`;
}

async function open(path: string): Promise<ByteChannel> {
  const channel = await openTcp(path);
  if (!channel.ok) throw new Error(describeOpenFailure(channel.failure));
  return channel.value;
}

/** Everything that a channel receives, and why it closed. */
function listen(channel: ByteChannel) {
  const heard: { bytes: Uint8Array; readonly closed: string[] } = { bytes: new Uint8Array(0), closed: [] };
  channel.setReceiver({
    data: (bytes) => {
      heard.bytes = concat(heard.bytes, bytes);
    },
    closed: (reason) => heard.closed.push(reason),
  });
  return heard;
}

describe('paths', () => {
  it.each([
    ['tcp:127.0.0.1:4000', { host: '127.0.0.1', port: 4000 }],
    ['tcp:fixture-3.line:65535', { host: 'fixture-3.line', port: 65535 }],
    ['tcp:[::1]:4000', { host: '::1', port: 4000 }],
  ])('%s', (path, address) => {
    expect(parseTcpPath(path)).toEqual(address);
    expect(tcpPath(address)).toBe(path);
  });

  it.each([
    '',
    'tcp:',
    'tcp:host',
    'tcp:host:0',
    'tcp:host:65536',
    'tcp:host:12345678',
    'tcp::1:4000',
    'tcp:[host]:1',
    'COM4',
  ])('%j is none', async (path) => {
    expect(parseTcpPath(path)).toBeUndefined();
    const channel = await openTcp(path);
    expect(channel.ok ? '' : channel.failure.kind).toBe('bad-path');
  });
});

describe('a TCP channel', () => {
  it('carries a kit', async () => {
    const path = await serve((socket) => {
      const splitter = new LineSplitter();
      socket.on('data', (bytes) => {
        for (const line of splitter.push(bytes)) {
          if (line.kind === 'line') socket.write(legacyBasics(line.text) ?? '00(07000050000391)\n');
        }
      });
    });
    const kit = await openKit(await open(path), { openTimeoutMs: 30_000 });
    if (!kit.ok) throw new Error(kit.failure.kind);
    expect(kit.value.description).toEqual({ kind: 'tcp', path, connector: path });
    const answer = await kit.value.talk(0xc0, fromHex('0730000000035D'), { timeoutMs: 30_000 });
    expect(answer.ok && toHex(answer.value)).toBe('07000050000391');
    await kit.value.close();
  });

  it('keeps what came before anybody listened, and says once that the other side left', async () => {
    const path = await serve((socket) => {
      socket.end('hello');
    });
    const channel = await open(path);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const heard = listen(channel);
    await expect.poll(() => heard.closed).toHaveLength(1);
    expect(heard.bytes).toEqual(utf8('hello'));
    await expect(channel.write(utf8('x'))).rejects.toThrow();
    await channel.close();
    expect(heard.closed).toHaveLength(1);
  });

  it('does not keep without limit', async () => {
    const path = await serve((socket) => {
      socket.write(new Uint8Array(200 * 1024));
    });
    const channel = await open(path);
    // Nobody listens: the channel gives up by itself, and the other side sees it.
    await expect.poll(() => sockets.map((socket) => socket.closed)).toEqual([true]);
    const heard = listen(channel);
    expect(heard.closed).toHaveLength(1);
    expect(heard.bytes.length).toBeLessThanOrEqual(64 * 1024);
  });

  it('is silent after our own close, which may be repeated', async () => {
    const path = await serve((socket) => socket.write('x'));
    const channel = await open(path);
    const heard = listen(channel);
    await Promise.all([channel.close(), channel.close()]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(heard.closed).toEqual([]);
    await expect(channel.write(utf8('x'))).rejects.toThrow();
  });

  it('says in a sentence why nobody could be reached', async () => {
    const path = await serve(() => undefined);
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    const channel = await openTcp(path);
    expect(channel.ok ? '' : channel.failure.kind).toBe('refused');
    expect(channel.ok ? '' : describeOpenFailure(channel.failure)).toContain(path);
  });
});

describe('a pair in memory', () => {
  it('gives what was written, in order, after the call that wrote it', async () => {
    const [left, right] = memoryChannelPair();
    const heard = listen(right);
    const bytes = utf8('ab');
    const written = left.write(bytes);
    bytes[0] = 0x7a;
    expect(heard.bytes).toHaveLength(0);
    await written;
    await left.write(utf8('c'));
    await Promise.resolve();
    expect(heard.bytes).toEqual(utf8('abc'));
  });

  it('tells the other end of a close, not its own', async () => {
    const [left, right] = memoryChannelPair();
    const near = listen(left);
    const far = listen(right);
    await left.close();
    await Promise.resolve();
    expect([near.closed.length, far.closed.length]).toEqual([0, 1]);
    await expect(left.write(utf8('x'))).rejects.toThrow();
    await expect(right.write(utf8('x'))).rejects.toThrow();
  });

  it('does not keep without limit', async () => {
    const [left, right] = memoryChannelPair();
    for (let i = 0; i < 80; i += 1) await left.write(new Uint8Array(1024)).catch(() => undefined);
    const heard = listen(right);
    expect(heard.bytes.length).toBeLessThanOrEqual(64 * 1024);
    expect(heard.closed).toHaveLength(1);
  });
});
