import type { TFunction } from 'i18next';
import type { SlotUse } from '../../src-shared/ipc/contract.ts';

/** What a slot is for and allows, in the words of the screens. */
export interface SlotWords {
  readonly kind: string;
  readonly read: string;
  readonly write: string;
}

/** What a slot is for, who may read and who may write it, in the language of the screen. */
export function slotWords(use: SlotUse, t: TFunction): SlotWords {
  if (use.kind === 'private-key') {
    const uses = [
      ...(use.signExternal ? [t('slotUse.signExternal')] : []),
      ...(use.signInternal ? [t('slotUse.signInternal')] : []),
      ...(use.ecdh === 'to-host' ? [t('slotUse.ecdh')] : []),
      ...(use.ecdh === 'to-slot' ? [t('slotUse.ecdhToSlot')] : []),
    ];
    const makes = [...(use.genKeyAfterLock ? ['GenKey'] : []), ...(use.privWriteAfterLock ? ['PrivWrite'] : [])];
    return {
      kind: t('slotUse.kind.private-key'),
      read: uses.length === 0 ? t('slotUse.nothing') : uses.join(', '),
      write: makes.length === 0 ? t('slotUse.write.never') : makes.join(', '),
    };
  }
  const derive = use.derive === null ? [] : [t(`slotUse.derive.${use.derive}`)];
  return {
    kind: use.needsValidation ? t('slotUse.validated') : t(`slotUse.kind.${use.kind}`),
    read: t(`slotUse.read.${use.read}`),
    write: [t(`slotUse.write.${use.write}`), ...derive].join(', '),
  };
}
