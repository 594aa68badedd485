import type { Words } from './words.ts';

/** What is wrong with the computer itself. */
export const stationReasons = {
  'clock-before-2000': { en: 'the clock is before the year 2000', de: 'die Uhr steht vor dem Jahr 2000' },
  'clock-jumped': {
    en: 'the clock was changed by more than five minutes',
    de: 'die Uhr wurde um mehr als fünf Minuten verstellt',
  },
  'clock-behind-log': {
    en: 'the clock is earlier than the newest row of the signing log',
    de: 'die Uhr steht früher als die neueste Zeile des Signierprotokolls',
  },
  'disk-low': {
    en: 'only {{megabytes}} MB are left on the disk',
    de: 'auf der Platte sind nur noch {{megabytes}} MB frei',
  },
  'health-serial-list': {
    en: 'serial ports cannot be listed ({{quote}}); a port can be typed in by hand',
    de: 'serielle Anschlüsse lassen sich nicht auflisten ({{quote}}); ein Anschluss kann von Hand eingetippt werden',
  },
  'health-hid': {
    en: 'HID sticks cannot be used ({{quote}}). On Linux install libusb-1.0-0 and libudev1; serial kits work without them',
    de: 'HID-Sticks sind nicht benutzbar ({{quote}}). Unter Linux bitte libusb-1.0-0 und libudev1 installieren; serielle Kits gehen auch ohne',
  },
  'health-hot-plug': {
    en: 'plugging is noticed by looking every {{seconds}} s only ({{quote}})',
    de: 'was eingesteckt wird, wird nur durch Nachsehen alle {{seconds}} s bemerkt ({{quote}})',
  },
  // Words of the computer itself, or of a library, and nothing of ours.
  words: { en: '{{quote}}', de: '{{quote}}' },
} as const satisfies { readonly [code: string]: Words };
