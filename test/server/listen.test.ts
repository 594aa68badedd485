import { afterEach, describe, expect, it } from 'vitest';
import { AllowList } from '../../src-main/server/allow-list.ts';
import { StrangerBook } from '../../src-main/server/stranger-book.ts';
import { openShop, type Shop } from './shop.ts';

let shop: Shop | undefined;
afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

describe('listening beyond this computer', () => {
  it.each([
    { allow: [], stationKeys: true },
    { allow: ['10.0.0.0/8'], stationKeys: false },
    { allow: [], stationKeys: false },
  ])('is refused with $allow and station keys $stationKeys', async ({ allow, stationKeys }) => {
    shop = await openShop();
    await expect(
      shop.side.server.listen({ host: '0.0.0.0', port: 0, allow, stationKeys, insecure: false }),
    ).rejects.toMatchObject({ code: 'NETWORK_OPEN' });
  });

  it('a connection from an address that is not in the list gets not a byte', async () => {
    shop = await openShop({ listen: { allow: [] } });
    expect(new AllowList([]).admits('192.0.2.1')).toBe(false);
    const known = await shop.connect('127.0.0.4');
    known.say({ name: 'PING' });
    expect(await known.hear('PONG')).toBeDefined();
  });
});

describe('allow list', () => {
  it('takes addresses and ranges of both versions, and IPv4 in the clothes of IPv6', () => {
    const list = new AllowList(['10.1.2.0/24', '192.0.2.7', 'fd00::/8']);
    for (const address of ['10.1.2.255', '192.0.2.7', '::ffff:10.1.2.3', 'fd12::1', '127.0.0.1', '::1'])
      expect(list.admits(address), address).toBe(true);
    for (const address of ['10.1.3.0', '192.0.2.8', '::ffff:10.1.3.3', 'fe80::1', '', 'nonsense'])
      expect(list.admits(address), address).toBe(false);
  });

  it.each(['10.0.0.0/33', 'fd00::/129', '10.0.0', '10.0.0.0/8/9', '10.0.0.0/-1', 'example.org'])(
    'refuses %s',
    (range) => {
      expect(() => new AllowList([range])).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    },
  );
});

describe('lines about strangers', () => {
  it('one a minute for each address, twenty for all, the rest counted', () => {
    const lines: string[] = [];
    let now = 0;
    const book = new StrangerBook({ info: () => undefined, warning: (text) => lines.push(text) }, () => now);
    for (let i = 0; i < 100; i += 1) book.tell('192.0.2.1', 'again');
    expect(lines).toHaveLength(1);
    for (let i = 0; i < 100; i += 1) book.tell(`192.0.2.${i + 2}`, 'other');
    expect(lines).toHaveLength(20);
    now = 60_000;
    book.tell('192.0.2.1', 'later');
    expect(lines[20]).toBe('later (81 lines like this were left out.)');
  });
});
