import type { TFunction } from 'i18next';
import type { PacketDeed } from '../../src-shared/ipc/dry-run.ts';

/** What a packet does, in the language of the screens; it stands behind the command's name, which is the data sheet's everywhere. */
export function deedWords(deed: PacketDeed, t: TFunction): string {
  switch (deed.code) {
    case 'read':
    case 'write': {
      const { code, zone, slot, block, word } = deed;
      const place = word === null ? t('packet.block', { block }) : t('packet.word', { block, word });
      return t(`packet.${code}`, { place: t(`packet.zone.${zone}`, { slot, place }) });
    }
    case 'lock-config':
    case 'lock-data':
      return `${t(`packet.${deed.code}`)}, ${deed.crc === null ? t('packet.noCrc') : t('packet.crc', { crc: deed.crc })}`;
    case 'load':
      return t('packet.load', { bytes: deed.bytes });
    case 'random':
    case 'nonce':
      return t(`packet.${deed.code}`);
    default:
      return t(`packet.${deed.code}`, { slot: deed.slot });
  }
}
