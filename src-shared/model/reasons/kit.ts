import type { Words } from './words.ts';

/** Why a port is taken as a kit or left alone, and what a kit is used for. */
export const kitReasons = {
  'kit-of-signer': { en: 'used as a signer module', de: 'als Signiermodul in Gebrauch' },
  'kit-of-root': { en: 'used as a root', de: 'als Wurzel in Gebrauch' },
  'kit-of-site': { en: 'used by {{name}}', de: 'in Gebrauch von {{name}}' },
  'kit-in-set-up': { en: 'being set up', de: 'wird gerade eingerichtet' },
  'kit-of-tool': { en: 'used by a tool of this program', de: 'von einem Werkzeug dieses Programms belegt' },

  'port-not-usb': {
    en: 'it is no USB port; name it by hand if a kit is connected to it',
    de: 'es ist kein USB-Anschluss; bitte von Hand nennen, wenn daran ein Kit hängt',
  },
  'port-unknown-usb': {
    en: 'no kit is known by the USB identity {{usb}}; name the port by hand if it is one',
    de: 'mit der USB-Kennung {{usb}} ist kein Kit bekannt; bitte den Anschluss von Hand nennen, wenn es eines ist',
  },
  'port-by-hand': { en: 'it was named by hand', de: 'er wurde von Hand genannt' },
  'port-may-be-kit': {
    en: 'its USB identity may be a kit: {{name}}',
    de: 'seine USB-Kennung kann ein Kit sein: {{name}}',
  },
  'port-empty': { en: 'nothing is plugged in there', de: 'dort steckt nichts' },
  'port-no-path': { en: 'it is no path of a port', de: 'das ist kein Pfad eines Anschlusses' },

  'port-missing': { en: '{{path}} is not there: {{quote}}', de: '{{path}} ist nicht da: {{quote}}' },
  'port-denied': { en: '{{path}} may not be opened: {{quote}}', de: '{{path}} darf nicht geöffnet werden: {{quote}}' },
  'port-denied-serial': {
    en: '{{path}} may not be opened: {{quote}}. Add this user to the group of the port (dialout, on some systems uucp) and log in again, or install the udev rule {{rule}} and plug the kit in again',
    de: '{{path}} darf nicht geöffnet werden: {{quote}}. Bitte diesen Benutzer in die Gruppe des Anschlusses aufnehmen (dialout, auf manchen Systemen uucp) und neu anmelden, oder die udev-Regel {{rule}} installieren und das Kit neu anstecken',
  },
  'port-denied-hid': {
    en: '{{path}} may not be opened: {{quote}}. Install the udev rule {{rule}} and plug the kit in again',
    de: '{{path}} darf nicht geöffnet werden: {{quote}}. Bitte die udev-Regel {{rule}} installieren und das Kit neu anstecken',
  },
  'port-denied-mac': {
    en: '{{path}} may not be opened: {{quote}}. Allow this program to use USB accessories in the system settings, and plug the kit in again',
    de: '{{path}} darf nicht geöffnet werden: {{quote}}. Bitte diesem Programm in den Systemeinstellungen USB-Zubehör erlauben und das Kit neu anstecken',
  },
  'port-denied-windows': {
    en: '{{path}} may not be opened: {{quote}}. Close other programs that use the port, and run this program as a user who may use it',
    de: '{{path}} darf nicht geöffnet werden: {{quote}}. Bitte andere Programme schließen, die den Anschluss benutzen, und dieses Programm als ein Benutzer starten, der es darf',
  },
  'port-denied-network': {
    en: '{{path}} may not be opened: {{quote}}. A firewall or a policy of this machine blocks the connection',
    de: '{{path}} darf nicht geöffnet werden: {{quote}}. Eine Firewall oder eine Regel dieses Rechners verhindert die Verbindung',
  },
  'port-in-use': {
    en: '{{path}} is held by another program: {{quote}}',
    de: '{{path}} ist von einem anderen Programm belegt: {{quote}}',
  },
  'port-refused': {
    en: '{{path}} does not take connections: {{quote}}',
    de: '{{path}} nimmt keine Verbindungen an: {{quote}}',
  },
  'port-timeout': {
    en: '{{path}} did not answer within {{waitedMs}} ms',
    de: '{{path}} hat {{waitedMs}} ms lang nicht geantwortet',
  },
  'port-driver': {
    en: '{{path}} needs a part of the system that is missing: {{quote}}. On Linux install libusb-1.0-0 and libudev1; serial kits work without them',
    de: '{{path}} braucht einen Teil des Systems, der fehlt: {{quote}}. Unter Linux bitte libusb-1.0-0 und libudev1 installieren; serielle Kits gehen auch ohne',
  },
  'port-bad-path': {
    en: '{{path}} is no path of a kit: {{quote}}',
    de: '{{path}} ist kein Pfad eines Kits: {{quote}}',
  },
  'port-closed': {
    en: 'the kit at {{path}} closed the connection: {{quote}}',
    de: 'das Kit an {{path}} hat die Verbindung beendet: {{quote}}',
  },
  'port-silent': {
    en: 'nothing at {{path}} answered within {{waitedMs}} ms',
    de: 'an {{path}} hat {{waitedMs}} ms lang nichts geantwortet',
  },
  'port-no-kit': {
    en: 'what answers at {{path}} is no kit: "{{quote}}"',
    de: 'was an {{path}} antwortet, ist kein Kit: „{{quote}}“',
  },
} as const satisfies { readonly [code: string]: Words };
