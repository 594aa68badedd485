import type { Words } from './words.ts';

/** What an access to a chip or kit ended with. */
export const deviceReasons = {
  'kit-closed': { en: 'the kit is gone: {{quote}}', de: 'das Kit ist weg: {{quote}}' },
  'kit-silent': {
    en: 'the kit gave no answer within {{waitedMs}} ms',
    de: 'das Kit hat {{waitedMs}} ms lang nicht geantwortet',
  },
  'kit-bus-stuck': {
    en: 'a wire of the I2C bus is held low, and nine clock pulses did not free it',
    de: 'eine Leitung des I2C-Busses wird auf Masse gehalten, und neun Taktimpulse haben sie nicht befreit',
  },
  'kit-garbage': {
    en: 'the kit sent something that is no Kit Protocol: "{{quote}}"',
    de: 'das Kit sandte etwas, das kein Kit-Protokoll ist: „{{quote}}“',
  },
  'kit-refused': {
    en: 'the kit refused the command with status {{status}}',
    de: 'das Kit verweigerte den Befehl mit Status {{status}}',
  },
  'chip-gone': {
    en: 'the chip at address {{address}} no longer answers',
    de: 'der Chip an Adresse {{address}} antwortet nicht mehr',
  },
  'chip-none': {
    en: 'no chip answers at address {{address}}',
    de: 'an Adresse {{address}} antwortet kein Chip',
  },
  'chip-no-answer': {
    en: 'the chip gave no answer to "{{command}}"',
    de: 'der Chip antwortete nicht auf „{{command}}“',
  },
  'chip-status': {
    en: '"{{command}}" ended with status {{status}} ({{quote}})',
    de: '„{{command}}“ endete mit Status {{status}} ({{quote}})',
  },
  'chip-damaged-answer': {
    en: 'the answer to "{{command}}" is damaged: {{quote}}',
    de: 'die Antwort auf „{{command}}“ ist beschädigt: {{quote}}',
  },
  'chip-self-test': { en: 'the chip failed its own self-test', de: 'der Chip hat seinen Selbsttest nicht bestanden' },
  'chip-other': {
    en: 'chip {{found}} is behind the kit instead of {{expected}}',
    de: 'hinter dem Kit ist Chip {{found}} statt {{expected}}',
  },
  'chip-wrong-part': {
    en: 'the chip says revision {{revision}} ({{found}}), wanted: {{expected}}',
    de: 'der Chip nennt Revision {{revision}} ({{found}}), gewünscht: {{expected}}',
  },
  'chip-uncertain': {
    en: 'nobody knows whether "{{command}}" was executed: {{quote}}',
    de: 'niemand weiß, ob „{{command}}“ ausgeführt wurde: {{quote}}',
  },
  'chip-uncertain-seen': {
    en: 'nobody knows whether "{{command}}" was executed: {{quote}}. Read back: {{readBack}}',
    de: 'niemand weiß, ob „{{command}}“ ausgeführt wurde: {{quote}}. Zurückgelesen: {{readBack}}',
  },
  'chip-read-back': {
    en: 'what was read back from {{where}} is not what was written',
    de: 'was aus {{where}} zurückgelesen wurde, ist nicht das Geschriebene',
  },
  'chip-watchdog': {
    en: 'the sequence needs up to {{neededMs}} ms in one go, the chip grants {{allowedMs}} ms',
    de: 'die Folge braucht bis zu {{neededMs}} ms am Stück, der Chip gewährt {{allowedMs}} ms',
  },
  'kit-handed-over': {
    en: 'the kit was handed over (session {{session}}, now {{current}})',
    de: 'das Kit wurde abgegeben (Sitzung {{session}}, jetzt {{current}})',
  },
  'chip-zone-locked': {
    en: 'the {{zone}} is locked already',
    de: 'die {{zone}} ist bereits gesperrt',
  },
  'chip-zone-open': { en: 'the {{zone}} is not locked yet', de: 'die {{zone}} ist noch nicht gesperrt' },
  'chip-config-crc': {
    en: 'the chip refused the CRC of its own configuration zone',
    de: 'der Chip wies die Prüfsumme seiner eigenen Konfigurationszone zurück',
  },
  'chip-data-crc': {
    en: 'the chip refused the CRC of the data zone twice',
    de: 'der Chip wies die Prüfsumme der Datenzone zweimal zurück',
  },
  'chip-slot-not-lockable': { en: 'slot {{slot}} cannot be locked', de: 'Slot {{slot}} lässt sich nicht sperren' },
  'chip-no-key': {
    en: 'slot {{slot}} holds no valid private key',
    de: 'Slot {{slot}} enthält keinen gültigen privaten Schlüssel',
  },
  'chip-address-lost': {
    en: 'the chip answers neither at {{newAddress}} nor at {{oldAddress}}',
    de: 'der Chip antwortet weder an {{newAddress}} noch an {{oldAddress}}',
  },
  'chip-proof-refused': {
    en: 'the chip refused the proof for the key in slot {{slot}}',
    de: 'der Chip wies den Beweis für den Schlüssel in Slot {{slot}} zurück',
  },
  'kit-idles': {
    en: 'the authorisation does not survive the idling of this kit',
    de: 'die Freigabe geht verloren, sobald dieses Kit den Chip schlafen legt',
  },
  'chip-authorisation-test': {
    en: 'authorisation test ({{step}}) failed: {{quote}}',
    de: 'Freigabeprobe ({{step}}) misslungen: {{quote}}',
  },
} as const satisfies { readonly [code: string]: Words };
